"""When a campaign buys, in its own time zone, and when it pays a little more."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cached_property, lru_cache

import msgspec

from app.domain.calendar import LocalTime

HOURS_OF_WEEK = 7 * 24
MINUTES_OF_WEEK = HOURS_OF_WEEK * 60


WeekHours = tuple[tuple[int, int], ...]
"""Spans of a local week, Monday first: the first minute of each, and the one after its last. None touches another."""

ALWAYS: WeekHours = ((0, MINUTES_OF_WEEK),)
"""Every minute of the week."""


class Boost(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A push: `cents` on top of a lead's value while it lasts. Dates are local and inclusive, empty is no bound."""

    name: str
    cents: int
    hours: WeekHours
    first_date: str = ""
    last_date: str = ""

    @cached_property
    def minutes(self) -> bytes:
        """Whether it is on at each minute of the week, by its dates apart."""
        return week_minutes(self.hours)

    def is_on(self, local: LocalTime) -> bool:
        """Whether the push is on at this local minute."""
        if not self.minutes[local.minute_of_week]:
            return False
        return (not self.first_date or self.first_date <= local.date) and (
            not self.last_date or local.date <= self.last_date
        )


class Schedule(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Open in the `hours` of each week but for blackout dates.

    `traffic` is how much comes in each of its 168 hours, in any unit; where it is empty all hours are alike.
    """

    hours: WeekHours
    blackout_dates: frozenset[str] = frozenset()
    boosts: tuple[Boost, ...] = ()
    traffic: tuple[float, ...] = ()

    @cached_property
    def minutes(self) -> bytes:
        """Whether it is open at each minute of the week, by its dates apart."""
        return week_minutes(self.hours)

    def is_open(self, local: LocalTime) -> bool:
        """Whether the campaign buys at this local minute."""
        return bool(self.minutes[local.minute_of_week]) and local.date not in self.blackout_dates

    def next_opening(self, local: LocalTime) -> str:
        """The local date and time ("2026-11-23 08:00") at which it opens next within a year, or the empty string."""
        return self._next(local, is_open=True)

    def next_turn(self, local: LocalTime) -> str:
        """The same of when it closes if it is open, and opens if it is closed."""
        is_open = self.is_open(local)
        if is_open and not self.blackout_dates and 0 not in self.minutes:
            return ""
        return self._next(local, is_open=not is_open)

    def _next(self, local: LocalTime, *, is_open: bool) -> str:
        day, minute = date.fromisoformat(local.date), local.minute
        for _ in range(366):
            start = day.weekday() * 1440
            at = self.minutes.find(is_open, start + minute, start + 1440) - start
            if day.isoformat() in self.blackout_dates:
                at = -1 if is_open else minute
            if at >= 0:
                hours, minutes = divmod(at, 60)
                return f"{day.isoformat()} {hours:02d}:{minutes:02d}"
            day, minute = day + timedelta(days=1), 0
        return ""

    def boosts_on(self, local: LocalTime) -> tuple[tuple[str, float], ...]:
        """Name and cents of the pushes that are on at this local minute."""
        if not self.boosts:
            return ()
        return tuple([(boost.name, float(boost.cents)) for boost in self.boosts if boost.is_on(local)])


def week_hours(intervals: Mapping[int, Iterable[tuple[int, int]]]) -> WeekHours:
    """From weekday (Monday = 0) -> spans of minutes of that day; those that touch or overlap become one."""
    hours: list[tuple[int, int]] = []
    spans = ((day * 1440 + start, day * 1440 + end) for day, within in intervals.items() for start, end in within)
    for start, end in sorted(spans):
        if hours and start <= hours[-1][1]:
            hours[-1] = (hours[-1][0], max(end, hours[-1][1]))
        else:
            hours.append((start, end))
    return tuple(hours)


@lru_cache(maxsize=1024)
def week_minutes(hours: WeekHours) -> bytes:
    """A byte (0 or 1) for each of the 10,080 minutes of a week. A thousand campaigns keep few different hours."""
    minutes = bytearray(MINUTES_OF_WEEK)
    for start, end in hours:
        minutes[start:end] = b"\x01" * (end - start)
    return bytes(minutes)


ALL_DAY = Schedule(hours=ALWAYS)
"""Open at every hour, without a boost."""

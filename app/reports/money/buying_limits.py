"""What coming days cannot pass: caps with what is used of them, pauses, and dates on which a campaign is closed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import msgspec

from app.domain.calendar import local_time
from app.domain.caps.caps import Cap
from app.domain.configuration import Configuration
from app.domain.schedule import Schedule
from app.reports.money.buying_history import Cell


class Pause(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign or seller that buys nothing before `until` (UTC epoch seconds); ever, where there is no such time."""

    target: str
    until: float | None = None


class BuyingLimits(msgspec.Struct, frozen=True, kw_only=True):
    """`used` is by counter, `limits` are those that operators put in the place of declared ones, by the cap's title."""

    declared: Configuration
    used: Mapping[str, int] = {}
    limits: Mapping[str, int] = {}
    pauses: tuple[Pause, ...] = ()

    def is_open(self, cell: Cell, day: int) -> bool:
        """Whether the campaign buys of the seller at noon of this date (an ordinal), or some other time of it."""
        seller, campaign = self.declared.seller(cell[0]), self.declared.campaign(cell[1])
        if seller is None or campaign is None or seller.paused or campaign.paused:
            return False
        noon = _noon(day, campaign.zone)
        is_paused = any(each.target in cell and (each.until is None or each.until > noon) for each in self.pauses)
        return not is_paused and _is_open(campaign.schedule, day)

    def caps(self) -> Iterator[Cap]:
        """Those of whole days, with the limits in force: hours and places are in the history already."""
        for caps in [each.caps for each in self.declared.campaigns] + [each.caps for each in self.declared.sellers]:
            for cap in caps:
                if cap.scope != "campaign_territory" and cap.window != "hour":
                    yield msgspec.structs.replace(cap, limit=self.limits.get(cap.title, cap.limit))


class _CapDays(msgspec.Struct, frozen=True):
    """One counter's cap, the places of the cells that count in it, and its key on each of the days."""

    cap: Cap
    places: tuple[int, ...]
    counters: tuple[str, ...]


class DaysAhead:
    """The room of some cells on `days` days from `today` (an ordinal) on. Without limits it is endless."""

    def __init__(self, cells: Sequence[Cell], today: int, days: int, limits: BuyingLimits | None) -> None:
        self.days = days
        self._open = [
            [limits is None or limits.is_open(cell, today + ahead) for cell in cells] for ahead in range(days)
        ]
        self._caps = [*_cap_days(cells, today, days, limits)] if limits is not None else []
        self._left = {
            counter: float(max(each.cap.limit - limits.used.get(counter, 0), 0) if limits is not None else 0)
            for each in self._caps
            for counter in each.counters
        }

    @property
    def is_free(self) -> bool:
        """Whether nothing is in the way of anything."""
        return not self._caps and all(map(all, self._open))

    def left(self) -> dict[str, float]:
        """The room of every counter at the beginning, to be used up along the days."""
        return dict(self._left)

    def cut(self, ahead: int, leads: Sequence[float], prices: Sequence[float], left: dict[str, float]) -> list[float]:
        """Of the leads that would be bought on a day those that can be, taken from what is left; `prices` in cents."""
        bought = [each if is_open else 0.0 for each, is_open in zip(leads, self._open[ahead], strict=True)]
        for each in self._caps:
            uses, room = _uses(each, bought, prices), left[each.counters[ahead]]
            if uses > room:
                for place in each.places:
                    bought[place] *= room / uses
        for each in self._caps:
            counter = each.counters[ahead]
            left[counter] = max(left[counter] - _uses(each, bought, prices), 0.0)
        return bought

    def full(self, left: Mapping[str, float]) -> tuple[str, ...]:
        """The caps of which a counter has no room any more, by title."""
        return tuple(
            dict.fromkeys(each.cap.title for each in self._caps if any(left[key] < 1e-6 for key in each.counters))
        )


def _cap_days(cells: Sequence[Cell], today: int, days: int, limits: BuyingLimits) -> Iterator[_CapDays]:
    for cap in limits.caps():
        of_part: dict[str, list[int]] = {}
        for place, (seller, campaign) in enumerate(cells):
            if cap.owner == (seller if cap.scope == "seller" else campaign):
                of_part.setdefault(seller if cap.scope == "campaign_seller" else "", []).append(place)
        for seller, places in of_part.items():
            locals_ = [local_time(_noon(today + ahead, cap.zone), cap.zone) for ahead in range(days)]
            yield _CapDays(cap, tuple(places), tuple([cap.counter(local, seller, "", "") for local in locals_]))


def _uses(of: _CapDays, leads: Sequence[float], prices: Sequence[float]) -> float:
    if of.cap.measure == "spend":
        return sum(leads[place] * prices[place] for place in of.places)
    return sum(leads[place] for place in of.places)


def _is_open(schedule: Schedule, day: int) -> bool:
    """Whether any minute of a date is."""
    at = (day - 1) % 7 * 1_440
    return any(schedule.minutes[at : at + 1_440]) and date.fromordinal(day).isoformat() not in schedule.blackout_dates


def _noon(day: int, zone: str) -> float:
    return datetime.combine(date.fromordinal(day), time(12), ZoneInfo(zone)).timestamp()

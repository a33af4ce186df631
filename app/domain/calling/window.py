"""The next time at which one consumer may be called: by the clocks and laws of every place where he may be.

A number keeps its area code when its owner moves, so both count: a call must be allowed by the place of his ZIP and by
that of his area code, in each zone that either may have.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import product
from zoneinfo import ZoneInfo

import msgspec
from phonenumbers.tzdata import TIMEZONE_DATA

from app.domain.calendar import utc_text
from app.domain.calling.phone_kind import phone_kind
from app.domain.calling.rules import CallingRule, CallingTable, CallingTerms, Interval, Whereabouts

AHEAD_DAYS = 10
"""So far a window is looked for: no state closes for as long."""

_ZONES_MAX = 5
"""A number of more zones belongs to no place: it is new."""

_TERMS_MAX = 10_000
"""So many places are remembered; of a phone and a ZIP that agree there are some hundreds."""

_QUARTER_S = 900

_BEGINNINGS = [beginning[1:] for beginning in TIMEZONE_DATA if beginning.startswith("1")]
_SPLIT_AREAS = frozenset(beginning[:3] for beginning in _BEGINNINGS if len(beginning) > 3)
"""The area codes of which some numbers are known to be in a zone of their own."""

_ZONED = range(max(map(len, _BEGINNINGS)), 0, -1)
"""How many of such a number's digits may say where it is, the most first."""

_COUNTRY = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
"""Where a consumer is of whom nobody knows where."""


class CallingWindow(msgspec.Struct, frozen=True, kw_only=True):
    """From when until when calls are allowed next, in UTC as ISO 8601; empty where no time suits every place.

    `basis` says what the zones are known by: "zip", "area_code", "zip and area_code", or "none". `rules` are the hours
    in words, with what else a caller must know.
    """

    callable_from: str = ""
    callable_until: str = ""
    time_zones: str = ""
    basis: str = ""
    rules: str = ""
    calls_max: int | None = None
    calls_hours: int | None = None
    rules_as_of: str = ""


def calling_window(table: CallingTable, phone: str, zip_code: str, states: Sequence[str], now: float) -> CallingWindow:
    """The next window of who has this phone (ten digits) and lives in this ZIP of these states."""
    area_state = table.area_states.get(phone[:3], "")
    where = (_zip_zones(table, zip_code, states), _phone_zones(phone), tuple(states), area_state)
    terms = table.terms.get(where)
    if terms is None:
        if len(table.terms) >= _TERMS_MAX:
            table.terms.clear()
        terms = table.terms[where] = _terms(table, where)
    found = _first(_times(terms, now), now)
    return CallingWindow(
        callable_from=utc_text(found[0]) if found is not None else "",
        callable_until=utc_text(found[1]) if found is not None else "",
        time_zones=terms.time_zones,
        basis=terms.basis,
        rules=terms.rules,
        calls_max=terms.calls_max,
        calls_hours=terms.calls_hours,
        rules_as_of=terms.rules_as_of,
    )


def _terms(table: CallingTable, where: Whereabouts) -> CallingTerms:
    by_zip, by_phone, states, area_state = where
    places = [*product(by_zip, [table.rule_of(state) for state in states] or [table.rule_of("")])]
    places += product(by_phone, [table.rule_of(area_state)])
    if not places:
        places = [*product(_COUNTRY, [table.rule_of("")])]
    rules = [*dict.fromkeys(rule for _, rule in places)]
    limits = [rule for rule in rules if rule.calls_max is not None]
    strictest = min(limits, key=lambda rule: (rule.calls_max or 0) / (rule.calls_hours or 24), default=None)
    return CallingTerms(
        places=tuple(dict.fromkeys(places)),
        basis=" and ".join([name for name, zones in (("zip", by_zip), ("area_code", by_phone)) if zones]) or "none",
        time_zones=", ".join(dict.fromkeys(zone for zone, _ in places)),
        rules="; ".join(map(_in_words, rules)),
        calls_max=strictest.calls_max if strictest is not None else None,
        calls_hours=strictest.calls_hours if strictest is not None else None,
        rules_as_of=min((rule.as_of for rule in rules if rule.as_of), default=""),
    )


def allowed(rule: CallingRule, zone: str, first: date, days: int) -> Iterator[Interval]:
    """The times (UTC epoch seconds) at which this rule allows calls in this zone, in so many local days from one."""
    tz = ZoneInfo(zone)
    for number in range(days):
        day = first + timedelta(days=number)
        if day.isoformat() not in rule.closed_dates:
            for start, end in rule.week[day.weekday()]:
                yield _at(day, start, tz), _at(day, end, tz)


def _at(day: date, minute: int, tz: ZoneInfo) -> float:
    """A minute of a local day; what a clock that goes forward leaves out is the time after."""
    hours, minutes = divmod(minute, 60)
    day += timedelta(days=hours // 24)
    return datetime(day.year, day.month, day.day, hours % 24, minutes, tzinfo=tz).timestamp()


def _zip_zones(table: CallingTable, zip_code: str, states: Sequence[str]) -> tuple[str, ...]:
    """Those of a ZIP; of one that nobody knows, those of its neighbors, or of its states."""
    known = table.zip_zones.get(zip_code) or table.zip_zones.get(zip_code[:3])
    return known or tuple(dict.fromkeys(zone for state in states for zone in table.zip_zones.get(state, ())))


def _phone_zones(phone: str) -> tuple[str, ...]:
    """Those of the longest beginning of the number that is known, as the library would say once it has formatted it."""
    if not phone or not phone_kind(phone).is_local:
        return ()
    if phone[:3] not in _SPLIT_AREAS:
        zones: tuple[str, ...] = TIMEZONE_DATA.get(f"1{phone[:3]}", ())
    else:
        zones = next(filter(None, (TIMEZONE_DATA.get(f"1{phone[:digits]}") for digits in _ZONED)), ())
    return zones if len(zones) <= _ZONES_MAX else ()


def _times(terms: CallingTerms, now: float) -> Sequence[Interval]:
    """The times that every place allows, the first of them perhaps begun yesterday."""
    quarter = int(now // _QUARTER_S)
    known = terms.times.get(quarter)
    if known is None:
        terms.times.clear()
        known = terms.times[quarter] = _allowed_everywhere(terms.places, now)
    return known


def _allowed_everywhere(places: Iterable[tuple[str, CallingRule]], now: float) -> Sequence[Interval]:
    together: Sequence[Interval] | None = None
    for zone, rule in places:
        here = _allowed_from(rule, zone, datetime.fromtimestamp(now, ZoneInfo(zone)).date() - timedelta(days=1))
        together = here if together is None else _both(together, here)
    return together or ()


@lru_cache(maxsize=1024)
def _allowed_from(rule: CallingRule, zone: str, first: date) -> Sequence[Interval]:
    """The same for all leads of a day, so worked out once for each place."""
    return _joined(allowed(rule, zone, first, AHEAD_DAYS))


def _joined(intervals: Iterable[Interval]) -> list[Interval]:
    """Those that touch as one, as around midnight."""
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _both(these: Iterable[Interval], those: Sequence[Interval]) -> list[Interval]:
    return [
        (max(start, first), min(end, last))
        for start, end in these
        for first, last in those
        if max(start, first) < min(end, last)
    ]


def _first(intervals: Iterable[Interval], now: float) -> Interval | None:
    """The first that is not over, from now on."""
    return next(((max(start, now), end) for start, end in intervals if end > now), None)


@lru_cache(maxsize=256)
def _in_words(rule: CallingRule) -> str:
    limit = f", at most {rule.calls_max} calls in {rule.calls_hours} h" if rule.calls_max is not None else ""
    note = f" ({rule.note})" if rule.note else ""
    return f"{rule.state} {week_in_words(rule)}{limit}{note}"


_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def week_in_words(rule: CallingRule) -> str:
    """The hours as people say them: "mon-sat 09:00-21:00, sun 12:00-21:00"."""
    parts, first = [], 0
    for day in range(1, len(rule.week) + 1):
        if day < len(rule.week) and rule.week[day] == rule.week[first]:
            continue
        name = _WEEKDAYS[first] if day - first == 1 else f"{_WEEKDAYS[first]}-{_WEEKDAYS[day - 1]}"
        spans = " and ".join(f"{_clock(start)}-{_clock(end)}" for start, end in rule.week[first])
        parts.append(f"{name} {spans or 'never'}")
        first = day
    return ", ".join(parts)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"

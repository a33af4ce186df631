"""Spans of time as people ask for them: today, last month, 2026-11, or from one date to another of the buyer's zone."""

import re
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.domain.calendar import WindowKind, local_time, moment, window_bounds
from app.domain.returns.invoice import month_bounds

SPAN_WORDS = "today, yesterday, week, last-week, month, last-month, 2026-11, 2026-11-21 or 2026-11-01..2026-11-15"
DAYS_MAX = 400
"""More than a year, so that a month can be set beside that of the year before."""

_WINDOWS: dict[str, tuple[WindowKind, int]] = {
    "today": ("day", 0),
    "yesterday": ("day", 1),
    "week": ("week", 0),
    "last-week": ("week", 1),
    "month": ("month", 0),
    "last-month": ("month", 1),
}
_YEARS = (1971, 2999)
_DATES = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.\.(\d{4}-\d{2}-\d{2}))?")


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """[since, until) in UTC epoch seconds, and its first and last date in the zone."""

    since: float
    until: float
    first: str
    last: str

    @property
    def days(self) -> int:
        """How many dates it has."""
        return (date.fromisoformat(self.last) - date.fromisoformat(self.first)).days + 1


def span_of(text: str, now: float, zone: str) -> Span:
    """The span that these words mean, of whole days and with days to come; ValueError."""
    since, until = _bounds(text.strip().lower().replace(" ", "-"), now, zone)
    span = Span(since=since, until=until, first=local_time(since, zone).date, last=local_time(until - 1.0, zone).date)
    if span.days > DAYS_MAX:
        raise ValueError(f"{text!r} are {span.days} days: ask for {DAYS_MAX} at most")
    return span


def _bounds(words: str, now: float, zone: str) -> tuple[float, float]:
    if words in _WINDOWS:
        kind, back = _WINDOWS[words]
        start, end = window_bounds(now, zone, kind)
        return window_bounds(start - 1.0, zone, kind) if back else (start, end)
    dates = _DATES.fullmatch(words)
    try:
        if dates is None:
            return month_bounds(words, zone)
        first, last = date.fromisoformat(dates[1]), date.fromisoformat(dates[2] or dates[1])
        if last < first or not _YEARS[0] <= first.year <= last.year <= _YEARS[1]:
            raise ValueError("ends before it begins, or cannot be meant")
        there: Any = ZoneInfo(zone)
        return moment(first.isoformat(), now, there), moment((last + timedelta(days=1)).isoformat(), now, there)
    except (ValueError, OverflowError):
        raise ValueError(f"{words!r} is not a span of time: write {SPAN_WORDS}") from None

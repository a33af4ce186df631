"""Local time as rules and caps read it: minute of the week, and the label of each window."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

WindowKind = Literal["hour", "day", "week", "month", "total"]

_SPANS_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}

YEAR_3000 = 32_503_680_000.0
"""Later times are shown by no clock: they would break each page that shows them."""


class LocalTime(msgspec.Struct, frozen=True, kw_only=True):
    """One minute of one time zone.

    `labels` say which window of each kind it lies in, as in "2026-11-21" for a day, empty for `total`. They are local
    dates, so a day of 23 or 25 hours is still one day.
    """

    date: str
    weekday: int
    minute: int
    minute_of_week: int
    labels: Mapping[WindowKind, str]


def local_time(now: float, zone: str) -> LocalTime:
    """`now` (UTC epoch seconds) in an IANA zone, to the minute."""
    return local_minute(int(now // 60), zone)


@lru_cache(maxsize=256)
def local_minute(minute: int, zone: str) -> LocalTime:
    """The same of a minute of the UTC epoch."""
    at = datetime.fromtimestamp(minute * 60, ZoneInfo(zone))
    year, week, _ = at.isocalendar()
    weekday, of_day = at.weekday(), at.hour * 60 + at.minute
    return LocalTime(
        date=at.strftime("%Y-%m-%d"),
        weekday=weekday,
        minute=of_day,
        minute_of_week=weekday * 1440 + of_day,
        labels={
            # The offset tells the two hours apart that bear one name when clocks go back.
            "hour": at.strftime("%Y-%m-%dT%H%z"),
            "day": at.strftime("%Y-%m-%d"),
            "week": f"{year}-W{week:02d}",
            "month": at.strftime("%Y-%m"),
            "total": "",
        },
    )


def window_bounds(now: float, zone: str, kind: WindowKind) -> tuple[float, float]:
    """Start and end (UTC epoch seconds) of the window that holds `now`; `total` never ends."""
    if kind == "total":
        return 0.0, float("inf")
    # Whole seconds, so that every moment of a window gives the very same bounds.
    second = int(now)
    at = datetime.fromtimestamp(second, ZoneInfo(zone))
    if kind == "hour":
        start = float(second - at.minute * 60 - at.second)
        return start, start + 3600.0
    first = at.replace(hour=0, minute=0, second=0, fold=0)
    if kind == "week":
        first -= timedelta(days=first.weekday())
    if kind == "month":
        first = first.replace(day=1)
    if kind == "day":
        last = first + timedelta(days=1)
    elif kind == "week":
        last = first + timedelta(days=7)
    else:
        last = (first + timedelta(days=32)).replace(day=1)
    return first.timestamp(), last.timestamp()


def utc_offset(minute: int, zone: str) -> int:
    """How many minutes local clocks stand ahead of UTC at a minute of the UTC epoch."""
    offset = datetime.fromtimestamp(minute * 60, ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds() // 60) if offset is not None else 0


# A moment is told in several places, and many leads of one round share it.
@lru_cache(maxsize=256)
def utc_text(at: float) -> str:
    """UTC epoch seconds as "2026-11-21T05:00:00Z"."""
    return f"{datetime.fromtimestamp(at, UTC).isoformat(timespec='seconds')[:19]}Z"


def local_text(at: float, zone: str) -> str:
    """UTC epoch seconds as a person there reads them: "2026-11-21 14:05 CST"."""
    return datetime.fromtimestamp(at, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M %Z")


def moment(text: str, now: float, zone: tzinfo = UTC) -> float:
    """UTC epoch seconds of a date, a date with time, a span before now as in 7d, or of themselves; ValueError.

    A date or time that does not say its zone is meant in `zone`.
    """
    span = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if span:
        return max(now - int(span[1]) * _SPANS_S[span[2]], 0.0)
    if re.fullmatch(r"\d{9,11}(?:\.\d*)?", text):
        return within_calendars(float(text))
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r}: write 2026-11-21, 2026-11-21T10:00Z, or 30m, 12h, 7d") from None
    return within_calendars((at if at.tzinfo is not None else at.replace(tzinfo=zone)).timestamp())


def within_calendars(at: float) -> float:
    """The same moment, where every clock can show it; ValueError."""
    if not 0.0 <= at < YEAR_3000:
        raise ValueError("it is not in the years 1970 to 2999")
    return at


def until_when(text: str, now: float, zone: tzinfo) -> float:
    """The same, but a span is from now on; ValueError where it lies in the past."""
    span = re.fullmatch(r"(\d{1,6})([smhd])", text)
    try:
        at = now + int(span[1]) * _SPANS_S[span[2]] if span else moment(text, now, zone)
        within_calendars(at)
    except ValueError:
        raise ValueError(
            f"{text!r}: write 2026-11-21, 2026-11-21T10:00, or 30m, 12h, 7d from now, before 3000"
        ) from None
    if at <= now:
        raise ValueError(f"{text!r} lies in the past")
    return at

"""Times as people write them in the file: durations, weekdays, hours, dates and zones."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

from app.config.file.problem import did_you_mean
from app.config.values.kind import UnreadableValue, shown

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Span = tuple[int, int]
"""First minute and the minute after the last, of a local day; one that ends before it begins goes on after midnight."""

_DURATION_MAX_S = 100 * 365 * 86_400.0
_SECONDS = {"s": 1, "second": 1, "min": 60, "minute": 60, "h": 3_600, "hour": 3_600, "day": 86_400, "week": 604_800}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(seconds?|s|minutes?|min|hours?|h|days?|weeks?)\b")
_TIMES = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


def read_duration(raw: object) -> float:
    """Seconds, from "30 days", "72h", "90s" or "1h 30min"."""
    text = raw.strip().lower() if isinstance(raw, str) else ""
    if not text or _DURATION.sub("", text).strip():
        bare = isinstance(raw, (int, float)) and not isinstance(raw, bool)
        reason = f"{shown(raw)} has no unit" if bare else f"{shown(raw)} is not a duration"
        raise UnreadableValue(reason, 'write it with its unit, as "30 days", "72h", "15min" or "90s"')
    seconds = sum(float(number) * _SECONDS[_singular(unit)] for number, unit in _DURATION.findall(text))
    if seconds > _DURATION_MAX_S:
        raise UnreadableValue(f"{shown(raw)} is longer than a century", 'write "30 days" or so')
    return seconds


def read_days(raw: object) -> tuple[int, ...]:
    """Weekdays with Monday = 0, from "mon-fri", "sat, sun", ["mon", "wed-fri"] or "every day"."""
    days: list[int] = []
    for word in _words(raw):
        if word in ("every day", "daily", "all"):
            return tuple(range(7))
        first, dash, last = word.partition("-")
        start, end = _weekday(first), _weekday(last if dash else first)
        days += [day % 7 for day in range(start, end + 1 if end >= start else end + 8)]
    if not days:
        raise UnreadableValue("no day is named", 'write "mon-fri", "sat" or ["mon", "wed"]')
    return tuple(sorted(set(days)))


def read_hours(raw: object) -> tuple[Span, ...]:
    """Spans of a day, from "08:00-12:00", a list of such, or "all day"."""
    spans = tuple(_span(word) for word in _words(raw))
    if not spans:
        raise UnreadableValue("no interval is named", 'write it as "08:00-18:30", or as "all day"')
    return spans


def read_date(raw: object) -> str:
    """A local date as "2026-12-25", from that text or a TOML date."""
    try:
        if isinstance(raw, datetime):
            raise ValueError("a time is not a date")
        return raw.isoformat() if isinstance(raw, date) else date.fromisoformat(str(raw)).isoformat()
    except ValueError:
        raise UnreadableValue(f"{shown(raw)} is not a calendar date", 'write it as "2026-12-25"') from None


def read_zone(raw: object) -> str:
    """The name of an IANA time zone. Abbreviations such as EST are refused: they know no daylight saving."""
    if isinstance(raw, str) and ("/" in raw or raw == "UTC"):
        try:
            return ZoneInfo(raw).key
        except (KeyError, OSError, ValueError):
            pass
    places = [zone for zone in available_timezones() if "/" in zone]
    city = str(raw).strip().replace(" ", "_").lower()
    near = [zone for zone in places if zone.lower().endswith(f"/{city}")]
    hint = f"did you mean `{min(near)}`?" if near else did_you_mean(str(raw), places)
    raise UnreadableValue(f"{shown(raw)} is not a time zone", hint or 'write it as "America/Chicago"')


def _words(raw: object) -> list[str]:
    """The words of a text with commas, or of a list of such texts, in lower case."""
    given = raw if isinstance(raw, list) else [raw]
    texts = [text for text in given if isinstance(text, str)]
    if len(texts) < len(given):
        raise UnreadableValue(f"{shown(raw)} is not text", "write it in quotes")
    return [word for text in texts for part in text.split(",") if (word := part.strip().lower())]


def _weekday(word: str) -> int:
    day = word.strip()[:3]
    full = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    if day not in WEEKDAYS or not full[WEEKDAYS.index(day)].startswith(word.strip()):
        raise UnreadableValue(
            f"{shown(word.strip())} is not a weekday", "days are mon, tue, wed, thu, fri, sat and sun"
        )
    return WEEKDAYS.index(day)


def _span(word: str) -> Span:
    if word == "all day":
        return 0, 1440
    times = _TIMES.fullmatch(word)
    if not times:
        raise UnreadableValue(f"{shown(word)} is not an interval", 'write it in 24 hours, as "08:00-18:30"')
    hour, minute, last_hour, last_minute = (int(part) for part in times.groups())
    start, end = hour * 60 + minute, last_hour * 60 + last_minute
    if minute > 59 or last_minute > 59 or start >= 1440 or end > 1440:
        raise UnreadableValue(f"{shown(word)} is outside the hours of a day", "hours go from 00:00 to 24:00")
    if start == end:
        raise UnreadableValue(f"{shown(word)} has no length", 'the whole day is "00:00-24:00" or "all day"')
    return start, end


def _singular(unit: str) -> str:
    return unit if unit in _SECONDS else unit.removesuffix("s")

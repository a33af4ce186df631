"""Times as people write them in the file: durations, weekdays, hours and dates."""

import re
from datetime import date, datetime

from app.config.values.kind import UnreadableValue, shown

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Span = tuple[int, int]
"""First minute and the minute after the last, of a local day; one that ends before it begins goes on after midnight."""

_DURATION_MAX_S = 100 * 365 * 86_400.0
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|secs?|seconds?|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)\b")
_MONTHS = re.compile(r"(\d{1,3})\s*months?")
_CLOCK = r"(\d{1,2})(?::(\d{2}))?\s*([ap]m)?"
_TIMES = re.compile(rf"{_CLOCK}\s*(?:-|to)\s*{_CLOCK}")
_DASHES = re.compile(r"\s*[\u2010-\u2015]\s*|\s+(?:to|through|thru)\s+")
"""What stands for a hyphen between two days or two times: a word processor's dashes, and words."""

_DAY_WORDS = {
    "all": range(7),
    "daily": range(7),
    "every day": range(7),
    "weekdays": range(5),
    "weekends": range(5, 7),
    "weekend": range(5, 7),
}


def read_duration(raw: object) -> float:
    """Seconds, from "30 days", "72h", "90s" or "1h 30min"."""
    text = raw.strip().lower() if isinstance(raw, str) else ""
    if not text or _DURATION.sub("", text).strip():
        bare = isinstance(raw, (int, float)) and not isinstance(raw, bool)
        reason = f"{shown(raw)} has no unit" if bare else f"{shown(raw)} is not a duration"
        remedy = 'write it with its unit, as "30 days", "72h", "15min" or "90s"'
        if months := _MONTHS.fullmatch(text):
            remedy = f'months differ in length: write "{30 * int(months[1])} days"'
        raise UnreadableValue(reason, remedy)
    # Each unit is known by its first letter.
    seconds = sum(float(number) * _SECONDS[unit[0]] for number, unit in _DURATION.findall(text))
    if seconds > _DURATION_MAX_S:
        raise UnreadableValue(f"{shown(raw)} is longer than a century", 'write "30 days" or so')
    return seconds


def read_days(raw: object) -> tuple[int, ...]:
    """Weekdays with Monday = 0, from "mon-fri", "Sat, Sun", ["mon", "wed to fri"], "weekdays" or "every day"."""
    days: list[int] = []
    for word in _words(raw):
        if word in _DAY_WORDS:
            days += _DAY_WORDS[word]
            continue
        first, dash, last = word.partition("-")
        start, end = _weekday(first), _weekday(last if dash else first)
        days += [day % 7 for day in range(start, end + 1 if end >= start else end + 8)]
    if not days:
        raise UnreadableValue("no day is named", 'write "mon-fri", "sat" or ["mon", "wed"]')
    return tuple(sorted(set(days)))


def read_hours(raw: object) -> tuple[Span, ...]:
    """Spans of a day, from "08:00-12:00", "9am-5:30pm", a list of such, or "all day"."""
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


def _words(raw: object) -> list[str]:
    """The words of a text with commas, or of a list of such texts, in lower case."""
    given = raw if isinstance(raw, list) else [raw]
    texts = [text for text in given if isinstance(text, str)]
    if len(texts) < len(given):
        raise UnreadableValue(f"{shown(raw)} is not text", "write it in quotes")
    return [_DASHES.sub("-", word) for text in texts for part in text.split(",") if (word := part.strip().lower())]


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
    start, end = _minute(word, times[1], times[2], times[3]), _minute(word, times[4], times[5], times[6])
    if start >= 1440:
        raise UnreadableValue(f"{shown(word)} is outside the hours of a day", "hours go from 00:00 to 24:00")
    if start == end:
        raise UnreadableValue(f"{shown(word)} has no length", 'the whole day is "00:00-24:00" or "all day"')
    return start, end


def _minute(word: str, hour_text: str, minute_text: str | None, half: str | None) -> int:
    """The minute of the day that a clock shows; a bare hour may be one of the morning or of the evening."""
    hour, minute = int(hour_text), int(minute_text or 0)
    if half is None and minute_text is None:
        raise UnreadableValue(f"{shown(word)} does not say which half of the day", 'write "09:00-17:00" or "9am-5pm"')
    if minute > 59 or hour * 60 + minute > 1440 or (half and not 1 <= hour <= 12):
        raise UnreadableValue(f"{shown(word)} is outside the hours of a day", "hours go from 00:00 to 24:00")
    return (hour % 12 + (12 if half == "pm" else 0) if half else hour) * 60 + minute

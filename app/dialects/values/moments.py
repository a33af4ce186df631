"""The one reader of moments and days, for pings, posts, outcomes, files of them and histories.

It reads what machines and spreadsheets print, and of two readings never chooses one: days are written as in the United
States wherever the order is open, and a time zone that bears several meanings is none.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.dialects.text import Scalar, text_of

_EARLIEST = 946_684_800.0
_LATEST = 4_102_444_800.0
"""The years 2000 to 2100: what lies outside was written in another unit."""

SERIAL_DAYS, EPOCH_SERIAL = (36_526, 73_050), 25_569
"""The days of this century as Excel counts them, and its day on which 1970 begins."""

_LENGTH_MAX = 100
"""No time is longer; the patterns below would dwell on a text that is."""

_THIS_CENTURY = 68
"""Years of two digits up to this one are of this century, as in POSIX; later ones lie before all moments."""

_NO_MOMENT = re.compile(
    r"(?:0000-00-00|00[/-]00[/-]0000|0001-01-01|0?1/0?1/0001|1753-01-01|1899-12-3[01]|1900-01-0[01]|9999-12-31"
    r"|(?:1970-01-01|1969-12-31|0?1/0?1/1970|12/31/1969))(?:[T ,].*)?"
    r"|-?0+(?:\.0+)?|-62135596800(?:000)?|\\?/Date\((?:0|-62135596800000)\)\\?/",
    re.ASCII,
)
"""What databases and languages print for no moment at all: their zero, their least or their greatest."""

_WRAPPED = re.compile(r"(?:\\?/Date\(|new Date\(|@)(\d{9,13})(?:[+-]\d{4})?\)?(?:\\?/)?", re.ASCII)
_COMPACT = re.compile(r"(\d{8})(\d\d)(\d\d)(?:(\d\d)(\d{3})?)?", re.ASCII)
_CLOCK = re.compile(
    r"(?<!\d)(?P<hour>\d{1,2})(?::(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,:](?P<fraction>\d{1,9}))?)?"
    r"(?:\s?(?P<half>[ap])\.?m\b\.?)?|\s?(?P<bare>[ap])\.?m\b\.?)",
    re.ASCII | re.IGNORECASE,
)
_ORACLE = re.compile(r"(\d{1,2}-[A-Z]{3,9}-\d{2,4}) (\d{1,2})\.(\d\d)\.(\d\d)(?=[. ]|$)", re.ASCII | re.IGNORECASE)
"""Oracle parts hours, minutes and seconds by points."""

_MONTH = r"(?P<name>[a-z]{3,9})"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4}|\d\d)"
_DATES = [
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        rf"(?P<month>\d{{1,2}})[/-]{_DAY}[/-]{_YEAR}",
        r"(?P<year>\d{4})(?P<part>[-/.])(?P<month>\d{1,2})(?P=part)(?P<day>\d{1,2})",
        r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)",
        rf"{_MONTH}\.? {_DAY} {_YEAR}",
        rf"{_DAY}[ /-](?:of )?{_MONTH}\.?[ /-]{_YEAR}",
        rf"(?P<year>\d{{4}})[ /-]{_MONTH}[ /-]{_DAY}",
    )
]
"""Each names a year, a month or its name, and a day."""

_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}[ .,]+", re.ASCII | re.IGNORECASE)
_UNIMPORTANT = re.compile(r"[,\s]+|\s*\bat\b\s*", re.ASCII | re.IGNORECASE)
_YEAR_BEHIND = re.compile(r"[ ,](\d{4})$", re.ASCII)
_DATED = re.compile(r"\d\D{1,12}\d|\d{8}", re.ASCII)
"""Two numbers stand where a day is whole; of "Sun Nov 29" the year stands elsewhere."""

_OFFSET = re.compile(
    r" ?(?:UTC|GMT|Z)? ?(?:(?P<sign>[+−-])(?P<hours>\d{1,2})| (?P<plus>\d\d)|(?<=Z)(?=\[))(?::?(?P<minutes>\d\d))?"
    r"(?: ?(?:\([^()]*\)|\[[^\[\]]*\]|[A-Z]{1,5}))?(?: m=[+-][\d.]+)?",
    re.ASCII | re.IGNORECASE,
)
"""How far a zone is ahead of UTC; in a form a `+` means a space. What is said of it behind that is a comment."""

_AHEAD_MAX = timedelta(hours=14)
_IANA = re.compile(
    r"(?:Africa|America|Asia|Atlantic|Australia|Etc|Europe|Pacific|US)(?:/[A-Za-z_]{2,20}){1,2}", re.ASCII
)
_HOURS = {"": None, "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "COORDINATED UNIVERSAL TIME": 0, "ZULU": 0}
_HOURS |= {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_HOURS |= {"AKST": -9, "AKDT": -8, "HST": -10, "AST": -4, "CHST": 10, "SST": -11}
_CLOCKS = {"EASTERN": "New_York", "CENTRAL": "Chicago", "MOUNTAIN": "Denver", "PACIFIC": "Los_Angeles"}
_ZONES = {f"{name} TIME": f"America/{city}" for name, city in _CLOCKS.items()}
_ZONES |= {f"{name[0]}T": f"America/{city}" for name, city in _CLOCKS.items()} | {"ALASKA TIME": "America/Anchorage"}
_ZONES |= {"HAWAII TIME": "Pacific/Honolulu"}
_MONTHS = "January February March April May June July August September October November December".lower().split()
_MONTH_OF = {spelling: number for number, name in enumerate(_MONTHS, 1) for spelling in (name, name[:3])} | {"sept": 9}


class Moment(NamedTuple):
    """UTC epoch seconds; `zoned` says whether the text named its zone, or else was taken for UTC."""

    at: float
    zoned: bool


def epoch_of(raw: Scalar) -> float | None:
    """UTC epoch seconds; a time without a zone is taken for UTC. `None` if it is not a time between 2000 and 2100."""
    # Most say it in a number of seconds, or in UTC as computers print it.
    if isinstance(raw, str):
        if raw[10:11] == "T" and raw[-1] == "Z":
            try:
                at = datetime.fromisoformat(raw).timestamp()
            except ValueError:
                at = 0.0
            if _EARLIEST <= at < _LATEST:
                return at
    elif isinstance(raw, (int, float)) and _EARLIEST <= raw < _LATEST:
        return float(raw)
    read = moment_of(raw)
    return read.at if read is not None else None


def moment_of(raw: Scalar) -> Moment | None:
    """The same, and whether a zone was named."""
    text = text_of(raw)
    if not 0 < len(text) <= _LENGTH_MAX:
        return None
    try:
        read = _from_number(text, float(raw)) if isinstance(raw, (int, float)) else _from_text(text)
    except (ValueError, OverflowError, LookupError):
        return None
    return read if _EARLIEST <= read.at < _LATEST else None


def says_no_moment(raw: Scalar) -> bool:
    """Whether this is what databases print where there is no time: 0000-00-00, 1970-01-01 00:00:00 and the like."""
    return _NO_MOMENT.fullmatch(text_of(raw)[:_LENGTH_MAX].strip("\"' ")) is not None


def day_of(raw: Scalar) -> str | None:
    """A day as "2026-11-21", of any century; `None` where it is none, or where its year has but two digits."""
    text = _unquoted(text_of(raw))
    if not 0 < len(text) <= _LENGTH_MAX:
        return None
    try:
        return _date_of(_parted(text)[0], century=False).isoformat()
    except (ValueError, LookupError):
        return None


def _from_number(text: str, number: float) -> Moment:
    """Seconds or a thousandth, millionth or billionth of them, by their size, or the digits of a date and time."""
    if 2.0e11 <= number < 2.1e11 or 2.0e13 <= number < 2.1e13 or 2.0e16 <= number < 2.1e16:
        return _from_digits(text)
    if number >= 1e14:
        return Moment(number / (1e9 if number >= 1e17 else 1e6), zoned=True)
    return Moment(number / 1e3 if number >= 1e11 else number, zoned=True)


def _from_text(text: str) -> Moment:
    if text[4:5] == "-" and (text[-1] == "Z" or text[-1].isdigit()):
        try:
            return _moment(datetime.fromisoformat(text))
        except ValueError:
            return _from_print(text)
    # Eight digits are a day; as seconds they would lie in 1970.
    if text.isascii() and len(text) != 8 and text.replace(".", "", 1).isdigit():
        return _from_number(text, float(text))
    return _from_print(text)


def _from_digits(text: str) -> Moment:
    parts = _COMPACT.fullmatch(text)
    if parts is None:
        raise ValueError("no date and time")
    day, hour, minute, second, milliseconds = parts.groups()
    return _moment(datetime.fromisoformat(f"{day}T{hour}{minute}{second or '00'}.{milliseconds or '000'}"))


def _moment(at: datetime) -> Moment:
    return Moment((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp(), zoned=at.tzinfo is not None)


def _from_print(text: str) -> Moment:
    """What is printed for people to read: a day, a clock and a zone, in that order, but for a year behind them."""
    text = _ORACLE.sub(r"\1 \2:\3:\4", _unquoted(text))
    wrapped = _WRAPPED.fullmatch(text)
    if wrapped:
        return _from_number(wrapped[1], float(wrapped[1]))
    try:
        return _moment(datetime.fromisoformat(text))
    except ValueError:
        day, zone, clock = _parted(text)
    at = datetime.combine(_date_of(day), datetime.min.time())
    if clock is not None:
        at = at.replace(hour=_hour_of(clock), minute=int(clock["minute"] or 0), second=int(clock["second"] or 0))
        at = at.replace(microsecond=int((clock["fraction"] or "0")[:6].ljust(6, "0")))
    return _moment(at.replace(tzinfo=_zone_of(zone)))


def _unquoted(text: str) -> str:
    return (unquote(text) if "%" in text else text).strip("\"' ")


def _parted(text: str) -> tuple[str, str, re.Match[str] | None]:
    """The day, what stands behind the clock, and the clock."""
    clock = _CLOCK.search(text)
    if clock is None:
        return text, "", None
    day, zone = text[: clock.start()], text[clock.end() :]
    behind = _YEAR_BEHIND.search(zone) if not _DATED.search(day) else None
    return (f"{day} {behind[1]}", zone[: behind.start()], clock) if behind else (day, zone, clock)


def _date_of(text: str, *, century: bool = True) -> date:
    """The day that a text says; ValueError. Years of two digits are of this `century`, or not read."""
    plain = _UNIMPORTANT.sub(" ", text).strip(" :")
    if plain[-1:] in ("T", "t") and plain[-2:-1].isdigit():
        plain = plain[:-1]
    weekday = _WEEKDAY.match(f"{plain} ")
    plain = plain[weekday.end() :] if weekday else plain
    match = next((match for form in _DATES if (match := form.fullmatch(plain))), None)
    if match is None:
        raise ValueError("no date")
    parts = match.groupdict()
    year = int(parts["year"])
    if len(parts["year"]) == 2:
        if not century or year > _THIS_CENTURY:
            raise ValueError("no century")
        year += 2000
    month = _MONTH_OF[parts["name"].lower()] if parts.get("name") else int(parts["month"])
    return date(year, month, int(parts["day"]))


def _hour_of(clock: re.Match[str]) -> int:
    hour, half = int(clock["hour"]), clock["half"] or clock["bare"]
    if not half:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("no such hour")
    return hour % 12 + (12 if half.lower() == "p" else 0)


def _zone_of(text: str) -> tzinfo | None:
    """The zone behind a clock; LookupError where it is none, or could be several."""
    offset = _OFFSET.fullmatch(text.rstrip())
    if offset:
        ahead = timedelta(hours=int(offset["hours"] or offset["plus"] or 0), minutes=int(offset["minutes"] or 0))
        if ahead > _AHEAD_MAX:
            raise ValueError("no zone")
        return timezone(ahead if offset["sign"] in ("+", None) else -ahead)
    name = text.strip("()[] ")
    hours = _HOURS[name.upper()] if name.upper() in _HOURS else _named(_ZONES.get(name.upper(), name))
    return timezone(timedelta(hours=hours)) if isinstance(hours, int) else hours


@lru_cache(maxsize=64)
def _named(name: str) -> tzinfo:
    """A zone by its name in the IANA's table, in any case: a file, which strangers may name only so."""
    if not _IANA.fullmatch(name):
        raise LookupError("no zone")
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return ZoneInfo(name.title().replace("Us/", "US/"))

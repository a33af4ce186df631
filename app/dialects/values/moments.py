"""A moment or a day as sellers write it: ISO 8601, epoch seconds or milliseconds, US dates."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

from app.dialects.text import Scalar, text_of

_EARLIEST = 946_684_800.0
_LATEST = 4_102_444_800.0
"""The years 2000 to 2100: what lies outside was written in another unit."""

_LENGTH_MAX = 64
"""No time is longer; the patterns below would dwell on a text that is."""

_US = re.compile(
    r"(?P<month>\d{1,2})[/-](?P<day>\d{1,2})[/-](?P<year>\d{4})"
    r"(?:[ T,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?\s*(?P<half>[AaPp][Mm])?)?"
)
_DAY = re.compile(
    r"(?:(?P<iso>\d{4}-\d\d-\d\d|\d{8})|(?P<month>\d{1,2})[/-](?P<day>\d{1,2})[/-](?P<year>\d{4}))(?![^T ,])", re.ASCII
)
"""A day with nothing behind it but a time."""

_ZONE = re.compile(r"\s*\b(UTC|GMT|EST|EDT|CST|CDT|MST|MDT|PST|PDT|AKST|AKDT|HST)$", re.IGNORECASE)
_HOURS = {"UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_HOURS |= {"AKST": -9, "AKDT": -8, "HST": -10}


def epoch_of(raw: Scalar) -> float | None:
    """UTC epoch seconds; a time without a zone is taken for UTC. `None` if it is not a time between 2000 and 2100."""
    text = text_of(raw)
    if not 0 < len(text) <= _LENGTH_MAX:
        return None
    try:
        at = _from_number(float(raw)) if isinstance(raw, (int, float)) else _from_text(text)
    except (ValueError, OverflowError):
        return None
    return at if _EARLIEST <= at < _LATEST else None


def day_of(raw: Scalar) -> str | None:
    """A day as "2026-11-21"; `None` where it is none."""
    match = _DAY.match(text_of(raw)[:_LENGTH_MAX])
    if match is None:
        return None
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"]).isoformat()
        return date(int(match["year"]), int(match["month"]), int(match["day"])).isoformat()
    except ValueError:
        return None


def _from_number(number: float) -> float:
    """Seconds, milliseconds or microseconds, distinguished by their size."""
    if number >= 1e14:
        return number / 1e6
    return number / 1e3 if number >= 1e11 else number


def _from_text(text: str) -> float:
    if text[4:5] == "-" and (text[-1] == "Z" or text[-1].isdigit()):
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    # Eight digits are a day; as seconds they would lie in 1970.
    if text.isascii() and len(text) != 8 and text.replace(".", "", 1).isdigit():
        return _from_number(float(text))
    zone = _ZONE.search(text)
    if zone:
        text = text[: zone.start()]
    us = _US.fullmatch(text)
    at = _us_moment(us) if us else datetime.fromisoformat(text)
    hours = _HOURS[zone[1].upper()] if zone else 0
    offset = timezone(timedelta(hours=hours)) if hours else UTC
    return (at if at.tzinfo else at.replace(tzinfo=offset)).timestamp()


def _us_moment(match: re.Match[str]) -> datetime:
    hour = int(match["hour"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError("no such hour")
        hour = hour % 12 + (12 if match["half"].lower() == "pm" else 0)
    day = datetime.fromisoformat(f"{match['year']}-{int(match['month']):02d}-{int(match['day']):02d}")
    return day.replace(hour=hour, minute=int(match["minute"] or 0), second=int(match["second"] or 0))

"""Names what a text is that was sent for a time and is none that can be read, so that its sender knows what to mend."""

import re

from app.dialects.values.moments import EPOCH_SERIAL, SERIAL_DAYS, moment_of

_PLAIN = "write 2026-11-30T10:00:00Z"
_NUMBER = re.compile(r"\d{1,20}(?:\.\d{1,17})?", re.ASCII)
_COLONS = re.compile(r"(\d{4}):(\d\d?):(\d\d?)(?=[ T]|$)", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(?=\d{2,4}\b)", re.ASCII)
_CLOCK = re.compile(r"T?\d{1,2}:\d\d(?::\d\d(?:\.\d{1,9})?)?(?: ?[AaPp]\.?[Mm]\.?)?Z?", re.ASCII)
_ZONE = re.compile(r"[ (\[]*(?![AaPp][Mm]$)[A-Za-z][A-Za-z/_ ]{0,39}[)\]]*$", re.ASCII)
_OBJECT_ID = re.compile(r"[0-9a-f]{24}", re.ASCII | re.IGNORECASE)
_EPOCHS = (
    ("ticks of .NET since the year 1", 1e7, 62_135_596_800),
    ("Windows file time since 1601", 1e7, 11_644_473_600),
    ("microseconds since 1601, as browsers keep them", 1e6, 11_644_473_600),
    ("a Julian day", 1 / 86_400, 210_866_760_000),
    ("seconds since 2001, as Apple counts them", 1, -978_307_200),
)
"""Counts of time in units of which there are so many a second, from a moment so many seconds before 1970."""

_SINCE, _UNTIL = 1_388_534_400, 2_208_988_800
"""The years 2014 to 2040, in which a lead may have been made."""


def oddity(text: str) -> str:
    """What a text is and what to send instead; empty where it looks like no time at all."""
    text = text.strip("\"' ")
    if _NUMBER.fullmatch(text):
        return _of_number(float(text))
    if _COLONS.match(text):
        return f"its date has colons, as cameras write it (EXIF): {_PLAIN}"
    if _CLOCK.fullmatch(text):
        return f"it is a time of day without its day: {_PLAIN}"
    if _DAY_FIRST.match(text) and moment_of(_DAY_FIRST.sub(r"\3/\1/", text, count=1)) is not None:
        return f"its day stands before its month, and here a month is read first: {_PLAIN}"
    if _ZONE.search(text) and moment_of(_ZONE.sub("", text)) is not None:
        return "its time zone is not known, or is several: write the offset from UTC, as in 2026-11-30T10:00:00-05:00"
    return f"it is an id of MongoDB: send its getTimestamp(), and {_PLAIN}" if _OBJECT_ID.fullmatch(text) else ""


def _of_number(number: float) -> str:
    if SERIAL_DAYS[0] <= number < SERIAL_DAYS[1]:
        return f"it is a date as Excel counts days: send (it - {EPOCH_SERIAL}) * 86400 as epoch seconds, or {_PLAIN}"
    kind = next((kind for kind, unit, since in _EPOCHS if _SINCE <= number / unit - since < _UNTIL), "")
    return f"it is {kind}: send epoch seconds, or {_PLAIN}" if kind else ""

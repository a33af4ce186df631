"""Numbers as people write them: with a currency, a unit, thousands, or as a range; what could be two is none."""

import re
from functools import lru_cache
from typing import NamedTuple

_LENGTH_MAX = 48
"""No number is longer; the patterns below would dwell on a text that is."""

_MIDDLE = "a range; its middle was read"
_BOUND = "an open range; its bound was read"
_ABOUT = "an approximate number; it was read as exact"

_AMOUNT = re.compile(
    r"(?:us ?\$|usd|\$)? ?(?P<number>[+-]?\$?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|[+-]?\$?\.\d+)"
    r" ?(?P<thousands>k\b|thousand\b)? ?(?:usd|us\$|\$|dollars?)?(?P<unit>.*)",
    re.ASCII,
)
_RANGE = re.compile(r"(?:between |from )?(?P<low>[^-–—]{1,20}?) ?(?:-|–|—|to|and|through) ?(?P<high>[$\d.].{0,30})")
_ABOVE = re.compile(r"(?:>=?|≥|over|above|more than|greater than|at least|from|min\.?) ?(?P<bound>.+)")
_BELOW = re.compile(r"(?:<=?|≤|under|below|less than|fewer than|at most|up to|max\.?) ?(?P<bound>.+)")
_BOUND_FIRST = re.compile(r"(?P<bound>.+?) (?:or|and) (?:more|less|above|below|over|under|up|older|higher|lower|fewer)")
_ABOUT_WORDS = re.compile(r"(?:~|≈|about|around|approx\.?|approximately|circa|ca\.) ?(?P<number>.+)")

_UNITS = """
kwh kw sqft sf squarefeet sqfeet squarefootage ft2 miles mi people persons person cars vehicles drivers lbs pounds
stories story floors rooms bedrooms beds claims tickets
"""
_NEUTRAL = frozenset(_UNITS.split())
"""Units that a field has or has not, whatever it counts."""

_SPANS = {
    "year": "year years yr yrs yo y/o yearsold yearold yrsold",
    "month": "month months mo mos mths",
    "week": "week weeks wk wks",
    "day": "day days",
    "hour": "hour hours hr hrs",
    "minute": "minute minutes min mins",
    "millisecond": "ms msec milliseconds",
}
_SPAN_OF = {word: span for span, words in _SPANS.items() for word in words.split()}
_RATES = {"month": "month mo mth monthly", "year": "year yr annum annual annually yearly", "week": "week wk weekly"}
_RATE_OF = {word: span for span, words in _RATES.items() for word in words.split()}
_RATE = re.compile(r"(?:/|per|a|each|p\.) ?(?P<span>[a-z]+)\.?")


class ReadNumber(NamedTuple):
    """A number and with what reservation it was read, if any."""

    value: float
    warning: str = ""


class FieldUnit(NamedTuple):
    """What a field's names say of its unit: the span of time in them, if any, and whether it is a percentage."""

    span: str = ""
    is_percent: bool = False


ANY = FieldUnit()


@lru_cache(maxsize=256)
def unit_of(names: tuple[str, ...]) -> FieldUnit:
    """The unit that a field's names tell."""
    words = [word for name in names for word in re.split(r"[^a-z]+", name.lower())]
    spans = [_SPAN_OF.get(word) or _RATE_OF.get(word) for word in words]
    span = next((span for span in spans if span), "")
    return FieldUnit(span, not {"percent", "percentage", "pct", "rate", "apr", "ltv"}.isdisjoint(words))


def number_in(text: str, own: FieldUnit) -> ReadNumber | None:
    """The one number that a text can mean, `None` where it could be several, or none."""
    plain = " ".join(text.lower().split()).strip("\"'")
    if not 0 < len(plain) <= _LENGTH_MAX:
        return None
    single = _amount(plain, own)
    if single is not None:
        return ReadNumber(single)
    about = _ABOUT_WORDS.fullmatch(plain)
    if about:
        return _noted(_amount(about["number"], own), _ABOUT)
    sign = plain.find("+")
    if sign > 0:
        return _noted(_amount(f"{plain[:sign]} {plain[sign + 1 :].strip()}".strip(), own), _BOUND)
    for form in (_ABOVE, _BELOW, _BOUND_FIRST):
        bounded = form.fullmatch(plain)
        if bounded and (bound := _amount(bounded["bound"], own)) is not None:
            return ReadNumber(bound, _BOUND)
    return _middle(plain, own)


def _noted(value: float | None, warning: str) -> ReadNumber | None:
    return ReadNumber(value, warning) if value is not None else None


def _middle(text: str, own: FieldUnit) -> ReadNumber | None:
    """The middle of a range. "100-150k" begins at a hundred thousand, and "100/mo-150/mo" is one a month."""
    parts = _RANGE.fullmatch(text)
    if parts is None:
        return None
    ends = parts["low"].strip(), parts["high"].strip()
    low, high = (_amount(end, own) for end in ends)
    if low is None or high is None:
        return None
    if _AMOUNT.fullmatch(ends[1])["thousands"] and not _AMOUNT.fullmatch(ends[0])["thousands"]:  # type: ignore[index]
        low *= 1_000.0
    return ReadNumber((low + high) / 2.0, _MIDDLE) if 0.0 <= low < high else None


def _amount(text: str, own: FieldUnit) -> float | None:
    """One number with its currency and unit; `None` where the unit is not the field's."""
    match = _AMOUNT.fullmatch(text)
    if match is None or not _is_own(match["unit"].strip(" ."), own):
        return None
    value = float(match["number"].replace("$", "").replace(",", ""))
    return value * 1_000.0 if match["thousands"] else value


def _is_own(unit: str, own: FieldUnit) -> bool:
    """Whether a number of this unit is one of the field's own. Years are years where its names speak of no other."""
    if not unit:
        return True
    if unit in ("%", "percent", "pct"):
        return own.is_percent
    rate = _RATE.fullmatch(unit)
    span = _RATE_OF.get(rate["span"] if rate else unit) if rate or unit.endswith("ly") else None
    if span is not None:
        return span == (own.span or "month")
    word = unit.replace(" ", "").replace(".", "")
    return word in _NEUTRAL or _SPAN_OF.get(word) == (own.span or "year")

"""What a column of texts holds, by some of them: numbers of which decimal sign, or times, and how they are written."""

import re
from collections.abc import Sequence
from typing import Literal

from app.dialects.values.moments import SERIAL_DAYS, day_of, moment_of
from training.histories.columns.amounts import cell_number
from training.histories.columns.words import CLOCK, FIRST, LATER

Decimal = Literal[".", ","]
_DECIMALS: tuple[Decimal, ...] = (".", ",")
_NUMERIC = re.compile(r"-?\d+(\.\d+)?")
_MONTH_AND_DAY = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(?=\d)")
_LIKE_TIME = re.compile(r"\d{1,4}[-/. ](\d{1,2}|[A-Za-z]{3,9})[-/. ]\d{2,4}\b.*\d[:.]\d\d")
_EMAIL = re.compile(r"[^\s@]@[^\s@]+\.[A-Za-z]{2}")
_PHONE = re.compile(r"\+?1?[-. (]*[2-9]\d{2}[-. )]*\d{3}[-. ]*\d{4}(\.0| ?x.*)?")
_ADDRESS = re.compile(
    r"\d{1,3}(\.\d{1,3}){3}|\d{3}-\d{2}-\d{4}|(?=.*::)[\da-f:]+|([\da-f]{1,4}:){7}[\da-f]{1,4}", re.IGNORECASE
)
"""Of a network or of social security."""

DAY_FIRST = "day first"
"""How times are written that are read as in any message, but for the day before the month."""

ISO = r"20\d\d-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d(:?\d\d)?)?"
DATED = r"\d\d?/\d\d?/(20\d|[0-5])\d \d\d?:\d\d(:\d\d)?( [AP]M)?"
CLOCKS = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")
AMOUNT = r"-?\$?[1-9]\d{0,2}(,\d{3})+(\.\d+)?|-?\$\d+(\.\d+)?"
"""The most usual moments and amounts, for whoever reads a million of them at once."""

OFFSET = r"\d{2}:\d{2}.*(Z|[+-]\d{2}(:?\d{2})?)$"
SINCE, UNTIL = 946_684_800, 4_102_444_800
"""The years 2000 to 2100, as wherever a moment is read."""

_LOOKED_AT = 256
_WHO_SHARE = 0.1
"""A column of nearly as many values as leads, of which so many are emails, phones or addresses, says who they are."""

ROWS_OF_A_FACT = 5
"""What many leads share, as a campaign's id, tells of them and not who they are."""

_MILLISECONDS = 1e11
_HAPPENED = re.compile(r"(^|_)(created|received|submitted|inserted|pinged|arrived|updated|modified|closed)$")
"""How a column's name ends that is a moment also without saying so."""


def are_numerals(texts: Sequence[str]) -> bool:
    """Whether all are numbers as programs write them."""
    return all(map(_NUMERIC.fullmatch, texts))


def share_of_numbers(texts: Sequence[str], name: str, decimal: Decimal = ".") -> float:
    """How many of the texts of the column `name` are numbers."""
    return sum(cell_number(text, decimal, name) is not None for text in texts) / max(len(texts), 1)


def decimals_of(texts: Sequence[str], name: str) -> list[Decimal]:
    """The decimal signs by which most are numbers, a point first."""
    return [sign for sign in _DECIMALS if share_of_numbers(texts, name, sign) >= 0.5]


def say_who(texts: Sequence[str], *, distinct: int, filled: int) -> bool:
    """Whether these texts, of so many different ones among so many, say by their looks who somebody is."""
    # A campaign's id may have as many digits as a phone.
    numbered, found = distinct * ROWS_OF_A_FACT > filled, 0
    for text in texts:
        plain = text.strip()[:_LOOKED_AT]
        is_phone = numbered and _PHONE.fullmatch(plain) is not None
        found += is_phone or _EMAIL.search(plain) is not None or _ADDRESS.fullmatch(plain) is not None
    return found > (_WHO_SHARE if numbered else 0.5) * len(texts)


def are_times(texts: Sequence[str], word: str) -> bool:
    """Whether most of a column so called are moments, or days and months in either order."""
    if not texts or are_numerals(texts):
        return bool(texts) and _are_moments(texts, word)
    told = sum(bool(moment_of(text) or day_of(text)) for text in texts)
    return 2 * told >= len(texts) or all(map(_MONTH_AND_DAY.match, texts))


def look_like_times(texts: Sequence[str]) -> bool:
    """Whether a person sees times in them, whoever else can read them."""
    return bool(texts) and all(map(_LIKE_TIME.match, texts))


def are_days_of_excel(lowest: float, highest: float, word: str) -> bool:
    """Whether the numbers of a column so called are days as Excel counts them."""
    named = CLOCK.search(word) or _HAPPENED.search(word)
    return named is not None and SERIAL_DAYS[0] <= lowest and highest <= SERIAL_DAYS[1]


def are_months_and_days(texts: Sequence[str]) -> bool:
    """Whether each begins with a month and a day, of which either may stand first."""
    return all(map(_MONTH_AND_DAY.match, texts))


def leave_days_open(texts: Sequence[str]) -> bool:
    """Whether they do not even show which stands first."""
    return all((match := _MONTH_AND_DAY.match(text)) is not None and int(match[3]) <= 12 for text in texts)


def month_first(text: str) -> str:
    """A time that begins with its day, as others write it."""
    return _MONTH_AND_DAY.sub(r"\3/\1/", text, count=1)


def _are_moments(numerals: Sequence[str], word: str) -> bool:
    """Many numbers could be moments: their size or the column's name decides."""
    named = any(pattern.search(word) for pattern in (CLOCK, FIRST, LATER))
    sure = min(map(float, numerals)) >= _MILLISECONDS or all(len(text) == 8 for text in numerals)
    return (named or sure) and all(map(moment_of, numerals))

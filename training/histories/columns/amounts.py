"""An amount as spreadsheets and ledgers write it: with a currency, thousands, a per cent sign, or negative in brackets.

Which of point and comma is the decimal sign no single amount can say: a column can, and its reader is told.
"""

import re

from app.dialects.values.numbers import number_in, unit_of

_CURRENCY = r"(?:(?:US|CA|AU|C|A)?\$|[€£¥₹]|USD|EUR|GBP|CAD|AUD|CHF)"
_NUMBER = re.compile(
    rf"(?P<open>\()? ?(?P<minus>[-−])?\+? ?{_CURRENCY}? ?(?P<inner>[-−])? ?"
    # Groups of three, parted alike; a zero begins no such number, and India counts in lakhs.
    r"(?P<whole>[1-9]\d{0,2}(?P<part>[, '’])\d{3}(?:(?P=part)\d{3})*|[1-9]\d?(?:,\d\d)+,\d{3}|\d+)?"
    rf"(?P<fraction>\.\d*)?(?P<power>e[+-]?\d{{1,3}})?(?P<kilo>k)? ?(?:%|{_CURRENCY})?(?P<behind>-)? ?(?P<close>\))?",
    re.ASCII | re.IGNORECASE,
)
_LENGTH_MAX = 48
_SWAPPED = str.maketrans(",.", ".,")
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2007\u2009\u202f", " "))


def amount_of(text: str, decimal: str = ".") -> float | None:
    """The number that a text writes, whatever currency or per cent sign is beside it; `None` where it is none.

    The other of point and comma may only part thousands: 1.5 in a column of decimal commas would else become 15.
    """
    plain = text.translate(_SPACES).strip()
    if len(plain) > _LENGTH_MAX:
        return None
    match = _NUMBER.fullmatch(plain if decimal == "." else plain.translate(_SWAPPED))
    if (
        match is None
        or not (match["whole"] or (match["fraction"] or ".") != ".")
        or bool(match["open"]) != bool(match["close"])
    ):
        return None
    whole = re.sub(r"\D", "", match["whole"] or "0")
    value = float(f"{whole}{match['fraction'] or ''}{match['power'] or ''}") * (1_000.0 if match["kilo"] else 1.0)
    signs = [name for name in ("open", "minus", "inner", "behind") if match[name]]
    return None if len(signs) > 1 else -value if signs else value


def cell_number(text: str, decimal: str, name: str) -> float | None:
    """The number in a cell of the column `name`: an amount, or one with a unit that a ping may write beside it."""
    amount = amount_of(text, decimal)
    # No thousands stand before "0,".
    if amount is not None or decimal != "." or re.match(r"\D{0,9}0,", text):
        return amount
    number = number_in(text, unit_of((name,)))
    return number.value if number and not number.warning else None

"""Money is integer cents; this is the only place where it meets text."""

import re
from decimal import ROUND_DOWN, Decimal

CENTS_MAX = 10_000_000_00
"""Ten million dollars: no lead, value or budget of one is larger, so more is a typing error."""

# A comma stands between thousands or not at all: "12,50" is no amount here rather than a hundred times one.
_AMOUNT = re.compile(r"[+-]?\$?\s*(?:\d{1,3}(?:,\d{3})+|\d*)(?:\.\d*)?(?:[eE][+-]?\d+)?", re.ASCII)


def cents(amount: object) -> int | None:
    """Dollars as a seller or a configuration writes them (12.5, "12.50", "$1,200") in cents, rounded down.

    `None` where it is no finite amount between 0 and ten million dollars.
    """
    if isinstance(amount, bool) or not isinstance(amount, (int, float, str)):
        return None
    try:
        text = str(amount).strip()
        if len(text) > 24 or not _AMOUNT.fullmatch(text):
            return None
        value = (Decimal(text.replace("$", "").replace(",", "")) * 100).to_integral_value(ROUND_DOWN)
    except (ArithmeticError, ValueError):
        return None
    return int(value) if 0 <= value <= CENTS_MAX else None


def signed_cents(text: str) -> int | None:
    """The same of an amount that may be below zero, as "-2.50"."""
    text = text.strip()
    amount = cents(text.removeprefix("-"))
    return -amount if amount is not None and text.startswith("-") else amount


def dollars(amount_cents: int) -> str:
    """Cents as plain dollars with two decimals, for machines: "12.50" and "-0.05"."""
    sign = "-" if amount_cents < 0 else ""
    whole, rest = divmod(abs(amount_cents), 100)
    return f"{sign}{whole}.{rest:02d}"


def money(amount_cents: float) -> str:
    """Cents as people read them, "$1,234.50" and "-$0.05", rounded to a whole one."""
    amount = round(amount_cents)
    return f"{'-' if amount < 0 else ''}${abs(amount) / 100:,.2f}"

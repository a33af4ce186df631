"""Reads a price from outside: in cents, or the problem with it."""

import re

DOLLARS_MAX = 10_000
"""No lead costs more: a higher offer is a mistake, such as cents for dollars."""

_NUMBER = re.compile(r"-?\d+(\.\d*)?", re.ASCII)


def cents_of(price: object) -> int | str:
    """Dollars as a number or as text (21.4, "21.40") in whole cents; or a few words about what is wrong."""
    if price is None:
        return "no price"
    if isinstance(price, str) and len(price) <= 24 and _NUMBER.fullmatch(price.strip()):
        price = float(price)
    # JSON knows no NaN and no infinity, so that a number is one.
    if isinstance(price, bool) or not isinstance(price, (int, float)):
        return "price is not a number"
    if price < 0:
        return "price is negative"
    return round(price * 100) if price <= DOLLARS_MAX else "price is absurd"

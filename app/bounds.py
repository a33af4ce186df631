"""Numbers as a command line gives them, each between the least and the most that it can mean: what else is refused."""

import argparse
from collections.abc import Callable
from math import inf, isfinite

SEED_MAX = 2**32 - 1
"""The largest seed that every generator takes."""

LEADS_MAX = 10_000_000
"""More leads than any simulated day or history has."""


def whole(least: int, most: int, why: str = "") -> Callable[[str], int]:
    """A reader of whole numbers, in which commas or underscores may part thousands."""

    def number(text: str) -> int:
        digits = text.strip().replace(",", "").replace("_", "")
        try:
            value = int(digits) if len(digits) <= 20 else most + 1
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        return int(_within(value, least, most, text, why))

    return number


def real(least: float, most: float = inf, why: str = "") -> Callable[[str], float]:
    """A reader of finite numbers."""

    def number(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
        return _within(value, least, most, text, why)

    return number


def _within(value: float, least: float, most: float, text: str, why: str) -> float:
    if isfinite(value) and least <= value <= most:
        return value
    bounds = f"use {least:,} to {most:,}" if most < inf else f"use {least:,} or more"
    raise argparse.ArgumentTypeError(f"{text[:20]} is out of bounds: {bounds}" + (f": {why}" if why else ""))

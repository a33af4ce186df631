"""Bids where only some prices are allowed: which of them can be bid, and exploration among those."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from math import exp, log

import msgspec


class PricePoint(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One allowed price, and P(win) of a bid of it."""

    cents: int
    win_probability: float


def points_of_both(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    """The prices that two lists allow, of which an empty one allows all."""
    if not (one and other):
        return one or other
    return tuple([price for price in one if price in other])


def point_weights(points: Sequence[float], best: float, spread: float) -> list[float]:
    """How likely exploration is to draw each of these prices, but for a factor: a bell around ln(best)."""
    return [exp(-0.5 * (log(price / best) / spread) ** 2) for price in points]


def drawn_point(points: Sequence[int], best: float, spread: float, place: float) -> int:
    """One of these rising prices, by inverse CDF: `place` in [0, 1) says where in their distribution."""
    if spread <= 0.0 or len(points) < 2:
        return int(best)
    passed = list(accumulate(point_weights(points, best, spread)))
    return points[min(bisect_right(passed, place * passed[-1]), len(points) - 1)]

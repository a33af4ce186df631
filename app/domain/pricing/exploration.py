"""Random exploration: makes every price a small experiment with a known density."""

from math import erf, exp, log, sqrt
from statistics import NormalDist

import msgspec

_inverse = NormalDist().inv_cdf
_ROOT_2 = sqrt(2.0)
_EDGE = 1e-12
"""Nearer to 0 or 1 than this a share of the distribution says nothing that a float can hold."""
_REST = 1.0 - _EDGE


class Draw(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Two uniform numbers in [0, 1): which slice a bid explores in, and where in its density it falls."""

    slice: float
    place: float


WIDTH_FULL = 0.1
"""A seller whose rivals' bids are known no nearer than this, in logarithms, is explored as if nothing were known."""
DOUBT_MIN = 0.2
"""Rivals change: a fifth of the spread stays, at a twenty-fifth of its cost."""


def doubt(width: float) -> float:
    """How uncertain a landscape is, as a share of knowing nothing: `width` is the posterior deviation of where a
    seller's rivals bid, in logarithms.

    At the spread that is usual the bid is moved about as far as the best one may lie elsewhere, as Thompson's would be.
    """
    return min(max(width / WIDTH_FULL, DOUBT_MIN), 1.0)


def jitter(best: float, low: float, high: float, spread: float, place: float) -> float:
    """A normal draw around log(best) with deviation `spread`, truncated to [low, high], all in cents.

    By inverse CDF, so the density of the outcome follows from `best`, `spread`, `low` and `high` alone.
    """
    if high <= low or spread <= 0.0:
        return min(max(best, low), high)
    # Twice the normal distribution function at both bounds, less one.
    below, above = erf(log(low / best) / spread / _ROOT_2), erf(log(high / best) / spread / _ROOT_2)
    share = 0.5 * (1.0 + below + place * (above - below))
    if not _EDGE <= share <= _REST:
        share = min(max(share, _EDGE), _REST)
    drawn = best * exp(spread * _inverse(share))
    return drawn if low <= drawn <= high else min(max(drawn, low), high)

"""Between what a share, an area under the curve or a mean may lie, for so few leads."""

from math import sqrt

_Z = 1.959964


def wilson(hits: float, count: int, z: float = _Z) -> tuple[float, float]:
    """The interval of the share for `hits` of `count`, 95 % unless said otherwise (Wilson, 1927)."""
    if not count:
        return 0.0, 1.0
    share, z2 = hits / count, z * z / count
    middle, half = share + z2 / 2.0, z * sqrt(share * (1.0 - share) / count + z2 / (4.0 * count))
    return max((middle - half) / (1.0 + z2), 0.0), min((middle + half) / (1.0 + z2), 1.0)


def auc_interval(auc: float, positive: int, negative: int, z: float = 1.645) -> tuple[float, float]:
    """The interval of an area under the curve, 90 % unless said otherwise (Hanley and McNeil, 1982)."""
    if not (positive and negative):
        return 0.0, 1.0
    both_above, both_below = auc / (2.0 - auc), 2.0 * auc**2 / (1.0 + auc)
    spread = auc * (1.0 - auc) + (positive - 1) * (both_above - auc**2) + (negative - 1) * (both_below - auc**2)
    half = z * sqrt(max(spread, 0.0) / (positive * negative))
    return max(auc - half, 0.0), min(auc + half, 1.0)


def mean_interval(total: float, squares: float, count: int, z: float = _Z) -> tuple[float, float]:
    """The interval of a mean, from the sums of values and of their squares; 95 % unless said otherwise."""
    if count < 2:
        return float("-inf"), float("inf")
    mean = total / count
    half = z * sqrt(max(squares / count - mean * mean, 0.0) / (count - 1))
    return mean - half, mean + half

"""The rates of the trade, defined here once for every report, page and scorecard.

A bid is won where the seller posts its lead, whether the post is then taken or not: what the seller decided is counted,
and not what we did afterwards. A ping with bids on two legs is one bid, won by a post of either.
"""

from math import sqrt


def share(part: int, whole: int) -> float | None:
    """A part of a whole; `None` of nothing."""
    return part / whole if whole else None


def bid_rate(bids: int, pings: int) -> float | None:
    """The share of pings that got a bid."""
    return share(bids, pings)


def win_rate(won: int, bids: int) -> float | None:
    """The share of bids that were won."""
    return share(won, bids)


def in_percent(rate: float | None) -> str:
    """A rate as people read it, "12.5%"; a dash of nothing."""
    return "-" if rate is None else f"{rate:.1%}"


def interval(hits: int, count: int) -> tuple[float, float]:
    """Between which shares the truth lies where `hits` of `count` cases came true, 95% sure, after Wilson."""
    z, found = 1.96, hits / count
    middle = (found + z * z / (2 * count)) / (1 + z * z / count)
    reach = z * sqrt(found * (1 - found) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    # Of none and of all the bound is the share itself, but for rounding.
    return min(max(middle - reach, 0.0), found), max(min(middle + reach, 1.0), found)

"""Whether a log has evidence for a policy: how near its bids are to those that were made."""

import msgspec
import numpy as np

from training.evaluation.estimators import Estimated, KnownLog
from training.statistics import Array, quantiles

REACH_MIN = 0.5
"""Of the policy's bids at least so many must lie where the log explored; with fewer the win model is guessing."""

EFFECTIVE_MIN = 0.05
"""So many of the log's rows must count, once weighed: with fewer a handful of auctions decides."""


class Support(msgspec.Struct, frozen=True, kw_only=True):
    """`reach` is the share of bids where the log explored, `effective` the effective sample as a share of its rows.

    `ratio` are quantiles of the policy's bid over the logged one. `why_not` says why nothing can be said, if so.
    """

    bidding: float
    reach: float
    effective: float
    effective_rows: float
    ratio: tuple[float, ...]
    why_not: str = ""


def support(known: KnownLog, policy: Estimated) -> Support:
    """Declined pings need none: what they earn is known."""
    log, bids = known.log, policy.bids
    bidding = bids > 0.0
    rows = int(bidding.sum())
    if not rows:
        return Support(bidding=0.0, reach=1.0, effective=1.0, effective_rows=float(len(log)), ratio=(0.0,) * 5)
    reach, weights = reach_of(known, bids), policy.weights[bidding]
    # Kish's: how many equally weighted rows would say as much.
    squares = float(np.sum(weights**2))
    effective_rows = float(weights.sum()) ** 2 / squares if squares > 0.0 else 0.0
    effective, why_not = effective_rows / rows, ""
    if reach < REACH_MIN:
        why_not = f"only {reach:.0%} of its bids lie where prices were explored, at least {REACH_MIN:.0%} must"
    elif effective < EFFECTIVE_MIN:
        why_not = f"the logged bids near its own count as {effective:.1%} of the log, at least {EFFECTIVE_MIN:.0%} must"
    return Support(
        bidding=rows / len(log),
        reach=reach,
        effective=effective,
        effective_rows=effective_rows,
        ratio=tuple(quantiles(bids[bidding] / log.price[bidding]).values()),
        why_not=why_not,
    )


def reach_of(known: KnownLog, bids: Array) -> float:
    """The share of the bids that lie where the log explored; all of none."""
    bidding = bids > 0.0
    return float(known.density.reaches(np.log(np.maximum(bids, 1.0)))[bidding].mean()) if bidding.any() else 1.0

"""The chance that a live bid becomes a sale, so that no more is bid than the caps can honor."""

from collections.abc import Mapping
from math import exp, sqrt

import msgspec

BIDS_SEEN_MIN = 50
"""Until this many bids of a seller have ended, each live one counts in full."""

_CONFIDENCE = 2.0

_OURS = ("cap_reached", "budget_exhausted", "internal")
"""Why we may refuse a post with a live, untampered bid, valid consent and contact that nobody else holds already."""


def honoured_share(posts: Mapping[str, int]) -> float:
    """The share kept of the promises that were called in; `posts` are counts by reason code and of `accepted`."""
    kept = posts.get("accepted", 0)
    called_in = kept + sum(posts.get(code, 0) for code in _OURS)
    return kept / called_in if called_in else 1.0


class PostRate(msgspec.Struct, frozen=True, kw_only=True):
    """What one seller did with bids that have ended: how many, how many were posted, after how many seconds in sum."""

    ended: int = 0
    posted: int = 0
    delay_s: float = 0.0

    def after(self, *, posted: bool, delay_s: float = 0.0) -> "PostRate":
        """With one more bid ended: posted after `delay_s`, or expired."""
        return PostRate(ended=self.ended + 1, posted=self.posted + posted, delay_s=self.delay_s + delay_s)

    def after_unposted(self, many: int) -> "PostRate":
        """With so many more that expired."""
        return PostRate(ended=self.ended + many, posted=self.posted, delay_s=self.delay_s)

    @property
    def upper(self) -> float:
        """Upper bound (two deviations, Wilson) of the share of bids that are posted."""
        if self.ended < BIDS_SEEN_MIN:
            return 1.0
        n, share, z = self.ended, self.posted / self.ended, _CONFIDENCE
        middle = share + z * z / (2 * n)
        spread = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
        return min((middle + spread) / (1 + z * z / n), 1.0)

    def share_at(self, age_s: float) -> float:
        """w: P(this bid becomes a sale | no post has come in `age_s` seconds), delays taken as exponential."""
        rate = self.upper
        if rate >= 1.0 or self.posted == 0:
            return rate
        waiting = rate * exp(-age_s * self.posted / max(self.delay_s, 1e-3))
        return waiting / (waiting + 1.0 - rate)

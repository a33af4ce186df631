"""How likely a bid wins at a seller: before there is data, an ORTB curve with one constant."""

from math import sqrt

import msgspec


class OrtbCurve(msgspec.Struct, frozen=True, kw_only=True):
    """F(b) = b / (c + b): `half_cents` is c, the bid that wins half of the auctions.

    Zhang, Yuan and Wang, Optimal Real-Time Bidding for Display Advertising, KDD 2014, section 4.
    """

    half_cents: float

    def win_probability(self, bid_cents: float) -> float:
        """P(win) at this bid."""
        return bid_cents / (self.half_cents + bid_cents) if bid_cents > 0 else 0.0

    def best_bid(self, worth_cents: float, low_cents: float, high_cents: float) -> float:
        """argmax of F(b) (worth - b) over [low, high], in cents with fractions.

        F (worth - b) rises up to sqrt(c^2 + c worth) - c and falls after it, so the nearest bound is best outside.
        """
        c = self.half_cents
        best = sqrt(c * c + c * worth_cents) - c if worth_cents > 0 else 0.0
        return min(max(best, low_cents), high_cents)

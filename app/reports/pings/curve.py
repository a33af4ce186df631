"""What each price would have earned: the win probability and expected surplus over the bids that were allowed."""

from math import exp, log

import msgspec

from app.domain.auction.weighing import Offer
from app.domain.pricing.landscape import OrtbCurve
from app.domain.pricing.pricing import Curve

STEPS = 48
"""Points of a curve between its ends: smooth on a page of any width."""


class CurvePoint(msgspec.Struct, frozen=True, kw_only=True):
    """A bid, P(win) at it, and what it would have earned on the mean; `cents` and `surplus` in cents."""

    cents: float
    win_probability: float
    surplus: float


class ShadingCurve(msgspec.Struct, frozen=True, kw_only=True):
    """`points` from well below what was allowed up to the maximum bid; `chosen` is the bid as it was sent.

    `best_cents` is the bid of the greatest surplus, before exploration, within `low_cents` to `high_cents`;
    `maximum_cents` is the price at which buying neither gains nor loses. `is_learned` where a model knows this
    seller's auctions, else its curve is the one that the configuration declares.
    """

    points: tuple[CurvePoint, ...]
    chosen: CurvePoint
    best_cents: float
    low_cents: float
    high_cents: float
    maximum_cents: float
    is_learned: bool


def shading_curve(offer: Offer, curve: Curve) -> ShadingCurve | None:
    """The curve on which this bid was chosen; none of a fallback price, which was chosen on none.

    None either where the curve is not the one of the decision: it must say the very win probability that was recorded.
    """
    quote = offer.quote
    if quote is None or curve.win_probability(offer.price_cents) != offer.win_probability:
        return None
    first, last = max(min(quote.low, quote.bid_value / 4.0), 1.0), quote.bid_value
    ratio = log(last / first) / STEPS

    def point(cents: float) -> CurvePoint:
        win = curve.win_probability(cents)
        return CurvePoint(cents=cents, win_probability=win, surplus=win * (quote.bid_value - cents))

    return ShadingCurve(
        points=tuple([point(first * exp(ratio * step)) for step in range(STEPS)] + [point(last)]),
        chosen=point(float(offer.price_cents)),
        best_cents=quote.best,
        low_cents=quote.low,
        high_cents=quote.high,
        maximum_cents=quote.bid_value,
        is_learned=not isinstance(curve, OrtbCurve),
    )

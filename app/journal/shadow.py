"""The decision of the other model of a trial: stored beside the live decision, and never sent."""

import msgspec

from app.domain.auction.decide import Decision
from app.domain.auction.weighing import Offer
from app.domain.pricing.pricing import Valuation
from app.domain.reasons import Refusal
from app.wire.ping import Leg

UNPRICED = "no number"
"""The fault of a model that gave no probability: there was none, or it was not finite."""


class ShadowBid(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A bid that was not sent. Money in cents; `probability` is P(conversion) on this leg, none at a fallback price."""

    campaign: str
    leg: Leg
    price_cents: int
    win_probability: float
    surplus: float
    bid_value: float | None = None
    probability: float | None = None


class Shadow(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """`model` is the version, with what it would have answered. `fault` says how it failed to price, if it did.

    `weighed` holds campaign, leg and P(conversion) of what it priced beside its bids.
    """

    model: str
    bids: tuple[ShadowBid, ...] = ()
    refusal: Refusal | None = None
    weighed: tuple[tuple[str, str, float], ...] = ()
    fault: str = ""

    def probability(self, campaign: str, leg: str) -> float | None:
        """P(conversion) of the lead for this campaign on this leg; `None` where it was not asked that far."""
        for bid in self.bids:
            if (bid.campaign, bid.leg) == (campaign, leg):
                return bid.probability
        return next((chance for name, on, chance in self.weighed if (name, on) == (campaign, leg)), None)


def shadow_of(model: str, decision: Decision) -> Shadow:
    """The short form of a decision that was not sent."""
    beside = [(each.campaign, str(each.leg), each.valuation) for each in decision.outbid]
    beside += [(each.campaign, each.leg, each.valuation) for each in decision.refused if each.leg]
    priced = [_is_priced(each.valuation) for each in decision.bids] + [_is_priced(each) for _, _, each in beside]
    priced += [each.refusal.code != "model_unavailable" for each in decision.refused]
    return Shadow(
        model=model,
        bids=tuple([_bid(offer) for offer in decision.bids]),
        refusal=decision.refusal,
        weighed=tuple([(name, leg, valuation.probability) for name, leg, valuation in beside if valuation is not None]),
        fault="" if all(priced) else UNPRICED,
    )


def _is_priced(valuation: Valuation | None) -> bool:
    """Whether the model said something of this lead, and not only the campaign, by a fixed price or a rate."""
    return valuation is not None and not valuation.expected


def _bid(offer: Offer) -> ShadowBid:
    return ShadowBid(
        campaign=offer.campaign,
        leg=offer.leg,
        price_cents=offer.price_cents,
        win_probability=offer.win_probability,
        surplus=offer.surplus,
        bid_value=offer.quote.bid_value if offer.quote is not None else None,
        probability=offer.valuation.probability if offer.valuation is not None else None,
    )

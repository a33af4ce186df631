"""Decides one ping: bids, or the one reason for none. Pure: the same arguments give the same answer, also in replay."""

from math import isfinite, nan

import msgspec

from app.domain.auction.features import PREDICTED_VALUE, facts_of
from app.domain.auction.snapshot import Snapshot
from app.domain.auction.weighing import CampaignRefusal, Offer, weigh
from app.domain.auction.withholding import UNRECORDABLE, is_withheld
from app.domain.calendar import local_minute
from app.domain.onboarding.test_values import PRICE_CENTS, TestScenario, forced_legs, scenario_of
from app.domain.pricing.exploration import Draw
from app.domain.pricing.price_points import points_of_both
from app.domain.reasons import RANK, Refusal
from app.wire.ping import Leg, Ping


class Decision(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """`bids` best first, at most one a leg; or `refusal`. `outbid` and `refused` are what else was weighed."""

    bids: tuple[Offer, ...] = ()
    refusal: Refusal | None = None
    outbid: tuple[Offer, ...] = ()
    refused: tuple[CampaignRefusal, ...] = ()


def decide(ping: Ping, snapshot: Snapshot, now: float, draw: Draw) -> Decision:
    """The bids for a ping, or one refusal: that of the campaign which got furthest down the table of reasons.

    `now` is UTC epoch seconds.
    """
    catalogue, seller, standing = snapshot.catalogue, snapshot.seller, snapshot.standing
    if ping.vertical not in catalogue.index.verticals:
        return Decision(refusal=Refusal("unsupported_vertical", ", ".join(sorted(catalogue.index.verticals))))
    if seller.paused or seller.name in standing.paused:
        return Decision(refusal=Refusal("paused"))
    scenario = scenario_of(ping) if ping.test else None
    if scenario is not None:
        # Of a test nothing is recorded, so that it gets what it asks for also while no sale can be.
        return _forced(scenario, ping, snapshot)
    if standing.unwritable_s > 0.0 and is_withheld(standing.unwritable_s, draw):
        return Decision(refusal=UNRECORDABLE)
    candidates = catalogue.index.candidates(ping.vertical, ping.zip, ping.state)
    if not candidates:
        return Decision(refusal=Refusal("outside_territory"))
    if seller.blocked_sub_sources and ping.sub_id in seller.blocked_sub_sources:
        return Decision(refusal=Refusal("filtered", "sub_id"))
    facts = facts_of(ping, local_minute(int(now // 60), catalogue.buyer.zone), snapshot.known.consultations)
    model = catalogue.models.get(ping.vertical)
    # All candidates buy this vertical, so one score serves them all.
    probability = model.probability(facts) if model is not None else nan
    if model is not None and model.value is not None:
        amount = facts[PREDICTED_VALUE] = model.value(facts)
        probability = probability if isfinite(amount) else nan
    offers: list[Offer] = []
    refused: list[CampaignRefusal] = []
    for campaign in candidates:
        for result in weigh(catalogue.pairing(campaign, seller), ping, facts, probability, snapshot, now, draw):
            if isinstance(result, Offer):
                offers.append(result)
            else:
                refused.append(result)
    if not offers:
        return Decision(refusal=_furthest(refused), refused=tuple(refused))
    best = _best_a_leg(offers)
    return Decision(
        bids=tuple(sorted(best.values(), key=_dearest_first)),
        outbid=tuple([offer for offer in offers if best[offer.leg] is not offer]) if len(best) < len(offers) else (),
        refused=tuple(refused),
    )


def _forced(scenario: TestScenario, ping: Ping, snapshot: Snapshot) -> Decision:
    """What a test asks for: that refusal, or bids of the vertical's first campaigns whatever they would pay."""
    if scenario.ping:
        return Decision(refusal=Refusal(scenario.ping))
    campaigns = [each for each in snapshot.catalogue.campaigns.values() if each.vertical == ping.vertical]
    offers = []
    for leg in forced_legs(scenario, ping.lead_type):
        campaign = next((each for each in campaigns if leg in each.legs), campaigns[0])
        price_cents = ping.min_price_cents or PRICE_CENTS[leg]
        points = points_of_both(campaign.price_points, snapshot.seller.price_points)
        price_cents = next((price for price in points if price >= price_cents), points[-1]) if points else price_cents
        offers.append(
            Offer(
                campaign=campaign.name,
                brand=campaign.brand,
                leg=leg,
                price_cents=price_cents,
                win_probability=snapshot.seller.curve(leg).win_probability(price_cents),
                surplus=0.0,
            )
        )
    return Decision(bids=tuple(sorted(offers, key=_dearest_first)))


def _best_a_leg(offers: list[Offer]) -> dict[Leg, Offer]:
    """Per leg the offer with the greatest expected surplus, the first declared on a tie."""
    best: dict[Leg, Offer] = {}
    for offer in offers:
        other = best.get(offer.leg)
        if other is None or offer.surplus > other.surplus:
            best[offer.leg] = offer
    return best


def _dearest_first(offer: Offer) -> tuple[int, str]:
    """The highest price first, exclusive on a tie."""
    return -offer.price_cents, offer.leg


def _furthest(refused: list[CampaignRefusal]) -> Refusal:
    """The refusal of the campaign that got furthest down the table."""
    return max((refusal.refusal for refusal in refused), key=lambda refusal: RANK[refusal.code])

"""One campaign's answer to one ping: a price for each leg, or the reason for no bid."""

from collections.abc import Mapping
from math import fsum, isfinite

import msgspec
from msgspec.structs import replace

from app.domain.auction.features import PREDICTED_VALUE
from app.domain.auction.snapshot import Caps, Snapshot, Standing
from app.domain.auction.targeting import target_terms
from app.domain.buyer import Exploration
from app.domain.calendar import LocalTime, local_minute
from app.domain.campaign import Campaign
from app.domain.caps.caps import CapStanding
from app.domain.catalogue import Model
from app.domain.checks.check import post_costs
from app.domain.checks.verdict import Consultation, about, failures, price_cut, unsettled
from app.domain.consent import consent
from app.domain.duplicate import is_duplicate
from app.domain.pricing.disposition_value import DispositionTerm, disposition_terms, per_conversion
from app.domain.pricing.exploration import Draw, jitter
from app.domain.pricing.landscape import OrtbCurve
from app.domain.pricing.price_points import drawn_point, points_of_both
from app.domain.pricing.pricing import Curve, Quote, Valuation, quote
from app.domain.reasons import Refusal
from app.domain.seller import Habits, Seller
from app.wire.ping import LeadType, Leg, Ping, Value

BY_COMMAND = "by command"
"""The name of a boost that an operator gave while the service runs."""


class Offer(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """One campaign's price for one leg with every term that made it: the breakdown.

    `win_probability` and `surplus` (cents a ping) are those of the bid as sent; `spread` and `drawn` say how it was
    explored between `quote.low` and `quote.high` around `quote.best`. A fallback price has no quote.
    """

    campaign: str
    brand: str
    leg: Leg
    price_cents: int
    win_probability: float
    surplus: float
    valuation: Valuation | None = None
    quote: Quote | None = None
    spread: float = 0.0
    drawn: float = 0.0


class CampaignRefusal(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """Why one campaign, or one leg of it, does not bid; with the terms where it came as far as a price.

    `points` are the only prices that were allowed, of which none could be bid.
    """

    campaign: str
    refusal: Refusal
    leg: str = ""
    valuation: Valuation | None = None
    points: tuple[int, ...] = ()


def weigh(
    campaign: Campaign,
    ping: Ping,
    facts: Mapping[str, Value],
    probability: float,
    snapshot: Snapshot,
    now: float,
    draw: Draw,
) -> list[Offer | CampaignRefusal]:
    """What one campaign says: an offer or a refusal for each leg that it shares with the ping, or one refusal."""
    local, known = local_minute(int(now // 60), campaign.zone), snapshot.known
    caps = caps_of(campaign, snapshot)
    legs = _shared_legs(ping.lead_type, campaign.legs)
    refusal = _refuse(campaign, ping, facts, snapshot, now, local, legs) or _full(campaign, snapshot, caps)
    if refusal is None and known.certificate_used:
        refusal = Refusal("certificate_reused")
    if refusal is None and known.suppressed:
        refusal = Refusal("suppressed")
    consulted = about(campaign.name, known.consultations) if known.consultations else ()
    if refusal is None and consulted:
        refusal = _unproven(consulted)
    if refusal is not None:
        return [CampaignRefusal(campaign=campaign.name, refusal=refusal)]
    cut = price_cut(consulted) if consulted else 0.0
    is_priced = 0.0 <= probability <= 1.0
    if not is_priced:
        if campaign.expected_conversion is None:
            return [_fallback(campaign, ping, snapshot.seller, leg, caps, cut) for leg in legs]
        probability = campaign.expected_conversion.of(snapshot.seller.name, ping.state)
    valuation = _valuation(campaign, facts, probability, snapshot, local, caps)
    if not is_priced:
        valuation = replace(valuation, expected=True)
    if cut:
        valuation = replace(valuation, price_cut=cut)
    ceiling_cents = _ceiling(campaign, caps)
    return [_offer(campaign, ping, leg, facts, snapshot, valuation, ceiling_cents, draw) for leg in legs]


def _unproven(consulted: tuple[Consultation, ...]) -> Refusal | None:
    """What providers said against a lead, or did not say that is needed."""
    open_question = unsettled(consulted)
    return next(iter(failures(consulted)), open_question.refusal if open_question is not None else None)


def caps_of(campaign: Campaign, snapshot: Snapshot) -> Caps:
    """Every cap that a sale of this seller to this campaign would use; an unused cap is at zero."""
    caps = (*campaign.caps, *snapshot.seller.caps)
    standings = snapshot.standing.caps.get(campaign.name)
    if standings is None:
        return tuple([(cap, CapStanding(cap.limit)) for cap in caps])
    return tuple(zip(caps, standings, strict=True))


def _shared_legs(asked: LeadType, bought: tuple[Leg, ...]) -> tuple[Leg, ...]:
    """The legs that the seller offers and the campaign buys."""
    if asked == "any":
        return bought
    return (asked,) if asked in bought else ()


def _refuse(
    campaign: Campaign,
    ping: Ping,
    facts: Mapping[str, Value],
    snapshot: Snapshot,
    now: float,
    local: LocalTime,
    legs: tuple[Leg, ...],
) -> Refusal | None:
    """Everything that speaks against a lead before capacity and price, in the documented order."""
    if campaign.paused or campaign.name in snapshot.standing.paused:
        return Refusal("paused")
    if not campaign.territory.covers(ping.zip, ping.state):
        return Refusal("outside_territory")
    # A test must have one answer at every hour, or nobody could test outside ours.
    if not (ping.test or campaign.schedule.is_open(local)):
        return Refusal("closed_hours", campaign.schedule.next_opening(local))
    for rule in campaign.filters:
        if not rule.admits(facts) and rule.field not in snapshot.known.awaited:
            return Refusal("filtered", rule.field)
    if not legs:
        return Refusal("filtered", "lead_type")
    lacking = consent.refuse_ping(campaign.consent, ping, now)
    if lacking is not None:
        return lacking
    if snapshot.known.bought:
        return Refusal("duplicate")
    seen = snapshot.known.sightings
    since = now - campaign.duplicate_s
    if seen and is_duplicate(seen, campaign.duplicate_scope, campaign.name, campaign.vertical, since):
        return Refusal("duplicate")
    return None


def _full(campaign: Campaign, snapshot: Snapshot, caps: Caps) -> Refusal | None:
    """Whether a cap cannot hold one more live bid at the lowest price, or the territory cannot take more leads."""
    full = _no_room(caps, lowest_bid(campaign, snapshot.seller))
    if full is not None:
        return full
    demand = snapshot.standing.demand.get(campaign.name)
    return Refusal("cap_reached", "territory") if demand is not None and demand.is_full else None


def lowest_bid(campaign: Campaign, seller: Seller) -> int:
    """The least that this campaign may bid to this seller, in cents."""
    lowest_cents = campaign.floor_cents or 1
    if campaign.price_points or seller.price_points:
        points = points_of_both(campaign.price_points, seller.price_points)
        lowest_cents = next((price for price in points if price >= lowest_cents), lowest_cents)
    return lowest_cents


def _no_room(caps: Caps, price_cents: int) -> Refusal | None:
    """The first cap that cannot honor one more live bid at this price."""
    for cap, standing in caps:
        if standing.room < cap.uses(price_cents):
            return Refusal(cap.reason, cap.name)
    return None


def _valuation(
    campaign: Campaign,
    facts: Mapping[str, Value],
    probability: float,
    snapshot: Snapshot,
    local: LocalTime,
    caps: Caps,
) -> Valuation:
    """Every term of the value of an exclusive lead, with the shadow prices of what it would use up."""
    shadows, budget = _duals(campaign, caps)
    standing = snapshot.standing
    habits = _habits(campaign, snapshot)
    quality_factor, return_rate, sub_source = habits.quality_factor, habits.return_rate, ""
    if habits.sub_sources and facts["sub_id"] in habits.sub_sources:
        sub_source = str(facts["sub_id"])
        quality_factor = habits.sub_sources[sub_source]
        return_rate = habits.sub_source_returns.get(sub_source, return_rate)
    demand = standing.demand.get(campaign.name)
    if demand is not None:
        shadows += ((demand.name, demand.shadow_cents(campaign.demand_cents)),)
    worth, dispositions = campaign.worth.of(facts), tuple[DispositionTerm, ...]()
    if campaign.disposition_values:
        dispositions = _dispositions(campaign, snapshot, probability)
        worth += per_conversion(dispositions, probability) if dispositions else 0.0
    towards = standing.targets.get(campaign.name) if standing.targets else None
    targets = target_terms(campaign, towards, worth) if towards is not None else ()
    checks = snapshot.catalogue.checks
    return Valuation(
        probability=probability,
        worth=worth,
        dispositions=dispositions,
        predicted=_predicted(facts) if campaign.worth.field == PREDICTED_VALUE else 0.0,
        quality_factor=quality_factor,
        handling=float(campaign.handling_cents),
        boosts=_boosts(campaign, standing, local),
        signals=tuple([(cause, float(cents)) for cause, cents in standing.signals]) if standing.signals else (),
        shadows=shadows,
        budget=budget,
        return_rate=return_rate,
        sub_source=sub_source,
        targets=targets,
        raise_max=float(campaign.target_raise_cents) if targets else 0.0,
        checks=post_costs(checks, campaign.name, campaign.vertical, snapshot.seller.name) if checks else (),
    )


def _dispositions(campaign: Campaign, snapshot: Snapshot, probability: float) -> tuple[DispositionTerm, ...]:
    """The dispositions that bring something, with how likely this lead comes to each; none where no model knows."""
    model = snapshot.catalogue.models.get(campaign.vertical)
    return disposition_terms(campaign.disposition_values, model.dispositions, probability) if model is not None else ()


def _predicted(facts: Mapping[str, Value]) -> float:
    """What the model says that a conversion brings, in cents; 0 where it says nothing."""
    amount = float(facts.get(PREDICTED_VALUE, 0.0))
    return 100.0 * amount if isfinite(amount) else 0.0


def _boosts(campaign: Campaign, standing: Standing, local: LocalTime) -> tuple[tuple[str, float], ...]:
    """The pushes that its schedule declares, and an operator's."""
    declared = campaign.schedule.boosts_on(local)
    cents = standing.boosts.get(campaign.name) if standing.boosts else None
    return declared if cents is None else (*declared, (BY_COMMAND, float(cents)))


def _habits(campaign: Campaign, snapshot: Snapshot) -> Habits:
    """What is known of the seller's leads of this vertical: measured, or else as declared."""
    seller, model = snapshot.seller, snapshot.catalogue.models.get(campaign.vertical)
    return model.habits.get(seller.name, seller.habits) if model is not None else seller.habits


def _duals(campaign: Campaign, caps: Caps) -> tuple[tuple[tuple[str, float], ...], float]:
    """Shadow prices of counts in cents by cap, and the budget's multiplier.

    Nested windows of one scope are one resource and take the largest; an hour's capacity is a resource of its own.
    """
    scarce = [(cap, standing.dual) for cap, standing in caps if standing.dual > 0.0]
    if not scarce:
        return (), 0.0
    counts: dict[tuple[str, bool], tuple[float, str]] = {}
    spends: dict[str, float] = {}
    for cap, dual in scarce:
        if cap.measure == "spend":
            spends[cap.scope] = max(dual, spends.get(cap.scope, 0.0))
            continue
        resource = (cap.scope, cap.window == "hour")
        if resource not in counts or dual > counts[resource][0]:
            counts[resource] = (dual, cap.name)
    shadows = tuple([(name, dual * campaign.ceiling_cents) for dual, name in counts.values()])
    return shadows, fsum(spends.values())


def _ceiling(campaign: Campaign, caps: Caps) -> int:
    """The highest price that every budget can still honor."""
    ceiling_cents = campaign.ceiling_cents
    for cap, standing in caps:
        if cap.measure == "spend":
            ceiling_cents = min(ceiling_cents, int(standing.room))
    return ceiling_cents


def _offer(
    campaign: Campaign,
    ping: Ping,
    leg: Leg,
    facts: Mapping[str, Value],
    snapshot: Snapshot,
    exclusive: Valuation,
    ceiling_cents: int,
    draw: Draw,
) -> Offer | CampaignRefusal:
    """The explored best price of one leg; a shared lead converts worse by the campaign's share."""
    valuation, seller, catalogue = exclusive, snapshot.seller, snapshot.catalogue
    if leg == "shared":
        valuation = _shared(exclusive, campaign.shared_share)
    model = catalogue.models.get(campaign.vertical)
    curve = curve_of(model, seller, leg, facts, valuation.probability * valuation.worth)
    points = campaign.price_points or seller.price_points
    if points:
        points = points_of_both(points, seller.price_points)
    quoted = quote(valuation, curve, campaign.floor_cents, ceiling_cents, ping.min_price_cents, points)
    if isinstance(quoted, str):
        refusal = Refusal(quoted)
        return CampaignRefusal(campaign=campaign.name, leg=leg, refusal=refusal, valuation=valuation, points=points)
    spread = _spread(ping, catalogue.buyer.exploration, draw, curve.doubt)
    if points:
        drawn = float(drawn_point(quoted.within, quoted.best, spread, draw.place))
    else:
        drawn = jitter(quoted.best, quoted.low, quoted.high, spread, draw.place)
    price_cents = int(drawn)
    win = curve.win_probability(price_cents)
    return Offer(
        campaign=campaign.name,
        brand=campaign.brand,
        leg=leg,
        price_cents=price_cents,
        win_probability=win,
        surplus=win * (quoted.bid_value - price_cents),
        valuation=valuation,
        quote=quoted,
        spread=spread,
        drawn=drawn,
    )


def _shared(exclusive: Valuation, share: float) -> Valuation:
    """The same lead where others buy it too."""
    shared = replace(exclusive, probability=exclusive.probability * share)
    if not shared.dispositions:
        return shared
    return replace(shared, dispositions=tuple([each.shared(share) for each in shared.dispositions]))


def curve_of(model: Model | None, seller: Seller, leg: Leg, facts: Mapping[str, Value], worth_cents: float) -> Curve:
    """What is known of the rivals for a lead whose p V on this leg is `worth_cents`: learned, or else the seller's
    declared curve.
    """
    if model is None or model.landscape is None:
        return declared_curve(seller, leg)
    learned = model.landscape.curve(seller.name, leg, facts, worth_cents)
    return learned if learned is not None else declared_curve(seller, leg)


def declared_curve(seller: Seller, leg: Leg) -> OrtbCurve:
    """What is declared of a seller's auctions on a leg."""
    return seller.exclusive if leg == "exclusive" else seller.shared


def _spread(ping: Ping, exploration: Exploration, draw: Draw, doubt: float) -> float:
    """How widely this bid explores: a thin slice always, all others by how little is known; a test never does."""
    if ping.test:
        return 0.0
    return exploration.wide_spread if draw.slice < exploration.wide_share else exploration.spread * doubt


def _fallback(
    campaign: Campaign, ping: Ping, seller: Seller, leg: Leg, caps: Caps, cut: float
) -> Offer | CampaignRefusal:
    """The fixed price that a campaign may allow where no model can price."""
    price_cents = campaign.fallback_cents
    if price_cents is None:
        return CampaignRefusal(campaign=campaign.name, leg=leg, refusal=Refusal("model_unavailable"))
    if cut:
        price_cents = int(price_cents * (1.0 - cut))
        if price_cents < max(campaign.floor_cents, 1):
            return CampaignRefusal(campaign=campaign.name, leg=leg, refusal=Refusal("low_value"))
    if seller.price_points:
        # The seller takes no other price, and the buyer named the most that it wants to pay unseen.
        prices = [price for price in seller.price_points if campaign.floor_cents <= price <= price_cents]
        if not prices:
            return CampaignRefusal(campaign=campaign.name, leg=leg, refusal=Refusal("low_value"))
        price_cents = prices[-1]
    if price_cents < ping.min_price_cents:
        return CampaignRefusal(campaign=campaign.name, leg=leg, refusal=Refusal("below_floor"))
    full = _no_room(caps, price_cents)
    if full is not None:
        return CampaignRefusal(campaign=campaign.name, leg=leg, refusal=full)
    return Offer(
        campaign=campaign.name,
        brand=campaign.brand,
        leg=leg,
        price_cents=price_cents,
        win_probability=declared_curve(seller, leg).win_probability(price_cents),
        surplus=0.0,
    )

"""One campaign's answer to one ping: a price for each leg, or the reason for no bid."""

from collections.abc import Mapping
from math import fsum, isfinite

import msgspec
from msgspec.structs import replace

from app.domain.auction.features import PREDICTED_VALUE
from app.domain.auction.snapshot import Caps, Snapshot, Standing
from app.domain.auction.targeting import target_terms
from app.domain.buyer import Exploration
from app.domain.calendar import local_minute
from app.domain.campaign import Campaign
from app.domain.catalogue import Model
from app.domain.checks.verdict import Consultation, about, failures, price_cut, unsettled
from app.domain.consent import consent
from app.domain.duplicate import is_duplicate
from app.domain.pairing import Pairing
from app.domain.pricing.disposition_value import disposition_terms, per_conversion
from app.domain.pricing.exploration import Draw, jitter
from app.domain.pricing.price_points import drawn_point
from app.domain.pricing.pricing import Curve, Quote, Valuation, quote
from app.domain.reasons import Refusal
from app.domain.seller import Habits, Seller
from app.wire.ping import Leg, Ping, Value

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
    pairing: Pairing,
    ping: Ping,
    facts: Mapping[str, Value],
    probability: float,
    snapshot: Snapshot,
    now: float,
    draw: Draw,
) -> list[Offer | CampaignRefusal]:
    """What one campaign says: an offer or a refusal for each leg that it shares with the ping, or one refusal."""
    campaign, known = pairing.campaign, snapshot.known
    caps = caps_of(pairing, snapshot.standing)
    legs = pairing.legs[ping.lead_type]
    refusal = _refuse(pairing, ping, facts, snapshot, now, legs) or _no_room(caps, pairing.lowest_cents)
    if refusal is None and snapshot.standing.demand:
        refusal = _worked_out(campaign, snapshot.standing)
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
            return _fallbacks(pairing, ping, legs, caps, cut)
        probability = campaign.expected_conversion.of(snapshot.seller.name, ping.state)
    model = snapshot.catalogue.models.get(campaign.vertical)
    valuation = _valuation(pairing, facts, probability, model, snapshot.standing, now, caps)
    if not is_priced:
        valuation = replace(valuation, expected=True)
    if cut:
        valuation = replace(valuation, price_cut=cut)
    ceiling_cents = _ceiling(campaign, caps) if pairing.has_budget else campaign.ceiling_cents
    exploration = snapshot.catalogue.buyer.exploration
    offers = []
    # A loop: what a comprehension uses of a function is slower to reach in all the rest of it, before Python 3.12.
    for leg in legs:
        of_leg = _shared(valuation, campaign.shared_share) if leg == "shared" else valuation
        offers.append(_offer(pairing, ping, leg, facts, model, of_leg, ceiling_cents, exploration, draw))
    return offers


def _unproven(consulted: tuple[Consultation, ...]) -> Refusal | None:
    """What providers said against a lead, or did not say that is needed."""
    open_question = unsettled(consulted)
    return next(iter(failures(consulted)), open_question.refusal if open_question is not None else None)


def caps_of(pairing: Pairing, standing: Standing) -> Caps:
    """Every cap that a sale would use, with where it stands; an unused cap is at zero."""
    standings = standing.caps.get(pairing.campaign.name)
    if standings is None:
        return pairing.unused
    if len(standings) != len(pairing.caps):
        raise ValueError(f"{len(standings)} standings of {len(pairing.caps)} caps")
    return tuple(zip(pairing.caps, standings))  # noqa: B905 - the word `strict` takes longer than all the rest


def _refuse(
    pairing: Pairing,
    ping: Ping,
    facts: Mapping[str, Value],
    snapshot: Snapshot,
    now: float,
    legs: tuple[Leg, ...],
) -> Refusal | None:
    """Everything that speaks against a lead before capacity and price, in the documented order."""
    campaign = pairing.campaign
    if campaign.paused or campaign.name in snapshot.standing.paused:
        return Refusal("paused")
    if not (pairing.is_everywhere or campaign.territory.covers(ping.zip, ping.state)):
        return Refusal("outside_territory")
    # A test must have one answer at every hour, or nobody could test outside ours.
    if not (pairing.is_always_open or ping.test):
        local = local_minute(int(now // 60), campaign.zone)
        if not campaign.schedule.is_open(local):
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


def _no_room(caps: Caps, price_cents: int) -> Refusal | None:
    """The first cap that cannot honor one more live bid at this price."""
    for cap, standing in caps:
        if standing.room < cap.uses(price_cents):
            return Refusal(cap.reason, cap.name)
    return None


def _worked_out(campaign: Campaign, standing: Standing) -> Refusal | None:
    """Whether the territory cannot take more leads."""
    demand = standing.demand.get(campaign.name)
    return Refusal("cap_reached", "territory") if demand is not None and demand.is_full else None


def _valuation(
    pairing: Pairing,
    facts: Mapping[str, Value],
    probability: float,
    model: Model | None,
    standing: Standing,
    now: float,
    caps: Caps,
) -> Valuation:
    """Every term of the value of an exclusive lead, with the shadow prices of what it would use up.

    Few of them are moved by any one lead, and all others are those of the pairing.
    """
    campaign, habits = pairing.campaign, pairing.habits
    valuation = replace(pairing.valuation, probability=probability)
    if campaign.worth.field:
        valuation = replace(valuation, worth=campaign.worth.of(facts))
        if campaign.worth.field == PREDICTED_VALUE:
            valuation = replace(valuation, predicted=_predicted(facts))
    if campaign.disposition_values and model is not None:
        valuation = _with_dispositions(valuation, campaign, model)
    if habits.sub_sources and facts["sub_id"] in habits.sub_sources:
        valuation = _of_sub_source(valuation, str(facts["sub_id"]), habits)
    if campaign.schedule.boosts or standing.boosts or standing.signals:
        boosts = _boosts(campaign, standing, now)
        signals = tuple([(cause, float(cents)) for cause, cents in standing.signals])
        valuation = replace(valuation, boosts=boosts, signals=signals)
    shadows, budget = _duals(campaign, caps)
    if standing.demand and (demand := standing.demand.get(campaign.name)) is not None:
        shadows += ((demand.name, demand.shadow_cents(campaign.demand_cents)),)
    if shadows or budget:
        valuation = replace(valuation, shadows=shadows, budget=budget)
    towards = standing.targets.get(campaign.name) if standing.targets else None
    if towards is not None and (targets := target_terms(campaign, towards, valuation.worth)):
        valuation = replace(valuation, targets=targets, raise_max=float(campaign.target_raise_cents))
    return valuation


def _with_dispositions(valuation: Valuation, campaign: Campaign, model: Model) -> Valuation:
    """With the dispositions that bring something, and how likely this lead comes to each as far as the model knows."""
    probability = valuation.probability
    terms = disposition_terms(campaign.disposition_values, model.dispositions, probability)
    if not terms:
        return valuation
    return replace(valuation, dispositions=terms, worth=valuation.worth + per_conversion(terms, probability))


def _of_sub_source(valuation: Valuation, sub_source: str, habits: Habits) -> Valuation:
    """By what is known of the leads of a sub-source, where that is not what is known of all of its seller's."""
    return replace(
        valuation,
        quality_factor=habits.sub_sources[sub_source],
        return_rate=habits.sub_source_returns.get(sub_source, valuation.return_rate),
        sub_source=sub_source,
    )


def _predicted(facts: Mapping[str, Value]) -> float:
    """What the model says that a conversion brings, in cents; 0 where it says nothing."""
    amount = float(facts.get(PREDICTED_VALUE, 0.0))
    return 100.0 * amount if isfinite(amount) else 0.0


def _boosts(campaign: Campaign, standing: Standing, now: float) -> tuple[tuple[str, float], ...]:
    """The pushes that its schedule declares, and an operator's."""
    schedule = campaign.schedule
    declared = schedule.boosts_on(local_minute(int(now // 60), campaign.zone)) if schedule.boosts else ()
    cents = standing.boosts.get(campaign.name) if standing.boosts else None
    return declared if cents is None else (*declared, (BY_COMMAND, float(cents)))


def _duals(campaign: Campaign, caps: Caps) -> tuple[tuple[tuple[str, float], ...], float]:
    """Shadow prices of counts in cents by cap, and the budget's multiplier.

    Nested windows of one scope are one resource and take the largest; an hour's capacity is a resource of its own.
    """
    counts: dict[tuple[str, bool], tuple[float, str]] = {}
    spends: dict[str, float] = {}
    for cap, standing in caps:
        dual = standing.dual
        if dual <= 0.0:
            continue
        if cap.measure == "spend":
            spends[cap.scope] = max(dual, spends.get(cap.scope, 0.0))
            continue
        resource = (cap.scope, cap.window == "hour")
        if resource not in counts or dual > counts[resource][0]:
            counts[resource] = (dual, cap.name)
    if not (counts or spends):
        return (), 0.0
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
    pairing: Pairing,
    ping: Ping,
    leg: Leg,
    facts: Mapping[str, Value],
    model: Model | None,
    valuation: Valuation,
    ceiling_cents: int,
    exploration: Exploration,
    draw: Draw,
) -> Offer | CampaignRefusal:
    """The explored best price of one leg, for which the lead has this `valuation`."""
    campaign, points = pairing.campaign, pairing.points
    if model is None or model.landscape is None:
        curve: Curve = pairing.seller.curve(leg)
    else:
        curve = curve_of(model, pairing.seller, leg, facts, valuation.probability * valuation.worth)
    quoted = quote(valuation, curve, campaign.floor_cents, ceiling_cents, ping.min_price_cents, points)
    if isinstance(quoted, str):
        refusal = Refusal(quoted)
        return CampaignRefusal(campaign=campaign.name, leg=leg, refusal=refusal, valuation=valuation, points=points)
    # A thin slice explores widely, all others by how little is known; a test never does.
    spread = exploration.wide_spread if draw.slice < exploration.wide_share else exploration.spread * curve.doubt
    if ping.test:
        spread = 0.0
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
    """The same lead where others buy it too: it converts worse by the campaign's share."""
    shared = replace(exclusive, probability=exclusive.probability * share)
    if not shared.dispositions:
        return shared
    return replace(shared, dispositions=tuple([each.shared(share) for each in shared.dispositions]))


def curve_of(model: Model | None, seller: Seller, leg: Leg, facts: Mapping[str, Value], worth_cents: float) -> Curve:
    """What is known of the rivals for a lead whose p V on this leg is `worth_cents`: learned, or else the seller's
    declared curve.
    """
    if model is None or model.landscape is None:
        return seller.curve(leg)
    learned = model.landscape.curve(seller.name, leg, facts, worth_cents)
    return learned if learned is not None else seller.curve(leg)


def _fallbacks(
    pairing: Pairing, ping: Ping, legs: tuple[Leg, ...], caps: Caps, cut: float
) -> list[Offer | CampaignRefusal]:
    return [_fallback(pairing, ping, leg, caps, cut) for leg in legs]


def _fallback(pairing: Pairing, ping: Ping, leg: Leg, caps: Caps, cut: float) -> Offer | CampaignRefusal:
    """The fixed price that a campaign may allow where no model can price."""
    campaign, seller = pairing.campaign, pairing.seller
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
        win_probability=pairing.seller.curve(leg).win_probability(price_cents),
        surplus=0.0,
    )

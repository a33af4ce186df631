"""What a model would have bid for the logged pings: decided again from what the log keeps of each.

A row of bids keeps v and u whole, not term by term. Of u = (v - nu) / ((1 + mu)(1 - q)) the model changes the quality
factor p V within v, where V changes as what a model predicted of it; all else, handling, boosts, signals and what caps
took off, stays as it was. q and quality factor are the model's own for the seller, 0 and 1 where it has none; a
budget's mu counts as a part of nu. A ceiling is the lowest that the log allows: the highest bound at which the campaign
ever bid, where it was not seen to bind. Only pings that were bid for can be bid for again.
"""

from collections.abc import Mapping

import msgspec
import numpy as np
from msgspec.structs import replace

from app.domain.catalogue import Model
from app.domain.pricing.landscape import OrtbCurve
from app.domain.pricing.pricing import Curve, Valuation, quote
from app.domain.seller import Habits
from app.scoring.compile import Probability
from training.evaluation.ledger import Ledger
from training.histories.bids import LoggedBid
from training.statistics import Array

AT_BOUND = 1.005
"""Within half a percent of a bound a bid counts as being at it."""


class Rebid(msgspec.Struct, frozen=True, kw_only=True):
    """Bids in cents before exploration, 0 where declined; P(conversion) on the leg; F at the logged price, NaN where
    the model has no landscape; `fates` what became of each ping: bid, at floor, at ceiling, or why it was declined.
    """

    bids: Array
    probability: Array
    win_at_logged: Array
    fates: tuple[str, ...]


def rebid(log: Ledger, model: Model, scale: float = 1.0) -> Rebid:
    """Each ping priced anew; `scale` multiplies P(conversion), to see how much an error of it costs."""
    shares, ceilings, fates = shared_shares(log), dict[str, float](), list[str]()
    for bid in log.bids:
        ceilings[bid.campaign] = max(ceilings.get(bid.campaign, 0.0), bid.high)
    bids, probability, at_logged = np.zeros(len(log)), np.zeros(len(log)), np.full(len(log), np.nan)
    for row, bid in enumerate(log.bids):
        chance = probability[row] = on_leg(bid, model.probability, shares)
        valuation = valuation_of(bid, min(chance * scale, 1.0), habits_of(model, bid), model)
        curve, learned = curve_of(bid, model, valuation)
        ceiling = int(max(bid.high, ceilings[bid.campaign])) if bid.high >= bid.bid_value * 0.999 else int(bid.high)
        quoted = quote(valuation, curve, int(bid.low), ceiling, bid.floor_cents, bid.points)
        if learned:
            at_logged[row] = curve.win_probability(bid.price_cents)
        if isinstance(quoted, str):
            fates.append(quoted)
            continue
        bids[row] = float(int(quoted.best))
        at_bound = "at ceiling" if bids[row] * AT_BOUND >= ceiling else "bid"
        fates.append("at floor" if bids[row] <= quoted.low * AT_BOUND else at_bound)
    return Rebid(bids=bids, probability=probability, win_at_logged=at_logged, fates=tuple(fates))


def shared_shares(log: Ledger) -> dict[str, float]:
    """By campaign how much worse a shared lead converts, as both legs of one ping were priced; 1 where none was."""
    pairs: dict[tuple[str, str], dict[str, float]] = {}
    for bid in log.bids:
        pairs.setdefault((bid.ping or bid.id, bid.campaign), {})[bid.leg] = bid.probability
    found: dict[str, list[float]] = {}
    for (_, campaign), legs in pairs.items():
        if "shared" in legs and legs.get("exclusive", 0.0) > 0.0:
            found.setdefault(campaign, []).append(legs["shared"] / legs["exclusive"])
    return {campaign: float(np.median(ratios)) for campaign, ratios in found.items()}


def on_leg(bid: LoggedBid, probability: Probability, shares: Mapping[str, float]) -> float:
    """P(conversion) of a logged lead on the leg that was bid on."""
    return probability(bid.facts) * (shares.get(bid.campaign, 1.0) if bid.leg == "shared" else 1.0)


def habits_of(model: Model, bid: LoggedBid) -> Habits:
    """What the model says of the leads of a bid's seller, and of its sub-source where it knows that."""
    habits = model.habits.get(bid.seller, Habits())
    source = str(bid.facts.get("sub_id", ""))
    factor = habits.sub_sources.get(source, habits.quality_factor)
    return_rate = habits.sub_source_returns.get(source, habits.return_rate)
    return replace(habits, quality_factor=factor, return_rate=return_rate)


def _value_ratio(bid: LoggedBid, model: Model) -> float:
    """What the model says that a conversion brings, over what was said, where the bid was made of that."""
    return model.value(bid.facts) / bid.predicted * 100.0 if model.value is not None and bid.predicted > 0.0 else 1.0


def valuation_of(bid: LoggedBid, chance: float, habits: Habits, model: Model) -> Valuation:
    """The logged terms around another P(conversion): `handling` is what else is in v, `shadows` all of nu."""
    logged = habits.quality_factor * bid.probability * bid.worth
    return Valuation(
        probability=chance,
        worth=bid.worth * _value_ratio(bid, model),
        quality_factor=habits.quality_factor,
        handling=logged - bid.value,
        shadows=(("as logged", bid.value - bid.bid_value * (1.0 - habits.return_rate)),),
        return_rate=habits.return_rate,
    )


def curve_of(bid: LoggedBid, model: Model, valuation: Valuation) -> tuple[Curve, bool]:
    """The model's curve of this lead and true, or else the ORTB curve that the logged bid lay on and false."""
    if model.landscape is not None:
        worth = valuation.probability * valuation.worth
        learned = model.landscape.curve(bid.seller, bid.leg, bid.facts, worth)
        if learned is not None:
            return learned, True
    win = min(max(bid.win_probability, 1e-3), 1.0 - 1e-3)
    return OrtbCurve(half_cents=bid.price_cents * (1.0 - win) / win), False

"""Policies side by side on the same auctions: what each earned, as a share of somebody who knew every price."""

from collections.abc import Callable

import msgspec
import numpy as np

from app.domain.buyer import Exploration
from app.domain.pricing.exploration import Draw
from training.leadsim import policies
from training.leadsim.buyer import HouseBuyer
from training.leadsim.market import Market
from training.leadsim.truth import RESERVE_CENTS, Array

Tell = Callable[[str], None]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One policy on one seed. Shares are of the clairvoyant's; money in dollars a ping, conversions as they came."""

    policy: str
    win_share: float
    share_of_clairvoyant: float
    realised_share: float
    surplus_per_ping: float


LEARNED = {
    "truthful": policies.truthful,
    "constant_shade": policies.constant_shade,
    "ortb": policies.ortb,
    "logistic": policies.logistic,
    "monotone_boosting": policies.monotone_boosting,
    "ours": policies.ours,
    "true_landscape": policies.true_landscape,
}


def compare(market: Market, tell: Tell) -> list[Result]:
    """Every policy through the real decision, and ours with the exploration that a buyer has by default."""
    at = market.evaluated
    draws = np.random.default_rng(7).random((len(market.facts), 2))
    results = [_result("clairvoyant", market, _clairvoyant(market))]
    for name, learn in LEARNED.items():
        tell(name)
        landscape = learn(market)
        results.append(_result(name, market, HouseBuyer(market, landscape).bids(at)))
        if name == "ours":
            exploring = HouseBuyer(market, landscape, exploration=Exploration())
            bids = exploring.bids(at, lambda lead: Draw(float(draws[lead, 0]), float(draws[lead, 1])))
            results.append(_result("ours_exploring", market, bids))
    return results


def _clairvoyant(market: Market) -> Array:
    """Just more than the price, where the lead is worth it."""
    price = np.maximum(np.floor(market.world.top[market.evaluated, market.winners - 1]) + 1.0, RESERVE_CENTS)
    return np.where(market.value[market.evaluated] > price, price, 0.0)


def _result(policy: str, market: Market, bids: Array) -> Result:
    at = market.evaluated
    known = _clairvoyant(market)
    best = float(np.sum((market.value[at] - known)[known > 0.0]))
    won = market.won(bids, at)
    earned = float(np.sum((market.value[at] - bids)[won]))
    realised = float(np.sum((market.world.converted[at] * market.world.worth_cents[at] - bids)[won]))
    return Result(
        policy=policy,
        win_share=float(won.mean()),
        share_of_clairvoyant=earned / best,
        realised_share=realised / best,
        surplus_per_ping=realised / len(at) / 100.0,
    )

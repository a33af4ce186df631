"""Policies side by side on the same auctions."""

from collections.abc import Callable

import numpy as np

from app.domain.buyer import Exploration
from app.domain.pricing.exploration import Draw
from training.lab import policies
from training.lab.buyer import HouseBuyer
from training.lab.market import HouseMarket
from training.lab.results import PolicyResult, clairvoyant, result_of

LEARNED = {
    "truthful": policies.truthful,
    "constant_shade": policies.constant_shade,
    "ortb": policies.ortb,
    "logistic": policies.logistic,
    "monotone_boosting": policies.monotone_boosting,
    "ours": policies.ours,
    "true_landscape": policies.true_landscape,
}


def compare(market: HouseMarket, tell: Callable[[str], None]) -> list[PolicyResult]:
    """Every policy through the real decision, and ours with the exploration that a buyer has by default."""
    at = market.evaluated
    draws = np.random.default_rng(7).random((len(market.facts), 2))
    results = [result_of("clairvoyant", market, clairvoyant(market))]
    for name, learn in LEARNED.items():
        tell(name)
        landscape = learn(market)
        results.append(result_of(name, market, HouseBuyer(market, landscape).bids(at)))
        if name == "ours":
            exploring = HouseBuyer(market, landscape, exploration=Exploration())
            bids = exploring.bids(at, lambda lead: Draw(float(draws[lead, 0]), float(draws[lead, 1])))
            results.append(result_of("ours_exploring", market, bids))
    return results

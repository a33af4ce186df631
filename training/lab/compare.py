"""Policies side by side on the same auctions, each as a share of a bidder that knows every price."""

from collections.abc import Callable

import msgspec
import numpy as np
from msgspec.structs import replace

from app.domain.buyer import Exploration
from app.domain.catalogue import Landscape
from app.domain.pricing.exploration import Draw
from training.lab import policies
from training.lab.buyer import HouseBuyer
from training.lab.market import HouseMarket
from training.lab.truth import RESERVE_CENTS
from training.statistics import Array

LEARNED = {
    "truthful": policies.truthful,
    "constant_shade": policies.constant_shade,
    "ortb": policies.ortb,
    "logistic": policies.logistic,
    "monotone_boosting": policies.monotone_boosting,
    "ours": policies.ours,
    "true_landscape": policies.true_landscape,
}


class PolicyResult(msgspec.Struct, frozen=True, kw_only=True):
    """One policy on one seed. Shares are of the clairvoyant's; money in dollars a ping, conversions as they came."""

    policy: str
    win_share: float
    share_of_clairvoyant: float
    realised_share: float
    surplus_per_ping: float


class PacedResult(PolicyResult, frozen=True, kw_only=True):
    """One way to spend a cap; surplus by the model's values, realised by conversions."""

    share_of_best_fixed: float


def compare(market: HouseMarket, tell: Callable[[str], None]) -> list[PolicyResult]:
    """Every policy through the real decision, and ours with exploration."""
    results = [result_of("clairvoyant", market, clairvoyant(market))]
    for name, learn in LEARNED.items():
        tell(name)
        landscape = learn(market)
        results.append(result_of(name, market, HouseBuyer(market, landscape).bids(market.evaluated)))
        if name == "ours":
            tell("ours, taught by its own exploring bids")
            results += exploring(market, landscape)
    return results


def exploring(market: HouseMarket, landscape: Landscape) -> list[PolicyResult]:
    """Ours with the exploration that a buyer has by default.

    What that costs is the difference; what it teaches is what the next landscape earns, learned from those bids alone.
    """
    buyer, draws = HouseBuyer(market, landscape, exploration=Exploration()), _draws(market, 7)
    return [result_of("ours_exploring", market, buyer.bids(market.evaluated, draws)), _taught(market, buyer)]


def _draws(market: HouseMarket, seed: int) -> Callable[[int], Draw]:
    places = np.random.default_rng(seed).random((len(market.facts), 2))
    return lambda lead: Draw(float(places[lead, 0]), float(places[lead, 1]))


def _taught(market: HouseMarket, buyer: HouseBuyer) -> PolicyResult:
    """What a landscape earns that knows only what exploring bids brought: the next one in a buyer's life."""
    bids = buyer.bids(market.logged, _draws(market, 8))
    won = market.won(bids, market.logged).astype(np.int8)
    log = replace(market.log, bid_cents=bids, won=won, winning_cents=None)
    landscape = policies.ours(replace(market, log=log))
    return result_of("ours_taught", market, HouseBuyer(market, landscape).bids(market.evaluated))


def result_of(policy: str, market: HouseMarket, bids: Array, won: Array | None = None) -> PolicyResult:
    """What these bids earned; without `won` each wins as it stands in its auction."""
    at = market.evaluated
    won = market.won(bids, at) if won is None else won
    known = clairvoyant(market)
    best = float(np.sum((market.value[at] - known)[known > 0.0]))
    realised = float(np.sum((market.world.converted[at] * market.world.worth_cents[at] - bids)[won]))
    return PolicyResult(
        policy=policy,
        win_share=float(won.mean()),
        share_of_clairvoyant=earned(market, bids, won) / best,
        realised_share=realised / best,
        surplus_per_ping=realised / len(at) / 100.0,
    )


def earned(market: HouseMarket, bids: Array, won: Array) -> float:
    """What the won leads are worth by the model, less what they cost, in cents."""
    return float(np.sum((market.value[market.evaluated] - bids)[won]))


def clairvoyant(market: HouseMarket) -> Array:
    """Just more than the price, where the lead is worth it."""
    price = np.maximum(np.floor(market.world.top[market.evaluated, market.winners - 1]) + 1.0, RESERVE_CENTS)
    return np.where(market.value[market.evaluated] > price, price, 0.0)

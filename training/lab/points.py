"""A buyer who may bid a few prices only: the landscape's choice among them against a table of its own log."""

from collections.abc import Callable

import numpy as np
from msgspec.structs import replace

from training.lab import policies
from training.lab.buyer import HouseBuyer
from training.lab.compare import PolicyResult, clairvoyant, exploring, result_of
from training.lab.market import HouseMarket
from training.lab.truth import SELLERS
from training.statistics import Array


def at_points(market: HouseMarket, points: tuple[int, ...], seed: int) -> HouseMarket:
    """The same market, in which these prices alone may be bid, and were explored."""
    bids = np.random.default_rng((seed, 4)).choice(np.array(points, dtype=float), size=len(market.logged))
    won = market.won(bids, market.logged).astype(np.int8)
    return replace(market, log=replace(market.log, bid_cents=bids, won=won, winning_cents=None), points=points)


def compare_points(market: HouseMarket, tell: Callable[[str], None]) -> list[PolicyResult]:
    """Ours, the best rule that a table of the log gives, and the truth, each at the points alone."""
    at = market.evaluated
    tell("ours")
    landscape = policies.ours(market)
    ours = result_of("ours", market, HouseBuyer(market, landscape).bids(at))
    tell("ours, taught by its own exploring bids")
    explored = exploring(market, landscape)
    tell("true_landscape")
    truth = result_of("true_landscape", market, HouseBuyer(market, policies.true_landscape(market)).bids(at))
    tell("table")
    rules = [result_of("table", market, _by_table(market, by)) for by in (1, 4, 12)]
    best = max(rules, key=lambda rule: rule.share_of_clairvoyant)
    return [result_of("clairvoyant", market, clairvoyant(market)), ours, *explored, truth, best]


def _by_table(market: HouseMarket, groups: int) -> Array:
    """The best price by the share won at each, seller by seller and in so many groups of leads by value."""
    log, value, points = market.log, market.value[market.evaluated], np.array(market.points, dtype=float)
    edges = np.quantile(log.worth_cents, np.arange(1, groups) / groups)
    own, theirs = np.searchsorted(edges, log.worth_cents), np.searchsorted(edges, value)
    bids, seller = np.zeros(len(value)), market.world.sellers[market.evaluated]
    for name in SELLERS:
        for group in range(groups):
            same = (log.seller == name) & (own == group)
            # One auction lost and one won beside those that were: a cell of few is not sure of anything.
            tried = [same & (log.bid_cents == point) for point in points]
            wins = np.array([(log.won[each].sum() + 1.0) / (each.sum() + 2.0) for each in tried])
            at = np.flatnonzero((seller == name) & (theirs == group))
            surplus = np.maximum.accumulate(wins) * (value[at, None] - points)
            best = surplus.argmax(axis=1)
            bids[at] = np.where(surplus[np.arange(len(at)), best] > 0.0, points[best], 0.0)
    return bids

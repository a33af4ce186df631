"""A buyer who may bid a few prices only: the landscape's choice among them against a table of its own log."""

from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np
from msgspec.structs import replace

from app.domain.catalogue import Landscape
from app.domain.pricing.pricing import Curve
from app.wire.ping import Leg, Value
from training.lab import policies
from training.lab.buyer import HouseBuyer
from training.lab.compare import PolicyResult, clairvoyant, result_of
from training.lab.market import HouseMarket
from training.lab.truth import SELLERS
from training.statistics import Array


class AtPoints(msgspec.Struct, frozen=True, kw_only=True):
    """A curve that is bid along at these prices alone."""

    curve: Curve
    points: tuple[float, ...]

    @property
    def doubt(self) -> float:
        """It explores as if nothing were known."""
        return 1.0

    def win_probability(self, bid_cents: float) -> float:
        """The curve's own."""
        return self.curve.win_probability(bid_cents)

    def best_bid(self, worth_cents: float, low_cents: float, high_cents: float) -> float:
        """The price within the bounds with the highest expected surplus; below them all the lowest bid."""
        allowed = [point for point in self.points if low_cents <= point <= high_cents]
        return max(allowed, key=lambda bid: self.win_probability(bid) * (worth_cents - bid), default=low_cents)


class PointLandscape(msgspec.Struct, frozen=True):
    """Another landscape, whose curves are bid along at these prices alone."""

    whole: Landscape
    points: tuple[float, ...]

    def curve(self, seller: str, leg: Leg, facts: Mapping[str, Value], worth_cents: float) -> Curve | None:
        """That of the lead."""
        curve = self.whole.curve(seller, leg, facts, worth_cents)
        return AtPoints(curve=curve, points=self.points) if curve is not None else None


def at_points(market: HouseMarket, points: Sequence[float], seed: int) -> HouseMarket:
    """The same market, explored at these prices alone."""
    bids = np.random.default_rng((seed, 4)).choice(np.array(points), size=len(market.logged))
    won = market.won(bids, market.logged).astype(np.int8)
    return replace(market, log=replace(market.log, bid_cents=bids, won=won, winning_cents=None))


def compare_points(market: HouseMarket, points: Sequence[float], tell: Callable[[str], None]) -> list[PolicyResult]:
    """Ours, the best rule that a table of the log gives, and the truth, each at the points alone."""
    at, allowed = market.evaluated, tuple(points)
    results = [result_of("clairvoyant", market, clairvoyant(market))]
    for name, learn in {"ours": policies.ours, "true_landscape": policies.true_landscape}.items():
        tell(name)
        found = HouseBuyer(market, PointLandscape(learn(market), allowed)).bids(at)
        results.append(result_of(name, market, np.where(np.isin(found, allowed), found, 0.0)))
    tell("table")
    rules = [result_of("table", market, _by_table(market, np.array(points), by)) for by in (1, 4, 12)]
    return [*results, max(rules, key=lambda rule: rule.share_of_clairvoyant)]


def _by_table(market: HouseMarket, points: Array, groups: int) -> Array:
    """The best price by the share won at each, seller by seller and in so many groups of leads by value."""
    log, value = market.log, market.value[market.evaluated]
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

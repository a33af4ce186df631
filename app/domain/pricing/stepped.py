"""A learned curve without a shape of its own: flat between the prices at which it jumps, and exact at them."""

from bisect import bisect_right
from math import ceil, exp, inf, log

from app.domain.pricing.landscape import (
    CELL,
    CELLS_MAX,
    EPSILON,
    NEARLY,
    STEEP,
    Competition,
    LearnedCurve,
    fewer,
)

_HIGHEST = 700.0


class Stepped(Competition, frozen=True, gc=False, kw_only=True):
    """Rivals who value the lead, a Poisson stream around the middle, and `listed` others who pay a few prices only.

    A bid between two of the `edges` (cents) meets those of the others who would bid more than the step's threshold
    (log cents), had they a free choice; fewer than `winners` of all may be above us.
    """

    winners: int = 1
    rivals: float
    listed: float
    edges: tuple[float, ...]
    thresholds: tuple[float, ...]

    def chance(self, bid_cents: float, middle: float) -> float:
        """P(fewer than `winners` rivals above this bid)."""
        steep, expected = STEEP / self.spread, 0.0
        height = steep * (log(bid_cents) - middle)
        if height < _HIGHEST:
            expected = self.rivals / (1.0 + exp(height))
        height = steep * (self.thresholds[bisect_right(self.edges, bid_cents)] - middle)
        if height < _HIGHEST:
            expected += self.listed / (1.0 + exp(height))
        few = exp(-expected)
        if self.winners > 1:
            few *= fewer(self.winners, expected)
        return EPSILON + (1.0 - 2.0 * EPSILON) * few

    def likely_starts(self, worth_cents: float, middle: float) -> tuple[float, ...]:
        """Bids that are nearly the best for a lead at the center of the same cell: where the stream says, and the first
        cents above edges that earn more than the next, with these.
        """
        key = round(log(worth_cents) / CELL), round(middle / CELL), 0.0, 0.0
        bids = self.found.get(key)
        if bids is None:
            worth, center = exp(key[0] * CELL), key[1] * CELL
            prices = [_above(edge) for edge in self.edges]
            surplus = [(worth - price) * self.chance(price, center) for price in prices]
            least, around = NEARLY * max(surplus), range(len(prices))
            tops = [at for at in around if surplus[at] >= max(least, *surplus[max(at - 1, 0) : at + 2])]
            near = {prices[at] for top in tops for at in (top - 1, top, top + 1) if at in around}
            bids = tuple(sorted(near.union(self.likely_bids(worth_cents, middle, 1.0, inf))))
            if len(self.found) < CELLS_MAX:
                self.found[key] = bids
        return bids


class SteppedCurve(LearnedCurve, frozen=True, gc=False, kw_only=True):
    """The same of one lead; its best bid lies at a bound, just above an edge, or where the stream says."""

    def best_bid(self, worth_cents: float, low_cents: float, high_cents: float) -> float:
        """argmax of F(b) (worth - b) over [low, high]: the best of the likely bids, and from there by hill climbing."""
        if not low_cents < high_cents:
            return high_cents
        table, middle = self.competition, self.middle
        assert isinstance(table, Stepped)
        bids = [bid for bid in table.likely_starts(worth_cents, middle) if low_cents < bid < high_cents]
        if not bids:
            bids = [bid for bid in map(_above, table.edges) if low_cents < bid < high_cents]
        best, best_bid = (worth_cents - low_cents) * table.chance(low_cents, middle), low_cents
        if high_cents < worth_cents:
            bids.append(high_cents)
        for bid in bids:
            surplus = (worth_cents - bid) * table.chance(bid, middle)
            if surplus > best:
                best, best_bid = surplus, bid
        return self._climb(worth_cents, low_cents, high_cents, best_bid)[1]


def _above(edge_cents: float) -> float:
    """The first whole cent above an edge."""
    return float(ceil(edge_cents))

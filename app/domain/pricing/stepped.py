"""A learned curve without a shape of its own: flat between the prices at which it jumps, and exact at them."""

from bisect import bisect_right
from math import ceil, exp, log

import msgspec

from app.domain.pricing.landscape import CELL, CELLS_MAX, EPSILON, NEARLY, STEEP, Competition, LearnedCurve

SHIFT_STEP = 0.05
"""Leads whose middles differ by less share one table."""
SIZE_MAX = 5.0
"""More than e^5 rivals at one price are as many as that."""

_HIGHEST = 700.0
_TABLES_MAX = 2_000


class Stepped(Competition, frozen=True, gc=False, kw_only=True):
    """Rivals who value the lead, a Poisson stream around the middle, and a table of the others by price.

    At each of `edges` (cents) `sizes` rivals (logarithms) bid for a lead whose middle is the `usual` one, and by
    `levers` more for one whose middle is higher. `tables` caches how many bid more, by steps of `SHIFT_STEP` in middle.
    """

    rivals: float
    usual: float
    edges: tuple[float, ...]
    sizes: tuple[float, ...]
    levers: tuple[float, ...]
    tables: dict[int, tuple[float, ...]] = msgspec.field(default_factory=dict)

    def chance(self, bid_cents: float, middle: float) -> float:
        """P(nobody is above this bid)."""
        shift = round((middle - self.usual) / SHIFT_STEP)
        expected = (self.tables.get(shift) or self._table(shift))[bisect_right(self.edges, bid_cents)]
        height = STEEP * (log(bid_cents) - middle) / self.spread
        if height < _HIGHEST:
            expected += self.rivals / (1.0 + exp(height))
        return EPSILON + (1.0 - 2.0 * EPSILON) * exp(-expected)

    def likely_edges(self, worth_cents: float, middle: float) -> tuple[float, ...]:
        """The first cents above the edges that are nearly the best for a lead at the center of the same cell."""
        key = round(log(worth_cents) / CELL), round(middle / CELL), 0.0, 0.0
        bids = self.found.get(key)
        if bids is None:
            worth, center = exp(key[0] * CELL), key[1] * CELL
            surplus = {price: (worth - price) * self.chance(price, center) for price in map(_above, self.edges)}
            least = NEARLY * max(surplus.values())
            bids = tuple([price for price, each in surplus.items() if each >= least])
            if len(self.found) < CELLS_MAX:
                self.found[key] = bids
        return bids

    def _table(self, shift: int) -> tuple[float, ...]:
        """How many are above: of all edges, of all but the lowest, and so on, to none."""
        moved, above = shift * SHIFT_STEP, [0.0]
        for size, lever in zip(reversed(self.sizes), reversed(self.levers), strict=True):
            above.append(above[-1] + exp(min(size + lever * moved, SIZE_MAX)))
        table = tuple(reversed(above))
        if len(self.tables) < _TABLES_MAX:
            self.tables[shift] = table
        return table


class SteppedCurve(LearnedCurve, frozen=True, gc=False, kw_only=True):
    """The same of one lead; its best bid lies at a bound, just above an edge, or where the stream says next to them."""

    def best_bid(self, worth_cents: float, low_cents: float, high_cents: float) -> float:
        """argmax of F(b) (worth - b) over [low, high]: the best edge, and from there by hill climbing."""
        if not low_cents < high_cents:
            return high_cents
        table, middle = self.competition, self.middle
        assert isinstance(table, Stepped)
        bids = [bid for bid in table.likely_edges(worth_cents, middle) if low_cents < bid <= high_cents]
        if not bids:
            bids = [bid for bid in map(_above, table.edges) if low_cents < bid <= high_cents]
        best, best_bid = (worth_cents - low_cents) * table.chance(low_cents, middle), low_cents
        for bid in bids:
            surplus = (worth_cents - bid) * table.chance(bid, middle)
            if surplus > best:
                best, best_bid = surplus, bid
        return self._climb(worth_cents, low_cents, high_cents, best_bid)[1]


def _above(edge_cents: float) -> float:
    """The first whole cent above an edge."""
    return float(ceil(edge_cents))

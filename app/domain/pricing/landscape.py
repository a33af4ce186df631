"""The win probability of a bid at a seller, and the bid with the highest expected surplus."""

from collections.abc import Callable
from math import exp, inf, log, sqrt
from typing import ClassVar, Self

import msgspec
from msgspec.structs import replace

EPSILON = 0.005
"""No bid is certain to win or to lose; the fit assumes the same."""
STEEP = 1.7
"""1 / (1 + exp(1.7 z)) is nearly the normal distribution's upper tail."""
LIST_STEP = 0.02
"""Step of the table of price lists, in ln(bid)."""
LIST_PLACES = 700
"""Length of that table: it reaches to some twelve thousand dollars; higher bids use its last entry."""
CELL = 0.15
"""Width of a cell in ln(value) and ln(middle of the rivals); leads of one cell share the first search."""
CELLS_MAX = 20_000
"""How many cells are kept per seller and leg: some three megabytes."""
NEARLY = 0.8
"""A local maximum this close to the highest at a cell's center may be the highest elsewhere in the cell."""
STRIDE = 2 * LIST_STEP
"""Step between the bids that a search compares, in ln(bid)."""

_UP, _DOWN = exp(STRIDE), exp(-STRIDE)
_HIGHEST = 700.0


class OrtbCurve(msgspec.Struct, frozen=True, kw_only=True):
    """F(b) = b / (c + b), before there is data: `half_cents` is c, the bid that wins half of the auctions.

    Zhang, Yuan and Wang, Optimal Real-Time Bidding for Display Advertising, KDD 2014, section 4.
    """

    half_cents: float
    doubt: ClassVar[float] = 1.0
    """It was declared, not learned."""

    def win_probability(self, bid_cents: float) -> float:
        """P(win) at this bid."""
        return bid_cents / (self.half_cents + bid_cents) if bid_cents > 0 else 0.0

    def best_bid(self, worth_cents: float, low_cents: float, high_cents: float) -> float:
        """argmax of F(b) (worth - b) over [low, high], in cents with fractions.

        F (worth - b) rises up to sqrt(c^2 + c worth) - c and falls after it, so the nearest bound is best outside.
        """
        c = self.half_cents
        best = sqrt(c * c + c * worth_cents) - c if worth_cents > 0 else 0.0
        return best if low_cents <= best <= high_cents else min(max(best, low_cents), high_cents)


class Competition(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a seller's auctions on one leg share: `spread` is the width of the rivals' log bids, `doubt` how little is
    known of them, `width` the posterior deviation of where they lie.

    `found` caches the best bids by cell of the lead's worth and of the rivals' middle bid.
    """

    spread: float
    doubt: float = 1.0
    width: float = inf
    found: dict[tuple[int, int, float, float], tuple[float, ...]] = msgspec.field(default_factory=dict)

    def chance(self, bid_cents: float, middle: float) -> float:
        """P(win) at this bid where the rivals bid around this middle (log cents): kept off 0 and 1."""
        raise NotImplementedError

    def likely_bids(self, worth_cents: float, middle: float, low_cents: float, high_cents: float) -> tuple[float, ...]:
        """Bids within [low, high] near which the best one lies: those of a lead at the center of the same cell.

        A search over the whole grid evaluates F many times, so the leads of a cell share one. It is made for the cell's
        center and not for the lead that comes first, so that the order of pings never changes a bid.
        """
        key = round(log(worth_cents) / CELL), round(middle / CELL), low_cents, high_cents
        bids = self.found.get(key)
        if bids is None:
            curve, worth = LearnedCurve(competition=self, middle=key[1] * CELL), exp(key[0] * CELL)
            bids = _hilltops(curve.win_probability, worth, low_cents, min(high_cents, worth))
            if len(self.found) < CELLS_MAX:
                self.found[key] = bids
        return bids


class Rivals(Competition, frozen=True, gc=False, kw_only=True):
    """`rivals` are expected, a Poisson stream, and others with price lists; fewer than `winners` may be above us.

    L(b) = `rivals` S((log b - middle) / `spread`) + `listed` above b; F(b) = exp(-L) sum over k < winners of L^k / k!.
    `listed` has how many bid more by their lists, by steps of `LIST_STEP` in log cents, from a cent on.
    """

    winners: int
    rivals: float
    listed: tuple[float, ...]

    def chance(self, bid_cents: float, middle: float) -> float:
        """P(fewer than `winners` rivals above this bid)."""
        log_bid = log(bid_cents)
        expected = self.listed[place_of(log_bid)]
        height = STEEP * (log_bid - middle) / self.spread
        if height < _HIGHEST:
            expected += self.rivals / (1.0 + exp(height))
        few = exp(-expected)
        if self.winners > 1:
            few *= fewer(self.winners, expected)
        return EPSILON + (1.0 - 2.0 * EPSILON) * few


class Logistic(Competition, frozen=True, gc=False, kw_only=True):
    """The log-odds of winning are linear in log b."""

    def chance(self, bid_cents: float, middle: float) -> float:
        """One half at the middle."""
        height = STEEP * (log(bid_cents) - middle) / self.spread
        above = 1.0 / (1.0 + exp(height)) if height < _HIGHEST else 0.0
        return EPSILON + (1.0 - 2.0 * EPSILON) * (1.0 - above)


class LearnedCurve(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """F(b) of one lead, for which the rivals' bids lie around `middle` (log cents)."""

    competition: Competition
    middle: float

    @property
    def doubt(self) -> float:
        """Of what its seller's auctions taught."""
        return self.competition.doubt

    def moved(self, by: float) -> Self:
        """The same lead, had its rivals bid so much more, in logarithms."""
        return replace(self, middle=self.middle + by)

    def win_probability(self, bid_cents: float) -> float:
        """P(win) at this bid; never falls as the bid rises."""
        return self.competition.chance(bid_cents, self.middle) if bid_cents > 0.0 else 0.0

    def best_bid(self, worth_cents: float, low_cents: float, high_cents: float) -> float:
        """argmax of F(b) (worth - b) over [low, high], to half a step: found by hill climbing from likely bids."""
        if not low_cents < high_cents:
            return high_cents
        likely = self.competition.likely_bids
        bids = likely(worth_cents, self.middle, 1.0, inf)
        if not low_cents < min(bids) <= max(bids) < high_cents:
            bids = likely(worth_cents, self.middle, low_cents, high_cents if high_cents < worth_cents else inf)
        best, best_bid = 0.0, low_cents
        for bid in bids:
            surplus, top = self._climb(worth_cents, low_cents, high_cents, min(max(bid, low_cents), high_cents))
            if surplus > best:
                best, best_bid = surplus, top
        return best_bid

    def _climb(
        self, worth_cents: float, low_cents: float, high_cents: float, start_cents: float
    ) -> tuple[float, float]:
        """The surplus and the bid at the local maximum next to this bid."""
        chance, middle = self.competition.chance, self.middle
        best, best_bid = (worth_cents - start_cents) * chance(start_cents, middle), start_cents
        for stride in (_UP, _DOWN):
            bid = min(max(best_bid * stride, low_cents), high_cents)
            while (surplus := (worth_cents - bid) * chance(bid, middle)) > best:
                best, best_bid = surplus, bid
                bid = min(max(bid * stride, low_cents), high_cents)
        return best, best_bid


def place_of(log_bid: float) -> int:
    """The index of a bid in the table of price lists."""
    place = int(log_bid / LIST_STEP + 0.5)
    return place if 0 <= place < LIST_PLACES else (LIST_PLACES - 1) * (place > 0)


def fewer(winners: int, expected: float) -> float:
    """The sum over k < winners of expected^k / k!."""
    few = 1.0
    for count in range(winners - 1, 0, -1):
        few = 1.0 + few * expected / count
    return few


def _hilltops(
    win: Callable[[float], float], worth_cents: float, low_cents: float, high_cents: float
) -> tuple[float, ...]:
    """The local maxima of a grid over [low, high], ends included, that are nearly the best.

    From the top downwards: F falls with the bid, so the search ends where even the lowest price could not reach them.
    """
    tops: list[tuple[float, float]] = []
    bid, best, last, rising = max(low_cents, high_cents), -inf, -inf, True
    while True:
        chance = win(bid)
        surplus = (worth_cents - bid) * chance
        if rising and surplus < last:
            tops.append((last, min(bid * _UP, high_cents)))
        rising, last, best = surplus >= last, surplus, max(best, surplus)
        if bid <= low_cents or (worth_cents - low_cents) * chance < NEARLY * best:
            break
        bid = max(bid * _DOWN, low_cents)
    if rising:
        tops.append((last, bid))
    least = min(best, NEARLY * best)
    return tuple([top for surplus, top in tops if surplus >= least])

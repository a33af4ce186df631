"""How likely a bid wins at a seller, and the bid that makes the most of it."""

from collections.abc import Callable
from math import exp, log, sqrt

import msgspec

EPSILON = 0.005
"""No bid wins for sure, and none loses for sure: what the fit assumes too."""
STEEP = 1.7
"""1 / (1 + exp(1.7 z)) is nearly the normal distribution's upper tail."""
LIST_STEP = 0.02
"""How finely the table of a price list is cut, in the logarithm of the bid."""
LIST_PLACES = 700
"""So far it reaches: to some twelve thousand dollars."""
COARSE = 4
"""So many steps of the list lie between two bids that a search tries first."""

_FALL = exp(-COARSE * LIST_STEP)
_FINE = tuple(exp(step * LIST_STEP) for step in (-2, -1, 1))
_FLOOR = EPSILON / (1.0 - 2.0 * EPSILON)


class OrtbCurve(msgspec.Struct, frozen=True, kw_only=True):
    """F(b) = b / (c + b), before there is data: `half_cents` is c, the bid that wins half of the auctions.

    Zhang, Yuan and Wang, Optimal Real-Time Bidding for Display Advertising, KDD 2014, section 4.
    """

    half_cents: float

    def win_probability(self, bid_cents: float) -> float:
        """P(win) at this bid."""
        return bid_cents / (self.half_cents + bid_cents) if bid_cents > 0 else 0.0

    def best_bid(self, worth_cents: float, low_cents: float, high_cents: float) -> float:
        """argmax of F(b) (worth - b) over [low, high], in cents with fractions.

        F (worth - b) rises up to sqrt(c^2 + c worth) - c and falls after it, so the nearest bound is best outside.
        """
        c = self.half_cents
        best = sqrt(c * c + c * worth_cents) - c if worth_cents > 0 else 0.0
        return min(max(best, low_cents), high_cents)


class PriceList(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Rivals above a bid who pay by a list, whatever the lead: by steps of `LIST_STEP` in log cents, from a cent on."""

    above: tuple[float, ...]

    def place(self, log_bid: float) -> int:
        """Where a bid stands in the table, which goes on beyond both ends as it ends."""
        return min(max(round(log_bid / LIST_STEP), 0), len(self.above) - 1)


class RivalCurve(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """F(b) where rivals come as a Poisson stream and fewer than `winners` may be above us.

    L(b) = `rivals` S((log b - `middle`) / `spread`) + `lists` times what `prices` has above b;
    F(b) = exp(-L) sum over k < winners of L^k / k!, kept off 0 and 1.
    """

    winners: int
    rivals: float
    middle: float
    spread: float
    lists: float
    prices: PriceList

    def win_probability(self, bid_cents: float) -> float:
        """P(win) at this bid; never falls as the bid rises."""
        if bid_cents <= 0.0:
            return 0.0
        log_bid = log(bid_cents)
        above = 1.0 / (1.0 + exp(min(STEEP * (log_bid - self.middle) / self.spread, 700.0)))
        return self._chance(self.rivals * above + self.lists * self.prices.above[self.prices.place(log_bid)])

    def best_bid(self, worth_cents: float, low_cents: float, high_cents: float) -> float:
        """argmax of F(b) (worth - b) over [low, high], ends included, by a grid and a finer one around its best.

        From the top downwards: F only falls, so the rest is left once even the lowest price would not pay for that.
        """
        if not low_cents < high_cents:
            return high_cents
        log_bid = log(high_cents)
        rivals, lists, above, few_above = self.rivals, self.lists, self.prices.above, self.winners - 1
        last, place = len(above) - 1, round(log_bid / LIST_STEP)
        # One exponential for the whole grid: between two of its bids the odds shrink by one factor.
        odds = exp(min(STEEP * (log_bid - self.middle) / self.spread, 600.0))
        shrink = exp(-STEEP * COARSE * LIST_STEP / self.spread)
        bid, best, best_bid, most = high_cents, 0.0, low_cents, worth_cents - low_cents
        while bid > low_cents:
            expected = rivals / (1.0 + odds) + lists * above[min(last, place)]
            chance = _FLOOR + exp(-expected)
            if few_above:
                few = 1.0
                for count in range(few_above, 0, -1):
                    few = 1.0 + few * expected / count
                chance = _FLOOR + (chance - _FLOOR) * few
            surplus = (worth_cents - bid) * chance
            if surplus > best:
                best, best_bid = surplus, bid
            elif most * chance <= best:
                break
            bid *= _FALL
            place -= COARSE
            odds *= shrink
        return _finer(self.win_probability, worth_cents, low_cents, high_cents, best_bid)

    def _chance(self, expected: float) -> float:
        """P(fewer than `winners` rivals | so many are expected)."""
        few = 1.0
        for count in range(self.winners - 1, 0, -1):
            few = 1.0 + few * expected / count
        return EPSILON + (1.0 - 2.0 * EPSILON) * exp(-expected) * few


class LogisticCurve(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """F(b) whose log-odds are linear in log b, kept off 0 and 1."""

    middle: float
    spread: float

    def win_probability(self, bid_cents: float) -> float:
        """P(win) at this bid; never falls as the bid rises."""
        if bid_cents <= 0.0:
            return 0.0
        above = 1.0 / (1.0 + exp(min(STEEP * (log(bid_cents) - self.middle) / self.spread, 700.0)))
        return EPSILON + (1.0 - 2.0 * EPSILON) * (1.0 - above)

    def best_bid(self, worth_cents: float, low_cents: float, high_cents: float) -> float:
        """argmax of F(b) (worth - b) over [low, high], by a grid and a finer one around its best."""
        if not low_cents < high_cents:
            return high_cents
        bid, best, best_bid = high_cents, 0.0, low_cents
        while bid > low_cents:
            chance = self.win_probability(bid)
            surplus = (worth_cents - bid) * chance
            if surplus > best:
                best, best_bid = surplus, bid
            elif (worth_cents - low_cents) * chance <= best:
                break
            bid *= _FALL
        return _finer(self.win_probability, worth_cents, low_cents, high_cents, best_bid)


def _finer(
    win: Callable[[float], float], worth_cents: float, low_cents: float, high_cents: float, bid_cents: float
) -> float:
    """The best of a bid, its near neighbours and the lowest."""
    best, best_bid = (worth_cents - bid_cents) * win(bid_cents), bid_cents
    for factor in _FINE:
        bid = max(bid_cents * factor, low_cents)
        surplus = (worth_cents - bid) * win(bid) if bid <= high_cents else 0.0
        if surplus > best:
            best, best_bid = surplus, bid
    lowest = (worth_cents - low_cents) * win(low_cents)
    return low_cents if lowest > best else best_bid

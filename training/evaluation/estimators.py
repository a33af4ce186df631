"""What a policy would have earned on a log of another: four estimates, each a sum over rows, so that they can be
drawn again day by day.

`DM` believes the win model. `SNIPS` weighs the auctions in which the log happened to bid as the policy would. `DR` is
the first, corrected by the second. `CCR`, censored-conditional replay, starts from what happened to each ping: a bid
that won at b0 would have won above b0, and below it with F(b') / F(b0); one that lost at b0 would have lost below b0,
and above it won with (F(b') - F(b0)) / (1 - F(b0)).
"""

from collections.abc import Callable
from functools import partial

import msgspec
import numpy as np
from scipy.special import ndtr

from training.bootstrap import Resamples, resampled
from training.evaluation.ledger import Ledger
from training.evaluation.model_error import ModelError, model_error
from training.evaluation.winning import CrossFitted, Winning, cross_fitted
from training.evaluation.yardstick import Yardstick, yardstick
from training.statistics import Array

WINS, CONVERSIONS, VALUE, SPEND = range(4)
METHODS = ("DM", "SNIPS", "DR", "CCR")

BANDWIDTH = 0.5
"""Of the kernel, as a share of the deviation that most bids were drawn with: wider blurs F, narrower sees few rows."""
_SPREAD_DIGITS = 6
_SAME = 1e-9
"""Nearer than this two logarithms of prices are those of one price."""
_REACH = 0.01
"""So rare draws were hardly ever tried."""


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """The sum of its parts, a figure a bid; each is a ratio of sums over rows. Above the line a part has a column each
    for wins, conversions, value and spend in cents, below it one. `error` has a row a draw: how far models may be off.
    """

    parts: tuple[tuple[Array, Array], ...]
    error: Array | float = 0.0


class Density(msgspec.Struct, frozen=True, kw_only=True):
    """From what the prices of a log were drawn: by deviation, which share of the seller's bids on the leg drew theirs
    with it. All arrays have a row a bid; prices are in cents.

    Which slice a bid fell into was drawn without a look at the lead, so that any bid could have come from any of them:
    its density is the mixture of all, and a weight against that varies less than one against its own slice alone (the
    balance heuristic; Veach and Guibas, 1995). `drawn` is false where nothing was explored, as between equal bounds.
    Where there are `log_points`, prices were drawn among those, and the density is the probability of each.
    """

    share_of: dict[float, Array]
    log_best: Array
    log_low: Array
    log_high: Array
    log_points: Array
    drawn: Array

    @property
    def is_discrete(self) -> Array:
        """Which bids could only be made at some prices."""
        return np.asarray(~np.isnan(self.log_points).all(axis=1))

    def at(self, log_price: Array) -> Array:
        """The density of the logarithm of the price; 0 outside of the bounds."""
        total = np.zeros(len(log_price))
        for spread, share in self.share_of.items():
            total += share * truncated_normal(log_price, self.log_best, spread, self.log_low, self.log_high)
        return np.where(self.is_discrete, self._mass(log_price), np.where(self._inside(log_price), total, 0.0))

    def reaches(self, log_price: Array) -> Array:
        """Whether each price lies where the log really tried: among all but the least likely hundredth of the draws.

        A draw is the less likely the farther it is from the best bid, on either side, up to a bound: there the rest is
        cut off, so that a floor near the best bid was tried about as often as the best bid itself.
        """
        apart, farther = np.abs(log_price - self.log_best), np.zeros(len(log_price))
        nearest = [np.clip(self.log_best + side * apart, self.log_low, self.log_high) for side in (-1.0, 1.0)]
        for spread, share in self.share_of.items():
            ends = np.stack([self.log_low, *nearest, self.log_high])
            low, under, over, high = ndtr((ends - self.log_best) / spread)
            farther += share * (under - low + high - over) / np.maximum(high - low, 1e-12)
        tried = self._inside(log_price) & (farther >= _REACH)
        return np.asarray(np.where(self.is_discrete, self._mass(log_price) >= _REACH, tried))

    def _mass(self, log_price: Array) -> Array:
        """The probability of this price among the only ones; 0 where it is none of them."""
        total = np.zeros(len(log_price))
        for spread, share in self.share_of.items():
            weights = np.nan_to_num(np.exp(-0.5 * ((self.log_points - self.log_best[:, None]) / spread) ** 2))
            met = np.abs(self.log_points - log_price[:, None]) <= _SAME
            total += share * (weights * met).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-12)
        return np.where(self.drawn, total, 0.0)

    @property
    def usual(self) -> Array:
        """The deviation that most bids of the same seller were drawn with."""
        return np.asarray(np.array(list(self.share_of))[np.argmax(list(self.share_of.values()), axis=0)])

    def _inside(self, log_price: Array) -> Array:
        within = (log_price >= self.log_low - _SAME) & (log_price <= self.log_high + _SAME)
        return np.asarray(self.drawn & within)


class KnownLog(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of a log: how its prices were drawn, F, also at what was bid, what leads are worth."""

    log: Ledger
    density: Density
    winning: CrossFitted
    yardstick: Yardstick
    at_logged: Array
    again: Resamples
    error: ModelError


def known_of(log: Ledger, probability: Array) -> KnownLog:
    """A log with what can be learned of it, leads valued by this P(conversion). Raises TooThin."""
    winning, worth = cross_fitted(log, np.maximum(probability * log.worth, 1.0)), yardstick(log, probability)
    at, again = winning(log.price), resampled(log.at)
    return KnownLog(
        log=log,
        density=density_of(log),
        winning=winning,
        yardstick=worth,
        at_logged=at,
        again=again,
        error=model_error(log, probability, worth, winning, again),
    )


class Estimated(msgspec.Struct, frozen=True, kw_only=True):
    """The estimates of one policy by method; `weights` are those of SNIPS, `chance` the P(win) by replay."""

    bids: Array
    estimates: dict[str, Estimate]
    weights: Array
    chance: Array


def estimated(known: KnownLog, bids: Array) -> Estimated:
    """All four for a policy that would have bid `bids` cents, 0 where it would have declined."""
    log, at_bids, by_model = known.log, known.winning(bids), known.error.at_bids(bids)
    weights = kernel_weights(known.density, np.log(np.maximum(log.price, 1.0)), bids)
    chance = replayed_chance(log, bids, known.at_logged, at_bids)
    a_win, expected = known.yardstick.known.a_win(bids), known.yardstick.expected.a_win(bids)
    model, seen = at_bids[:, None] * expected, np.where(bids > 0.0, log.won, 0)[:, None] * a_win
    surprise = np.where(bids > 0.0, 1.0, 0.0)[:, None] * (seen - known.at_logged[:, None] * expected)
    every = np.ones(len(log))
    off = _off(known, bids, by_model, lambda _, at: at[:, None] * expected, model, model)
    # Weighing corrects F on average over a few bids near the policy's: of its error too little to leave any out.
    estimates = {
        "DM": Estimate(parts=((model, every),), error=off),
        "SNIPS": Estimate(parts=((seen * weights[:, None], weights),)),
        "DR": Estimate(parts=((model, every), (surprise * weights[:, None], weights)), error=off),
        "CCR": _replay(known, bids, chance, by_model),
    }
    return Estimated(bids=bids, estimates=estimates, weights=weights, chance=chance)


def replay(known: KnownLog, bids: Array, winning: Winning | None = None) -> Estimate:
    """Censored-conditional replay alone, by another F where one is given."""
    if winning is not None:
        total = replayed(known, bids, winning)
        return Estimate(parts=((total, np.ones(len(total))),))
    chance = replayed_chance(known.log, bids, known.at_logged, known.winning(bids))
    return _replay(known, bids, chance, known.error.at_bids(bids))


def _replay(known: KnownLog, bids: Array, chance: Array, by_model: list[Array]) -> Estimate:
    """The same by this P(win) of each ping, and how far it may be off by what each of the models says."""
    a_win = known.yardstick.known.a_win(bids)
    total = chance[:, None] * a_win
    believed = np.where(known.log.matured[:, None], 0.0, total)
    again = partial(replayed_chance, known.log, bids)
    error = _off(known, bids, by_model, lambda was, at: again(was, at)[:, None] * a_win, total, believed)
    return Estimate(parts=((total, np.ones(len(total))),), error=error)


def replayed(known: KnownLog, bids: Array, winning: Winning | None = None) -> Array:
    """What each ping would have come to by that replay, a column a figure; how far that may be off takes longer."""
    at_logged = known.at_logged if winning is None else winning(known.log.price)
    chance = replayed_chance(known.log, bids, at_logged, (winning or known.winning)(bids))
    return np.asarray(chance[:, None] * known.yardstick.known.a_win(bids))


def _off(
    known: KnownLog,
    bids: Array,
    by_model: list[Array],
    estimate: Callable[[Array, Array], Array],
    total: Array,
    believed: Array,
) -> Array:
    """How far models may be off, a row a draw: F in all figures, what leads are worth in conversions and value."""
    worth = known.error.of_worth(bids, total, believed)
    worth[:, [WINS, SPEND]] = 0.0
    return known.error.of_wins(by_model, estimate) + worth


def replayed_chance(log: Ledger, bids: Array, at_logged: Array, at_bids: Array) -> Array:
    """P(win at `bids`) of each ping, given what became of the logged bid; exact where the winning price is known."""
    if_won = np.where(bids >= log.price, 1.0, at_bids / np.maximum(at_logged, 1e-9))
    if_lost = np.where(bids <= log.price, 0.0, (at_bids - at_logged) / np.maximum(1.0 - at_logged, 1e-9))
    disclosed = ~np.isnan(log.winning) & (log.winning >= log.price)
    if_lost = np.where(disclosed, bids > np.nan_to_num(log.winning), if_lost)
    return np.asarray(np.where(bids > 0.0, np.clip(np.where(log.won == 1, if_won, if_lost), 0.0, 1.0), 0.0))


def kernel_weights(density: Density, log_price: Array, bids: Array) -> Array:
    """How much more likely a price near the policy's was to be the policy's than the log's; 1 where both are sure.

    The policy's point becomes a bell within the bounds, or no logged price would ever equal it. Where
    the log hardly ever tried a bid there is no weight: nothing was seen there.
    """
    if not density.share_of:
        return np.where(bids > 0.0, 0.0, 1.0)
    width = BANDWIDTH * density.usual
    log_bids = np.log(np.maximum(bids, 1.0))
    bell = truncated_normal(log_price, log_bids, width, density.log_low, density.log_high)
    # One of a few prices is met exactly or not at all.
    bell = np.where(density.is_discrete, np.abs(log_price - log_bids) <= _SAME, bell)
    logged = density.at(log_price)
    inside = density.reaches(log_bids) & (logged > 0.0)
    return np.where(bids > 0.0, np.where(inside, bell / np.maximum(logged, 1e-12), 0.0), 1.0)


def density_of(log: Ledger) -> Density:
    """What the journal keeps of each draw is all there is to know: `best`, bounds, and how often a spread was drawn."""
    points = log.points
    points[(points < log.low[:, None]) | (points > log.high[:, None])] = np.nan
    drawn = (log.spread > 0.0) & (log.best > 0.0) & ((log.high > log.low) | ~np.isnan(points).all(axis=1))
    rounded = np.round(log.spread, _SPREAD_DIGITS)
    # How widely a seller's bids explore depends on what is known of it: only its own could have been drawn alike.
    _, group = np.unique(
        [f"{seller} {leg}" for seller, leg in zip(log.seller, log.leg, strict=True)], return_inverse=True
    )
    made = np.maximum(np.bincount(group[drawn], minlength=group.max(initial=0) + 1), 1)
    drew = {spread: drawn & (rounded == spread) for spread in np.unique(rounded[drawn]).tolist()}
    return Density(
        share_of={spread: (np.bincount(group[own], minlength=len(made)) / made)[group] for spread, own in drew.items()},
        log_best=np.log(np.maximum(log.best, 1.0)),
        log_low=np.log(np.maximum(log.low, 1.0)),
        log_high=np.log(np.maximum(log.high, 1.0)),
        log_points=np.log(points),
        drawn=drawn,
    )


def truncated_normal(at: Array, centre: Array, spread: float | Array, low: Array, high: Array) -> Array:
    """The density of a normal distribution of which only what lies within the bounds is left."""
    room = ndtr((high - centre) / spread) - ndtr((low - centre) / spread)
    bell = np.exp(-0.5 * ((at - centre) / spread) ** 2)
    return np.asarray(bell / (np.sqrt(2.0 * np.pi) * spread * np.maximum(room, 1e-12)))

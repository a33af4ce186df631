"""How likely the log was to bid anything at all: the density from which its prices were drawn."""

import msgspec
import numpy as np
from scipy.special import ndtr

from training.evaluation.ledger import Ledger
from training.statistics import Array

_SPREAD_DIGITS = 6
_REACH = 0.01
"""What lies beyond the outermost hundredths of the density was hardly ever tried."""


class Slice(msgspec.Struct, frozen=True):
    """A deviation with which prices are drawn, and how many of the bids drew theirs with it."""

    spread: float
    share: float


class Density(msgspec.Struct, frozen=True, kw_only=True):
    """From what the prices of a log were drawn. All arrays have a row a bid; prices are in cents.

    Which slice a bid fell into was drawn without a look at the lead, so that any bid could have come from any of them:
    its density is the mixture of all, and a weight against that varies less than one against its own slice alone (the
    balance heuristic; Veach and Guibas, 1995). `drawn` is false where nothing was explored, as between equal bounds.
    """

    slices: tuple[Slice, ...]
    log_best: Array
    log_low: Array
    log_high: Array
    drawn: Array

    def at(self, log_price: Array) -> Array:
        """The density of the logarithm of the price; 0 outside of the bounds."""
        total = np.zeros(len(log_price))
        for each in self.slices:
            total += each.share * truncated_normal(log_price, self.log_best, each.spread, self.log_low, self.log_high)
        return np.where(self._inside(log_price), total, 0.0)

    def reaches(self, log_price: Array) -> Array:
        """Whether each price lies where the log really tried: within all but the outermost hundredths."""
        share = np.zeros(len(log_price))
        for each in self.slices:
            ends = np.stack([np.clip(log_price, self.log_low, self.log_high), self.log_low, self.log_high])
            below, low, high = ndtr((ends - self.log_best) / each.spread)
            share += each.share * (below - low) / np.maximum(high - low, 1e-12)
        return np.asarray(self._inside(log_price) & (share >= 0.5 * _REACH) & (share <= 1.0 - 0.5 * _REACH))

    def _inside(self, log_price: Array) -> Array:
        within = (log_price >= self.log_low - 1e-9) & (log_price <= self.log_high + 1e-9)
        return np.asarray(self.drawn & within)


def density_of(log: Ledger) -> Density:
    """What the journal keeps of each draw is all there is to know: `best`, bounds, and how often a spread was drawn."""
    drawn = (log.spread > 0.0) & (log.high > log.low) & (log.best > 0.0)
    spreads, counts = np.unique(np.round(log.spread[drawn], _SPREAD_DIGITS), return_counts=True)
    return Density(
        slices=tuple(
            Slice(float(spread), float(count) / float(counts.sum()))
            for spread, count in zip(spreads, counts, strict=True)
        ),
        log_best=np.log(np.maximum(log.best, 1.0)),
        log_low=np.log(np.maximum(log.low, 1.0)),
        log_high=np.log(np.maximum(log.high, 1.0)),
        drawn=drawn,
    )


def truncated_normal(at: Array, centre: Array, spread: float, low: Array, high: Array) -> Array:
    """The density of a normal distribution of which only what lies within the bounds is left."""
    room = ndtr((high - centre) / spread) - ndtr((low - centre) / spread)
    bell = np.exp(-0.5 * ((at - centre) / spread) ** 2)
    return np.asarray(bell / (np.sqrt(2.0 * np.pi) * spread * np.maximum(room, 1e-12)))

"""How good probabilities are: what each row costs, whether others cost clearly less, and how they hold by group."""

from collections.abc import Callable, Sequence
from math import nan
from typing import Any

import msgspec
import numpy as np

from app.reports.models.intervals import wilson

Array = np.ndarray[Any, Any]

TINY = 1e-12
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


class Saving(msgspec.Struct, frozen=True):
    """How much less the mean row costs by one set of predictions than by another, and its standard error."""

    mean: float
    noise: float

    def is_clear(self, errors: float = 1.0) -> bool:
        """Whether it is more than so many standard errors."""
        return self.mean > errors * self.noise


class ReliabilityBin(msgspec.Struct, frozen=True, kw_only=True):
    """One group: how many, what was predicted of them, what happened, and its 95 % interval (Wilson, 1927)."""

    name: str
    count: int
    at: float
    predicted: float
    observed: float
    low: float
    high: float

    @property
    def ratio(self) -> float:
        """Predicted over observed; 0 where nothing happened."""
        return self.predicted / self.observed if self.observed > 0.0 else 0.0

    @property
    def holds(self) -> bool:
        """Whether what was predicted lies within the interval of what happened."""
        return self.low <= self.predicted <= self.high


class Ranks:
    """How scores stand to each other, told apart once for any number of questions about their rows."""

    def __init__(self, scores: Array) -> None:
        values, self._value = np.unique(scores, return_inverse=True)
        self._values = len(values)

    def auc(self, happened: Array, counts: Array | None = None) -> float:
        """The share of pairs, in one of which it happened, that are ranked right; a tie is half right.

        A row counts as often as `counts` says. NaN where all rows are of one kind. scikit-learn's does the same,
        and takes a millisecond to see what kind of table it was given.
        """
        weight = np.ones(len(self._value)) if counts is None else counts
        above = np.bincount(self._value, weight * (happened == 1), self._values)
        below = np.bincount(self._value, weight * (happened != 1), self._values)
        pairs = above.sum() * below.sum()
        return float(above @ (np.cumsum(below) - 0.5 * below) / pairs) if pairs else nan


def auc(happened: Array, scores: Array, counts: Array | None = None) -> float:
    """The same, asked once."""
    return Ranks(scores).auc(happened, counts)


def losses(happened: Array, predicted: Array, edge: float = TINY) -> Array:
    """The log-loss of each row; certainty that was wrong costs as much as being `edge` away from it."""
    inside = bounded(predicted, edge)
    return np.asarray(-np.where(happened == 1, np.log(inside), np.log1p(-inside)))


def saving(losses: Array, others: Array) -> Saving:
    """What the first losses save against the others, which are of the same rows."""
    saved = others - losses
    return Saving(float(np.mean(saved)), float(np.std(saved) / np.sqrt(len(saved))))


def log_odds(predicted: Array) -> Array:
    """Log-odds of probabilities, finite also at 0 and 1."""
    inside = bounded(predicted)
    return np.asarray(np.log(inside) - np.log1p(-inside))


def expit(odds: Array) -> Array:
    """Probabilities of log-odds."""
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * odds))


def level_shift(odds: Array, share: float, counts: Array | None = None) -> float:
    """What must be added to all log-odds for their mean chance to be this share, by bisection."""
    low, high = -10.0, 10.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if float(np.average(expit(odds + middle), weights=counts)) < share else (low, middle)
    return 0.5 * (low + high)


def bounded(predicted: Array, edge: float = TINY) -> Array:
    """Probabilities kept a hair off 0 and 1, where a logarithm has no end."""
    return np.clip(np.asarray(predicted, dtype=np.float64), edge, 1.0 - edge)


def bins_by_mass(
    at: Array, predicted: Array, happened: Array, bins: int, name: Callable[[float, float], str] = "{:g} to {:g}".format
) -> tuple[ReliabilityBin, ...]:
    """Equally many in each group, by `at`, lowest first; `name` is given the ends of a group."""
    parts = np.array_split(np.argsort(at, kind="stable"), min(bins, len(at))) if len(at) else []
    return tuple(_bin(name(at[own].min(), at[own].max()), at[own], predicted[own], happened[own]) for own in parts)


def bins_by_name(
    names: Sequence[str] | Array, predicted: Array, happened: Array, *, count_min: int = 1, most: int = 12
) -> tuple[ReliabilityBin, ...]:
    """A group a name, in their order if these are few, or else the largest first."""
    words = np.array(names, dtype=object).astype(str)
    found, counts = np.unique(words, return_counts=True)
    kept = [str(name) for name in found[np.argsort(-counts, kind="stable")][:most]]
    groups = [(name, np.flatnonzero(words == name)) for name in (sorted(kept) if len(found) <= most else kept)]
    return tuple(
        _bin(name, predicted[rows], predicted[rows], happened[rows]) for name, rows in groups if len(rows) >= count_min
    )


def bin_of(name: str, count: int, predicted: float, observed: float, at: float | None = None) -> ReliabilityBin:
    """A group of which only the shares are known; it is placed at its prediction by default."""
    low, high = wilson(count * observed, count)
    # Of none and of all the bound is the share itself, but for rounding.
    ends = {"low": min(low, observed), "high": max(high, observed)}
    stands = predicted if at is None else at
    return ReliabilityBin(name=name, count=count, at=stands, predicted=predicted, observed=observed, **ends)


def quantiles(values: Sequence[float] | Array) -> dict[str, float]:
    """What the usual shares of the values lie below, by the share; of none nothing."""
    return {f"{share:.0%}": float(np.quantile(values, share)) for share in QUANTILES if len(values)}


def _bin(name: str, at: Array, predicted: Array, happened: Array) -> ReliabilityBin:
    return bin_of(name, len(happened), float(predicted.mean()), float(happened.mean()), float(at.mean()))

"""How sure a mean, or a difference, is: percentile intervals from samples drawn again, seeded."""

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

Array = np.ndarray[Any, Any]

RESAMPLES = 1_000
_LEVEL = 0.95
_SEED = 20_261_120


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A figure with what 95 of 100 such samples would lie between."""

    value: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether chance alone hardly gives this sign."""
        return self.low > 0.0 or self.high < 0.0


def mean_of(values: Array, count: int) -> Interval | None:
    """The mean of `count` things of which only these `values` are not zero; `None` of too few to say."""
    if count < 2:
        return None
    return _interval(float(np.sum(values)) / count, _means(values, count, np.random.default_rng(_SEED)))


def difference_of(one: Array, count_one: int, other: Array, count_other: int) -> Interval | None:
    """The mean of the one less that of the other, which are different things, as above."""
    if min(count_one, count_other) < 2:
        return None
    random = np.random.default_rng(_SEED)
    drawn = _means(one, count_one, random) - _means(other, count_other, random)
    return _interval(float(np.sum(one)) / count_one - float(np.sum(other)) / count_other, drawn)


def figure_of(figure: Callable[[Array], float], rows: int, resamples: int = RESAMPLES) -> Interval | None:
    """A figure that is computed from row numbers, each as often as it is drawn; `None` where some draw has none."""
    random = np.random.default_rng(_SEED)
    drawn = np.array([figure(random.integers(rows, size=rows)) for _ in range(resamples)])
    drawn = drawn[np.isfinite(drawn)]
    return _interval(figure(np.arange(rows)), drawn) if len(drawn) > resamples / 2 else None


def _means(values: Array, count: int, random: np.random.Generator) -> Array:
    """Means of samples of `count`, of which as many are not zero as chance gives: the zeros need not be drawn."""
    found = random.binomial(count, len(values) / count, size=RESAMPLES)
    means: Array = np.array([np.sum(random.choice(values, size=size)) if size else 0.0 for size in found]) / count
    return means


def _interval(value: float, drawn: Array) -> Interval:
    low, high = np.quantile(drawn, [(1.0 - _LEVEL) / 2.0, (1.0 + _LEVEL) / 2.0])
    return Interval(value=value, low=float(low), high=float(high))

"""Percentile intervals by resampling; rows of one day are drawn together, because their errors are correlated."""

import msgspec
import numpy as np

from training.statistics import Array

DAY_S, HOUR_S = 86_400.0, 3_600.0
DRAWS = 1_000
CLUSTERS_MIN = 10
"""With fewer days hours are drawn instead, with fewer hours blocks: a few again and again would say less than nothing.
"""
BLOCKS = 200


class Interval(msgspec.Struct, frozen=True):
    """A figure, and between what it lies in 90 of 100 such samples, or in as many as were asked for."""

    at: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether chance alone hardly gives this sign."""
        return self.low > 0.0 or self.high < 0.0


class Resamples(msgspec.Struct, frozen=True, kw_only=True):
    """Which cluster each row is of, and how often each draw has each: a row a draw, the first the sample itself."""

    cluster: Array
    times: Array
    unit: str

    def sums(self, columns: Array) -> Array:
        """The sum of each column in each draw."""
        size = self.times.shape[1]
        return np.asarray(self.times @ np.column_stack([np.bincount(self.cluster, each, size) for each in columns.T]))

    def mean(self, values: Array, among: Array | None = None) -> Array:
        """The mean in each draw, of the rows that a mask names or of all; NaN where a draw has none of these."""
        counted = np.ones(len(values)) if among is None else among.astype(np.float64)
        above, below = self.sums(np.column_stack([values * counted, counted])).T
        return np.asarray(np.divide(above, below, out=np.full(len(below), np.nan), where=below > 0.0))


def resampled(at: Array, seed: int = 1) -> Resamples:
    """Rows of these times, oldest first, drawn again by the day, by the hour, or in blocks that follow each other."""
    cluster, unit = _clusters(at)
    size = int(cluster.max(initial=0)) + 1
    drawn = np.random.default_rng(seed).multinomial(size, np.full(size, 1.0 / size), size=DRAWS)
    return Resamples(cluster=cluster, times=np.vstack([np.ones(size), drawn]).astype(np.float64), unit=unit)


def interval(draws: Array, level: float = 0.9) -> Interval:
    """The first draw, which is the sample itself, between quantiles of the others that have a figure."""
    low, high = np.nanquantile(draws[1:], (0.5 - level / 2.0, 0.5 + level / 2.0))
    return Interval(float(draws[0]), float(low), float(high))


def _clusters(at: Array) -> tuple[Array, str]:
    for length, unit in ((DAY_S, "day"), (HOUR_S, "hour")):
        names, cluster = np.unique(at // length, return_inverse=True)
        if len(names) >= CLUSTERS_MIN:
            return cluster, unit
    return np.arange(len(at)) * BLOCKS // max(len(at), BLOCKS), "block"

"""How far two samples of one thing lie apart, and how far chance alone would have put them."""

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np
from scipy.special import chdtri

from app.wire.ping import Value

Level = Literal["none", "moderate", "major"]

MODERATE, MAJOR = 0.1, 0.25
"""The convention of credit scoring: below .1 nothing happened, above .25 the model is asked about another world."""

BINS = 10
VALUES_MAX = 20
"""Rarer values of a category share one bin."""

NUMBERS_MIN = 13
"""A number with fewer different values is counted value by value."""

_SMOOTH = 0.5
"""Added to each bin, so that one that is empty on one side is no infinite distance."""


class Histogram(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of a sample by bin: between `edges` for numbers, by `values` and one for all others, then the missing."""

    name: str
    edges: tuple[float, ...] = ()
    values: tuple[str, ...] = ()
    counts: tuple[int, ...]

    @property
    def rows(self) -> int:
        """How large the sample was."""
        return sum(self.counts)


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """How far one thing has moved. `psi` has what small samples add to it taken off; `chance` is what it may be."""

    name: str
    psi: float
    chance: float
    level: Level


def histogram(name: str, sample: Sequence[Value | None]) -> Histogram:
    """A sample in bins of its own: tenths of a number, the most frequent values of anything else."""
    known = [value for value in sample if value is not None and value == value]
    numeric = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in known)
    if numeric and len(set(known)) >= NUMBERS_MIN:
        cuts = np.quantile(np.array(known, dtype=np.float64), np.arange(1, BINS) / BINS)
        empty = Histogram(name=name, edges=tuple(np.unique(cuts).tolist()), counts=())
    else:
        names, counts = np.unique(np.array([str(value) for value in known], dtype=object), return_counts=True)
        # The most frequent first, by name where two are equal.
        order = np.lexsort((names.astype(str), -counts))[:VALUES_MAX]
        empty = Histogram(name=name, values=tuple(sorted(str(names[at]) for at in order)), counts=())
    return in_bins_of(empty, sample)


def in_bins_of(bins: Histogram, sample: Sequence[Value | None]) -> Histogram:
    """Another sample of the same thing, counted in the same bins; what cannot be read as one counts as missing."""
    size = len(bins.edges or bins.values) + 2
    if bins.edges:
        numbers = np.array([float(value) if isinstance(value, (int, float)) else np.nan for value in sample])
        places = np.where(np.isnan(numbers), size - 1, np.searchsorted(bins.edges, numbers, side="right"))
    else:
        place = {value: at for at, value in enumerate(bins.values)}
        told = [size - 1 if value is None else place.get(str(value), size - 2) for value in sample]
        places = np.array(told, dtype=np.int64)
    counts = np.bincount(places, minlength=size)
    return Histogram(name=bins.name, edges=bins.edges, values=bins.values, counts=tuple(counts.tolist()))


def shift(before: Histogram, now: Histogram, false_alarms: float) -> Shift:
    """The population stability index between two samples in the same bins, sum of (q - p) log(q / p).

    Where nothing has happened it is about a chi-square number with bins - 1 degrees of freedom, times 1/n + 1/m
    (Yurdakul, Statistical Properties of Population Stability Index, 2018, theorem 2.1). Its mean is taken off, and what
    it passes with probability `false_alarms` is `chance`: up to that, nothing is said to have moved.
    """
    counts = np.array([before.counts, now.counts], dtype=np.float64)
    counts = counts[:, counts.any(axis=0)]
    freedom, rows = counts.shape[1] - 1, counts.sum(axis=1, keepdims=True)
    if freedom < 1 or not rows.all():
        return Shift(name=before.name, psi=0.0, chance=0.0, level="none")
    p, q = (counts + _SMOOTH) / (rows + _SMOOTH * counts.shape[1])
    noise = float(np.sum(1.0 / rows))
    chance = (float(chdtri(freedom, false_alarms)) - freedom) * noise
    psi = max(float(np.sum((q - p) * np.log(q / p))) - freedom * noise, 0.0)
    level: Level = "none" if psi <= max(chance, MODERATE) else "moderate" if psi <= MAJOR else "major"
    return Shift(name=before.name, psi=psi, chance=chance, level=level)

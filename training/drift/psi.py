"""How far two samples of one thing lie apart, and how far chance alone would have put them."""

from collections.abc import Sequence
from math import log, sqrt
from statistics import NormalDist
from typing import Literal

import msgspec
import numpy as np

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

_STANDARD = NormalDist()


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
    if _is_number(known) and len(set(known)) >= NUMBERS_MIN:
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
    if bins.values or not bins.edges:
        place = {value: at for at, value in enumerate(bins.values)}
        size, missing = len(bins.values) + 2, len(bins.values) + 1
        places = [missing if value is None else place.get(str(value), missing - 1) for value in sample]
    else:
        size, missing = len(bins.edges) + 2, len(bins.edges) + 1
        known = [float(value) if isinstance(value, (int, float)) else np.nan for value in sample]
        numbers = np.array(known, dtype=np.float64)
        places = np.where(np.isnan(numbers), missing, np.searchsorted(bins.edges, numbers, side="right")).tolist()
    counts = np.bincount(np.array(places, dtype=np.int64), minlength=size)
    return Histogram(name=bins.name, edges=bins.edges, values=bins.values, counts=tuple(counts.tolist()))


def shift(before: Histogram, now: Histogram, false_alarms: float) -> Shift:
    """The population stability index between two samples in the same bins, sum of (q - p) log(q / p).

    Where nothing has happened it is about a chi-square number with bins - 1 degrees of freedom, times 1/n + 1/m
    (Yurdakul, Statistical Properties of Population Stability Index, 2018, theorem 2.1). Its mean is taken off, and what
    it passes with probability `false_alarms` is `chance`: up to that, nothing is said to have moved.
    """
    filled = [pair for pair in zip(before.counts, now.counts, strict=True) if any(pair)]
    bins, n, m = len(filled), before.rows, now.rows
    if bins < 2 or not (n and m):
        return Shift(name=before.name, psi=0.0, chance=0.0, level="none")
    found = sum(_part(p, q, n, m, bins) for p, q in filled)
    noise, freedom = 1.0 / n + 1.0 / m, bins - 1
    chance = (_chi_square(freedom, 1.0 - false_alarms) - freedom) * noise
    psi = max(found - freedom * noise, 0.0)
    return Shift(name=before.name, psi=psi, chance=chance, level=_level(psi) if psi > chance else "none")


def _part(p: int, q: int, n: int, m: int, bins: int) -> float:
    before = (p + _SMOOTH) / (n + _SMOOTH * bins)
    now = (q + _SMOOTH) / (m + _SMOOTH * bins)
    return (now - before) * log(now / before)


def _level(psi: float) -> Level:
    if psi > MAJOR:
        return "major"
    return "moderate" if psi > MODERATE else "none"


def _chi_square(freedom: int, share: float) -> float:
    """A quantile of the chi-square distribution, by Wilson and Hilferty (1931): within 1 % where it is asked."""
    ninth = 2.0 / (9.0 * freedom)
    return float(freedom * (1.0 - ninth + _STANDARD.inv_cdf(share) * sqrt(ninth)) ** 3)


def _is_number(known: Sequence[Value]) -> bool:
    return bool(known) and all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in known)

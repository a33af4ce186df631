"""Finds pairs of categories that say together what neither says alone, by what a model leaves unexplained."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import msgspec
import numpy as np
from scipy.special import chdtrc

from training.conversion.features import APART, Column, cross
from training.statistics import Array, expit

CROSSES_MAX = 3
PAIRS_MAX = 20_000
"""A cross of more pairs would make an artefact larger than the service reads."""

DOUBT = 0.001
"""A history without such a pair has one found once in so many, however many pairs there are to look at."""

SPREAD = 0.5
"""The standard deviation of what pairs add, in log-odds, at which the screen sees best."""

TOGETHER = 100
"""So many leads in a row share a level: a pair that comes and goes with a campaign must not stand for its days."""

_PASSES = 3


class _Category(msgspec.Struct, frozen=True):
    """Whose value each lead has, as numbers from 0; one is of those without a value."""

    name: str
    codes: Array
    count: int


def crosses(columns: Sequence[Column], X: Array, odds: Array, converted: Array) -> tuple[Column, ...]:
    """The pairs of categories that move these leads' conversions, strongest first.

    `odds` are what models said that had not seen the leads, oldest first. What either category, or the time, moves by
    itself is taken off first: it is no matter of pairs. One pair is named at a time and its share taken off, so that
    it does not show in others that have a category in common with it.
    """
    chance = expit(odds)
    left, spread = converted - chance, chance * (1.0 - chance)
    time = np.arange(len(left)) // TOGETHER
    categories = [*_categories(columns, X)]
    pairs = [pair for pair in combinations(categories, 2) if _is_open(*pair)]
    found = list[Column]()
    while pairs and len(found) < CROSSES_MAX:
        doubts = [_doubt(*pair, time, left, spread) for pair in pairs]
        best = int(np.argmin(doubts))
        if doubts[best] * len(doubts) > DOUBT:
            break
        one, other = pairs.pop(best)
        found.append(cross(one.name, other.name))
        left = _without(_cells(one, other), left, spread, prior=1.0 / SPREAD**2)
    return tuple(found)


def _categories(columns: Sequence[Column], X: Array) -> Iterator[_Category]:
    for position, column in enumerate(columns):
        if column.kind == "category" and column.of is None:
            texts = [value if isinstance(value, str) else "" for value in X[:, position]]
            known = {value: code for code, value in enumerate(dict.fromkeys(texts))}
            if len(known) > 1 and not any(APART in value for value in known):
                yield _Category(column.name, np.array([known[value] for value in texts]), len(known))


def _is_open(one: _Category, other: _Category) -> bool:
    """Whether there are more pairs than either has values, and not too many."""
    pairs = len(np.unique(one.codes * other.count + other.codes))
    return max(one.count, other.count) < pairs <= PAIRS_MAX


def _cells(one: _Category, other: _Category) -> Array:
    cells: Array = np.unique(one.codes * other.count + other.codes, return_inverse=True)[1]
    return cells


def _doubt(one: _Category, other: _Category, time: Array, left: Array, spread: Array) -> float:
    """The chance of leads of one pair being so much alike in what is left of them, if pairs say nothing.

    The score test of a variance component: only products of two different leads are in it, so that a pair of one lead
    says nothing, as it should. Their sum is a sum of squares but for its mean, and is read as such a one.
    """
    for _ in range(_PASSES):
        for codes in (time, one.codes, other.codes):
            left = _without(codes, left, spread, prior=0.0)
    cells = _cells(one, other)
    within = np.bincount(cells, spread)
    weight = 1.0 / (1.0 + SPREAD**2 * within)
    alike = np.sum(weight * (np.bincount(cells, left) ** 2 - np.bincount(cells, left**2)))
    usual = weight * np.sqrt(np.maximum(within**2 - np.bincount(cells, spread**2), 0.0))
    if not np.sum(usual) > 0.0:
        return 1.0
    scale = float(np.sum(usual**2) / np.sum(usual))
    freedom = float(np.sum(usual) / scale)
    return float(chdtrc(freedom, max(alike / scale + freedom, 0.0)))


def _without(codes: Array, left: Array, spread: Array, *, prior: float) -> Array:
    """What is left of each lead when its group's share is taken off; small groups give less where there is a prior."""
    within = np.bincount(codes, spread)
    share = np.divide(np.bincount(codes, left), within + prior, out=np.zeros(len(within)), where=within + prior > 0.0)
    taken: Array = left - spread * share[codes]
    return taken

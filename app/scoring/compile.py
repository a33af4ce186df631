"""Turn a scorer into one Python function, some hundred times faster than asking scikit-learn for one row.

Every leaf of every tree is one bit of a long integer. Whatever a fact says, it rules out the leaves on the far side of
each split that asks for it; so the masks of all facts, ANDed, leave the one leaf of each tree where the lead arrives
(the idea of QuickScorer, Lucchese et al. 2015). Masks and sums are looked up: no code is generated, none is run, and
nested ifs over the same trees take two to three times as long, since the processor cannot guess where they go.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from math import ceil, floor, inf, nan, tanh
from operator import and_, getitem
from struct import Struct

import msgspec

from app.scoring.artefact import LEAVES_MAX, Calibrator, Category, Feature, Isotonic, Node, NumberSplit, Scorer, Sigmoid
from app.wire.ping import Value

Probability = Callable[[Mapping[str, Value]], float]
Masks = dict[Value | None, int]

_WORD_BITS = 32
_WORD_SUMS_MAX = 1_024
_WHOLE_NUMBERS_MAX = 1_000


class _Fork(msgspec.Struct, frozen=True, kw_only=True):
    """One split with the bits of the leaves beneath each side; `at_most` is of a number, `among` of a category."""

    at_most: float = inf
    among: tuple[int, ...] = ()
    missing_left: bool
    left: int
    right: int

    def keep(self, *, go_left: bool) -> int:
        """All bits but those of the side not taken."""
        return ~self.right if go_left else ~self.left


def compiled(scorer: Scorer) -> Probability:
    """P(conversion) of a lead with these facts; NaN where the sum is no probability. `scorer` has passed `check`."""
    sums, forks, everything = _laid_out(scorer)
    read = [(feature, found) for feature, found in zip(scorer.features, forks, strict=True) if found]
    names = [feature.name for feature, _ in read]
    masks = [_masks(feature, found, everything) for feature, found in read]
    words = Struct(f"<{len(sums)}I")
    size, unpack, baseline, calibrated = words.size, words.unpack, scorer.baseline, _calibrated(scorer.calibrator)

    def probability(facts: Mapping[str, Value]) -> float:
        arrived = reduce(and_, map(getitem, masks, map(facts.get, names)), everything)
        chance = calibrated(sum(map(getitem, sums, unpack(arrived.to_bytes(size, "little"))), baseline))
        return chance if 0.0 <= chance <= 1.0 else nan

    return probability


def as_number(value: object) -> float:
    """What a fact says as a number: whole numbers and booleans do, text says nothing and is NaN."""
    if not isinstance(value, int | float):
        return nan
    try:
        return float(value)
    except OverflowError:
        return nan


def _laid_out(scorer: Scorer) -> tuple[list[dict[int, float]], list[list[_Fork]], int]:
    """By word the sum of each combination of its trees' leaves; by feature its splits; and every bit in use."""
    sums: list[dict[int, float]] = []
    forks: list[list[_Fork]] = [[] for _ in scorer.features]
    everything = 0
    for trees in _sharing_a_word(scorer.trees):
        first = place = _WORD_BITS * len(sums)
        totals = {0: 0.0}
        for tree in trees:
            totals = {
                bits | 1 << place - first + position: total + leaf
                for bits, total in totals.items()
                for position, leaf in enumerate(_leaves(tree))
            }
            place = _collect(tree, place, forks)
        sums.append(totals)
        everything |= _bits(first, place)
    return sums, forks, everything


def _sharing_a_word(trees: tuple[Node, ...]) -> Iterator[list[Node]]:
    """Trees in order, as many together as a word has bits for and a table of their combinations stays small."""
    together: list[Node] = []
    bits, combinations = 0, 1
    for tree in trees:
        leaves = len(_leaves(tree))
        if bits + leaves > LEAVES_MAX or combinations * leaves > _WORD_SUMS_MAX:
            yield together
            together, bits, combinations = [], 0, 1
        together.append(tree)
        bits, combinations = bits + leaves, combinations * leaves
    if together:
        yield together


def _leaves(node: Node) -> list[float]:
    return [node] if isinstance(node, float) else _leaves(node.left) + _leaves(node.right)


def _collect(node: Node, start: int, forks: list[list[_Fork]]) -> int:
    """Note the splits from this node down, whose leaves take the bits from `start` on; returns the bit after them."""
    if isinstance(node, float):
        return start + 1
    middle = _collect(node.left, start, forks)
    end = _collect(node.right, middle, forks)
    left, right, missing_left = _bits(start, middle), _bits(middle, end), node.missing_left
    if isinstance(node, NumberSplit):
        at_most = inf if node.at_most is None else node.at_most
        fork = _Fork(at_most=at_most, missing_left=missing_left, left=left, right=right)
    else:
        fork = _Fork(among=node.among, missing_left=missing_left, left=left, right=right)
    forks[node.feature].append(fork)
    return end


def _bits(start: int, end: int) -> int:
    return (1 << end) - (1 << start)


def _masks(feature: Feature, forks: list[_Fork], everything: int) -> Masks:
    """What each value of a feature leaves of all leaves; most values are found without a line of Python."""
    if isinstance(feature, Category):
        return _Categories(feature.values, forks, everything)
    return _Numbers(forks, everything)


class _Categories(Masks):
    """Masks by category; what is none of them is missing."""

    def __init__(self, values: tuple[str, ...], forks: list[_Fork], everything: int) -> None:
        super().__init__()
        self.missing = self[None] = _missing(forks, everything)
        for position, value in enumerate(values):
            self[value] = _all_of(everything, (fork.keep(go_left=position in fork.among) for fork in forks))

    def __missing__(self, value: Value | None) -> int:
        return self.missing


class _Numbers(Masks):
    """Masks by the thresholds between which a number lies, kept ready for whole numbers where these are few."""

    def __init__(self, forks: list[_Fork], everything: int) -> None:
        super().__init__()
        self.missing = self[None] = _missing(forks, everything)
        self.thresholds = sorted({fork.at_most for fork in forks})
        # A threshold is the last number on its left; after the last threshold every split is to the right.
        self.masks = [
            _all_of(everything, (fork.keep(go_left=last <= fork.at_most) for fork in forks))
            for last in (*self.thresholds, nan)
        ]
        finite = [threshold for threshold in self.thresholds if threshold < inf]
        if finite and finite[-1] - finite[0] < _WHOLE_NUMBERS_MAX:
            self.update({whole: self[whole] for whole in range(floor(finite[0]) - 1, ceil(finite[-1]) + 2)})

    def __missing__(self, value: Value | None) -> int:
        number = value if value.__class__ is float else as_number(value)
        return self.masks[bisect_left(self.thresholds, number)] if number == number else self.missing


def _missing(forks: list[_Fork], everything: int) -> int:
    return _all_of(everything, (fork.keep(go_left=fork.missing_left) for fork in forks))


def _all_of(everything: int, masks: Iterator[int]) -> int:
    """What every mask keeps. It starts from all bits in use, since a negative number is slow to AND."""
    for mask in masks:
        everything &= mask
    return everything


def _calibrated(calibrator: Calibrator) -> Callable[[float], float]:
    """From log-odds to probability; by `tanh`, since `exp` overflows."""
    if isinstance(calibrator, Isotonic):
        return _curve(calibrator)
    slope, intercept = (calibrator.slope, calibrator.intercept) if isinstance(calibrator, Sigmoid) else (1.0, 0.0)
    return lambda score: 0.5 + 0.5 * tanh(0.5 * (slope * score + intercept))


def _curve(calibrator: Isotonic) -> Callable[[float], float]:
    xs, ys = calibrator.scores, calibrator.probabilities

    def curve(score: float) -> float:
        above = bisect_right(xs, score)
        if above in (0, len(xs)):
            return ys[above and -1]
        x, y = xs[above - 1], ys[above - 1]
        return y + (score - x) * (ys[above] - y) / (xs[above] - x)

    return curve

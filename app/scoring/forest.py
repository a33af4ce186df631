"""The sum of many small trees by table look-ups.

Every leaf of every tree is one bit of a long integer. Whatever a fact says, it rules out the leaves on the far side of
each split that asks for it; so the masks of all facts, ANDed, leave the one leaf of each tree where the lead arrives
(the idea of QuickScorer, Lucchese et al. 2015). Which bit that is, one multiplication says for all trees at once: the
uppermost bits of a de Bruijn sequence are others wherever it begins (Leiserson, Prokop and Randall 1998). What two
leaves add is then looked up by a byte. Masks and sums are looked up: no code is generated, none is run, and nested ifs
over the same trees take three to four times as long, since the processor cannot guess where they go.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from math import ceil, floor, inf, nan
from operator import getitem
from typing import Any

import msgspec

from app.scoring.artefact import Category, Cross, Encoded, Feature, Node, NumberSplit
from app.scoring.facts import Pair, as_number, is_text, pair_of
from app.wire.ping import Value

Masks = dict[Any, int]
"""By what a fact says; by a pair of such where two are read as one."""

_SEQUENCES = {8: 0x17, 16: 0x09AF, 32: 0x077CB531}
"""By bits of a lane a de Bruijn sequence of as many, which begins with zeros."""

_WHOLE_NUMBERS_MAX = 1_000
_WHOLE_NUMBERS_KEPT = 2 * _WHOLE_NUMBERS_MAX
"""Ages and years lie beyond all thresholds too, and come again; other numbers may be any."""


class Forest(msgspec.Struct, frozen=True, kw_only=True):
    """By feature that a tree asks for (`reads`, by position) what a fact leaves of all leaves (`everything`).

    `add` gives a score with the leaves that all facts leave, one of each tree; `leaf` has by bit what each adds.
    """

    reads: tuple[int, ...]
    masks: tuple[Masks, ...]
    everything: int
    add: Callable[[float, int], float]
    leaf: dict[int, float]


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


def forest_of(trees: Sequence[Node], features: Sequence[Feature]) -> Forest:
    """The tables of these trees."""
    leaves = [_leaves(tree) for tree in trees]
    lane = next(bits for bits in _SEQUENCES if bits >= max(map(len, leaves), default=0))
    forks: list[list[_Fork]] = [[] for _ in features]
    everything = 0
    for number, tree in enumerate(trees):
        first = lane * number
        everything |= _bits(first, _collect(tree, first, forks))
    reads = tuple(position for position, found in enumerate(forks) if found)
    masks = tuple(_masks(features[position], forks[position], everything) for position in reads)
    leaf = {lane * number + place: each for number, tree in enumerate(leaves) for place, each in enumerate(tree)}
    return Forest(reads=reads, masks=masks, everything=everything, add=_adding(leaves, lane), leaf=leaf)


def _adding(leaves: Sequence[Sequence[float]], lane: int) -> Callable[[float, int], float]:
    """Adds to a score what one leaf of each tree says, told by its bit in the tree's lane of so many bits.

    Every second lane is taken at a time, which leaves each product as much room again. Of two trees the places stand in
    one byte, but those of large ones, which have more than 16, in one each.
    """
    sequence, places = _SEQUENCES[lane], lane.bit_length() - 1
    together, apart = (2, places) if 2 * places <= 8 else (1, lane)
    ones = sum(1 << 2 * lane * number for number in range((len(leaves) + 1) // 2))
    every_second, uppermost = ones * _bits(0, lane), ones * _bits(lane - places, lane)
    size, step = (len(leaves) + 1) // 2 * 2 * lane // 8, together * lane // 8
    tables = [*_tables(leaves, lane, places, together)]

    def add(score: float, reached: int) -> float:
        one = (reached & every_second) * sequence & uppermost
        other = (reached >> lane & every_second) * sequence & uppermost
        found = (one | other << apart) >> lane - places
        return sum(map(getitem, tables, found.to_bytes(size, "little")[::step]), score)

    return add


def _tables(leaves: Sequence[Sequence[float]], lane: int, places: int, together: int) -> Iterator[tuple[float, ...]]:
    """What the leaves of each tree, or of each two, add up to, by what the multiplication makes of their bits."""
    told = [(_SEQUENCES[lane] << place) % (1 << lane) >> lane - places for place in range(lane)]
    for one, other in zip_longest(leaves[::together], leaves[1::together] if together == 2 else (), fillvalue=(0.0,)):
        table = [0.0] * (1 << together * places)
        for place, added in enumerate(one):
            for beside, more in enumerate(other):
                table[told[place] | told[beside] << places] = added + more
        yield tuple(table)


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
        return _Categories(feature, forks, everything)
    if isinstance(feature, Encoded):
        return _Encodings(feature, forks, everything)
    if isinstance(feature, Cross):
        return _Pairs(feature, forks, everything)
    return _Numbers(forks, everything, feature.absent)


class _Categories(Masks):
    """Masks by category; text that is none of them is unknown, anything else is missing."""

    def __init__(self, feature: Category, forks: list[_Fork], everything: int) -> None:
        super().__init__()
        self.missing = self[None] = _missing(forks, everything)
        for position, value in enumerate(feature.values):
            self[value] = _all_of(everything, (fork.keep(go_left=position in fork.among) for fork in forks))
        self.unknown = self.missing if feature.unknown is None else self[feature.values[feature.unknown]]
        self.update(dict.fromkeys(feature.absent, self.missing))

    def __missing__(self, value: Value | None) -> int:
        return self.unknown if is_text(value) else self.missing


class _Encodings(Masks):
    """Masks by value, which are those of the number that it is encoded as; many values share one."""

    def __init__(self, feature: Encoded, forks: list[_Fork], everything: int) -> None:
        numbers = _Numbers(forks, everything)
        super().__init__(zip(feature.values, map(numbers.mask, feature.encodings), strict=True))
        self[None] = self.missing = numbers.mask(feature.missing)
        self.update(dict.fromkeys(feature.absent, self.missing))
        self.unknown = numbers.mask(feature.unknown)

    def __missing__(self, value: Value | None) -> int:
        return self.unknown if is_text(value) else self.missing


class _Pairs(Masks):
    """Masks by two values, as those of the number that the pair is encoded as."""

    def __init__(self, feature: Cross, forks: list[_Fork], everything: int) -> None:
        numbers = _Numbers(forks, everything)
        super().__init__(zip(feature.values, map(numbers.mask, feature.encodings), strict=True))
        self.unknown, self.absent = numbers.mask(feature.unknown), feature.absent

    def __missing__(self, pair: Pair) -> int:
        return self.get(pair_of(pair, self.absent), self.unknown)


class _Numbers(Masks):
    """Masks by the thresholds between which a number lies, kept ready for whole numbers."""

    def __init__(self, forks: list[_Fork], everything: int, absent: Sequence[float] = ()) -> None:
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
        self.update(dict.fromkeys(absent, self.missing))

    def __missing__(self, value: Value | None) -> int:
        # Without `mask`, since a call costs as much as the search.
        number = value if value.__class__ is float else as_number(value)
        mask = self.masks[bisect_left(self.thresholds, number)] if number == number else self.missing
        if value.__class__ is int and len(self) < _WHOLE_NUMBERS_KEPT:
            self[value] = mask
        return mask

    def mask(self, number: float) -> int:
        """Of a number that is one."""
        return self.masks[bisect_left(self.thresholds, number)]


def _missing(forks: list[_Fork], everything: int) -> int:
    return _all_of(everything, (fork.keep(go_left=fork.missing_left) for fork in forks))


def _all_of(everything: int, masks: Iterator[int]) -> int:
    """What every mask keeps. It starts from all bits in use, since a negative number is slow to AND."""
    for mask in masks:
        everything &= mask
    return everything

"""What each fact of a lead adds to its log-odds: exact Shapley values against a few usual leads.

A leaf of a tree is reached where no fact rules it out (see `forest.py`). Of a lead and a usual one, let `a` facts be
those that only the lead's value leaves it, and `b` those that only the usual one's does; if together they leave it, the
order in which facts are exchanged decides, and over all orders each of the former gains (a - 1)! b! / (a + b)! of the
leaf, each of the latter loses a! (b - 1)! / (a + b)! (interventional TreeSHAP: Lundberg et al., 2020). Sums are plain.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import factorial

import msgspec

from app.scoring.artefact import Cross, Feature, Scorer
from app.scoring.calibration import calibrated
from app.scoring.forest import Forest, forest_of
from app.scoring.terms import Weights, weights_of
from app.wire.ping import Value

USUAL_LEADS = 50
"""The parity rows of a card begin with so many leads, spread over the newest ones."""

Facts = Mapping[str, Value]


class Contributions(msgspec.Struct, frozen=True, kw_only=True):
    """`usual` is the mean log-odds of usual leads; with what each field adds it is the `score` of this one.

    The score is before calibration, `probability` after it.
    """

    usual: float
    by_field: dict[str, float]
    score: float
    probability: float

    @property
    def largest_first(self) -> list[tuple[str, float]]:
        """The fields that add or take something."""
        return sorted(((name, added) for name, added in self.by_field.items() if added), key=lambda each: -abs(each[1]))


class Explainer:
    """Says of any lead what its facts add, compared with these usual leads."""

    def __init__(self, scorer: Scorer, usual: Sequence[Facts]) -> None:
        if not usual:
            raise ValueError("there are no usual leads to compare with")
        self._names = [feature.name for feature in scorer.features]
        self._forest = forest_of(scorer.trees, scorer.features)
        self._weights: list[tuple[Feature, Weights]] = [
            (scorer.features[term.feature], weights_of(term, scorer.features[term.feature])) for term in scorer.terms
        ]
        self._asked = [scorer.features[position] for position in self._forest.reads]
        self._baseline = scorer.baseline
        self._curve = calibrated(scorer.calibrator)
        self._usual = [(facts, self._left(facts)) for facts in usual]
        self._usual_score = sum(map(self._score, usual)) / len(usual)

    def of(self, facts: Facts) -> Contributions:
        """What these facts add."""
        added, left = dict.fromkeys(self._names, 0.0), self._left(facts)
        for usual, its in self._usual:
            for feature, weights in self._weights:
                added[feature.name] += weights[_said(feature, facts)] - weights[_said(feature, usual)]
            for position, gain in _exchanged(self._forest, left, its):
                added[self._asked[position].name] += gain
        by_field = {name: total / len(self._usual) for name, total in added.items()}
        score = self._score(facts)
        return Contributions(usual=self._usual_score, by_field=by_field, score=score, probability=self._curve(score))

    def _left(self, facts: Facts) -> list[int]:
        """The leaves that each fact leaves, of those that a tree asks for."""
        return [masks[_said(feature, facts)] for masks, feature in zip(self._forest.masks, self._asked, strict=True)]

    def _score(self, facts: Facts) -> float:
        reached = self._forest.everything
        for leaves in self._left(facts):
            reached &= leaves
        weighed = sum(weights[_said(feature, facts)] for feature, weights in self._weights)
        return self._baseline + weighed + sum(self._forest.leaf[bit] for bit in _bits(reached))


def _said(feature: Feature, facts: Facts) -> object:
    """What a lead says of a feature; of a cross, which counts as a field of its own, both facts."""
    if isinstance(feature, Cross):
        return tuple(map(facts.get, feature.of))
    return facts.get(feature.name)


def _exchanged(forest: Forest, left: Sequence[int], usual: Sequence[int]) -> Iterator[tuple[int, float]]:
    """What each fact gains (by its position) where the facts of a usual lead are exchanged for those of this one."""
    possible, leaf = forest.everything, forest.leaf
    for mine, its in zip(left, usual, strict=True):
        possible &= mine | its
    only_mine: dict[int, list[int]] = {}
    only_its: dict[int, list[int]] = {}
    for position, (mine, its) in enumerate(zip(left, usual, strict=True)):
        for bit in _bits(possible & mine & ~its):
            only_mine.setdefault(bit, []).append(position)
        for bit in _bits(possible & its & ~mine):
            only_its.setdefault(bit, []).append(position)
    for bit in only_mine.keys() | only_its.keys():
        gaining, losing = only_mine.get(bit, ()), only_its.get(bit, ())
        a, b = len(gaining), len(losing)
        orders = factorial(a + b)
        for position in gaining:
            yield position, leaf[bit] * factorial(a - 1) * factorial(b) / orders
        for position in losing:
            yield position, -leaf[bit] * factorial(a) * factorial(b - 1) / orders


def _bits(number: int) -> Iterator[int]:
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


def importances(explainer: Explainer, leads: Iterable[Facts]) -> dict[str, float]:
    """How far each field moves the log-odds of these leads, on the mean; the most important first."""
    told = [explainer.of(facts).by_field for facts in leads]
    means = {name: sum(abs(each[name]) for each in told) / len(told) for name in told[0]} if told else {}
    return dict(sorted(means.items(), key=lambda each: -each[1]))

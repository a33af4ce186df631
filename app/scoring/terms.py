"""What each fact adds to a weighted sum, looked up by what it says."""

from collections.abc import Iterable
from math import ceil, floor
from typing import Any

from app.scoring.artefact import Category, CategoryTerm, Cross, Encoded, Feature, NumberTerm, Term
from app.scoring.facts import Pair, as_number, is_text, pair_of
from app.wire.ping import Value

Weights = dict[Any, float]
"""By what a fact says; by a pair of such where two are read as one."""

_WHOLE_NUMBERS_MAX = 1_000


def weights_of(term: Term, feature: Feature) -> Weights:
    """What any value of the feature adds."""
    if isinstance(term, CategoryTerm):
        assert isinstance(feature, Category)
        return _Texts(zip(feature.values, term.weights, strict=True), term.missing, term.unknown)
    if isinstance(feature, Cross):
        return _Pairs(
            zip(feature.values, (_added(term, number) for number in feature.encodings), strict=True),
            _added(term, feature.unknown),
        )
    if isinstance(feature, Encoded):
        weights = zip(feature.values, (_added(term, number) for number in feature.encodings), strict=True)
        return _Texts(weights, _added(term, feature.missing), _added(term, feature.unknown))
    return _Numbers(term)


class _Texts(Weights):
    """Weights by text; text that is not among them is unknown, anything else is missing."""

    def __init__(self, weights: Iterable[tuple[str, float]], missing: float, unknown: float) -> None:
        super().__init__(weights)
        self[None] = self.missing = missing
        self.unknown = unknown

    def __missing__(self, value: Value | None) -> float:
        return self.unknown if is_text(value) else self.missing


class _Pairs(Weights):
    """Weights by two values; a pair that is not among them is unknown."""

    def __init__(self, weights: Iterable[tuple[tuple[str, str], float]], unknown: float) -> None:
        super().__init__(weights)
        self.unknown = unknown

    def __missing__(self, pair: Pair) -> float:
        return self.get(pair_of(pair), self.unknown)


class _Numbers(Weights):
    """Weights of numbers, kept ready for whole numbers where these are few."""

    def __init__(self, term: NumberTerm) -> None:
        super().__init__({None: term.missing})
        self.term = term
        if term.high - term.low < _WHOLE_NUMBERS_MAX:
            self.update({whole: _added(term, whole) for whole in range(floor(term.low), ceil(term.high) + 1)})

    def __missing__(self, value: Value | None) -> float:
        number = as_number(value)
        return _added(self.term, number) if number == number else self.term.missing


def _added(term: NumberTerm, number: float) -> float:
    return term.at_low + term.weight * (min(max(number, term.low), term.high) - term.low)

"""What each fact adds to a weighted sum, looked up by what it says."""

from collections.abc import Iterable
from math import ceil, floor
from typing import Any

from app.scoring.artefact import Category, CategoryTerm, Cross, Encoded, Feature, Number, NumberTerm, Term
from app.scoring.facts import Pair, as_number, is_text, pair_of
from app.wire.ping import Value

Weights = dict[Any, float]
"""By what a fact says; by a pair of such where two are read as one."""

_WHOLE_NUMBERS_MAX = 1_000


def weights_of(term: Term, feature: Feature) -> Weights:
    """What any value of the feature adds."""
    if isinstance(term, CategoryTerm):
        assert isinstance(feature, Category)
        return _Texts(feature, term.weights, term.missing, term.unknown)
    if isinstance(feature, Cross):
        return _Pairs(
            zip(feature.values, (_added(term, number) for number in feature.encodings), strict=True),
            _added(term, feature.unknown),
            feature.absent,
        )
    if isinstance(feature, Encoded):
        weights = [_added(term, number) for number in feature.encodings]
        return _Texts(feature, weights, _added(term, feature.missing), _added(term, feature.unknown))
    return _Numbers(term, feature.absent if isinstance(feature, Number) else ())


class _Texts(Weights):
    """Weights by text; text that is not among them is unknown, anything else is missing."""

    def __init__(self, feature: Category | Encoded, weights: Iterable[float], missing: float, unknown: float) -> None:
        super().__init__(zip(feature.values, weights, strict=True))
        self.update(dict.fromkeys((None, *feature.absent), missing))
        self.missing = missing
        self.unknown = unknown

    def __missing__(self, value: Value | None) -> float:
        return self.unknown if is_text(value) else self.missing


class _Pairs(Weights):
    """Weights by two values; a pair that is not among them is unknown."""

    def __init__(
        self,
        weights: Iterable[tuple[tuple[str, str], float]],
        unknown: float,
        absent: tuple[tuple[str, ...], tuple[str, ...]],
    ) -> None:
        super().__init__(weights)
        self.unknown, self.absent = unknown, absent

    def __missing__(self, pair: Pair) -> float:
        return self.get(pair_of(pair, self.absent), self.unknown)


class _Numbers(Weights):
    """Weights of numbers, kept ready for whole numbers where these are few."""

    def __init__(self, term: NumberTerm, absent: Iterable[float]) -> None:
        super().__init__()
        self.term = term
        if term.high - term.low < _WHOLE_NUMBERS_MAX:
            self.update({whole: _added(term, whole) for whole in range(floor(term.low), ceil(term.high) + 1)})
        self.update(dict.fromkeys((None, *absent), term.missing))

    def __missing__(self, value: Value | None) -> float:
        number = as_number(value)
        return _added(self.term, number) if number == number else self.term.missing


def _added(term: NumberTerm, number: float) -> float:
    return term.at_low + term.weight * (min(max(number, term.low), term.high) - term.low)

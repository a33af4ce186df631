"""What a scorer consists of: features, trees and a calibrator in plain numbers, read strictly, checked before use."""

from itertools import pairwise
from math import isfinite
from pathlib import Path

import msgspec

SCHEMA = 1
BYTES_MAX = 2_000_000
LEAVES_MAX = 32
"""A tree has a machine word's worth of leaves; boosting wants small trees, and many."""
CATEGORIES_MAX = 255
LOG_ODDS_MAX = 100.0
"""No honest leaf says more: e^-100 is the chance of nothing ever seen."""


class Unusable(Exception):
    """An artefact must not price: the message names the file and says why."""


class Number(msgspec.Struct, frozen=True, tag_field="kind", tag="number", forbid_unknown_fields=True):
    """A fact read as a number; a boolean is 0 or 1, anything else is missing."""

    name: str


class Category(msgspec.Struct, frozen=True, tag_field="kind", tag="category", forbid_unknown_fields=True):
    """A fact read as one of `values`; anything else is missing."""

    name: str
    values: tuple[str, ...]


class NumberSplit(msgspec.Struct, frozen=True, array_like=True, tag="number", forbid_unknown_fields=True):
    """Left where the number is at most `at_most`; `None` admits every number and leaves the missing to the right."""

    feature: int
    at_most: float | None
    missing_left: bool
    left: "float | NumberSplit | CategorySplit"
    right: "float | NumberSplit | CategorySplit"


class CategorySplit(msgspec.Struct, frozen=True, array_like=True, tag="category", forbid_unknown_fields=True):
    """Left where the value stands in `among`, by its position in the feature's values."""

    feature: int
    among: tuple[int, ...]
    missing_left: bool
    left: "float | NumberSplit | CategorySplit"
    right: "float | NumberSplit | CategorySplit"


class Uncalibrated(msgspec.Struct, frozen=True, tag_field="kind", tag="none", forbid_unknown_fields=True):
    """Log-odds become a probability as they are."""


class Sigmoid(msgspec.Struct, frozen=True, tag_field="kind", tag="sigmoid", forbid_unknown_fields=True):
    """Log-odds are stretched and shifted first."""

    slope: float
    intercept: float


class Isotonic(msgspec.Struct, frozen=True, tag_field="kind", tag="isotonic", forbid_unknown_fields=True):
    """Log-odds become a probability by straight lines between points; beyond the ends the end holds."""

    scores: tuple[float, ...]
    probabilities: tuple[float, ...]


Node = float | NumberSplit | CategorySplit
Feature = Number | Category
Calibrator = Uncalibrated | Sigmoid | Isotonic


class Scorer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`baseline` and the leaves of `trees` are log-odds, summed in order; a node is a leaf or has two."""

    schema: int
    vertical: str
    version: str
    features: tuple[Feature, ...]
    baseline: float
    trees: tuple[Node, ...]
    calibrator: Calibrator


class _Header(msgspec.Struct, frozen=True):
    schema: int


def read_bytes(path: Path) -> bytes:
    """The file's bytes; refused where it is absent or larger than any artefact may be."""
    try:
        size = path.stat().st_size
        if size > BYTES_MAX:
            raise Unusable(f"{path.name} is larger than {BYTES_MAX} bytes")
        return path.read_bytes()
    except OSError as error:
        raise Unusable(f"{path.name} cannot be read: {error.strerror or type(error).__name__}") from None


def parse(body: bytes) -> Scorer:
    """The scorer written in these bytes, every number of it checked."""
    try:
        # Another schema is named as such, not as the first field that it spells differently.
        schema = msgspec.json.decode(body, type=_Header).schema
        if schema != SCHEMA:
            raise Unusable(f"scorer.json has schema {schema}, this service reads {SCHEMA}: train again or upgrade")
        scorer = msgspec.json.decode(body, type=Scorer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unusable(f"scorer.json is not a scorer: {error}") from None
    except RecursionError:
        raise Unusable("scorer.json is nested too deep") from None
    check(scorer)
    return scorer


def check(scorer: Scorer) -> None:
    """Refuse a scorer whose numbers cannot be what training wrote."""
    _check_features(scorer.features)
    _check_number(scorer.baseline, "baseline")
    for position, tree in enumerate(scorer.trees):
        leaves = _check_node(tree, scorer.features, f"trees[{position}]")
        if leaves > LEAVES_MAX:
            raise Unusable(f"scorer.json: trees[{position}] has {leaves} leaves, more than {LEAVES_MAX}")
    _check_calibrator(scorer.calibrator)


def _check_features(features: tuple[Feature, ...]) -> None:
    names = [feature.name for feature in features]
    if len(set(names)) != len(names):
        raise Unusable("scorer.json names a feature twice")
    for feature in features:
        if isinstance(feature, Category):
            values = feature.values
            if len(set(values)) != len(values) or len(values) > CATEGORIES_MAX:
                raise Unusable(f"scorer.json repeats a value of {feature.name!r} or has more than {CATEGORIES_MAX}")


def _check_node(node: Node, features: tuple[Feature, ...], where: str) -> int:
    """How many leaves hang here."""
    if isinstance(node, float):
        _check_number(node, f"a leaf of {where}")
        return 1
    feature = features[node.feature] if 0 <= node.feature < len(features) else None
    if isinstance(node, NumberSplit):
        if not isinstance(feature, Number):
            raise Unusable(f"scorer.json: {where} splits by a number which is no feature")
        if node.at_most is not None and not isfinite(node.at_most):
            raise Unusable(f"scorer.json: a threshold of {where} is not finite")
    else:
        if not isinstance(feature, Category):
            raise Unusable(f"scorer.json: {where} splits by a category which is no feature")
        if not all(0 <= position < len(feature.values) for position in node.among):
            raise Unusable(f"scorer.json: {where} names a value which {feature.name!r} does not have")
    return _check_node(node.left, features, where) + _check_node(node.right, features, where)


def _check_calibrator(calibrator: Calibrator) -> None:
    if isinstance(calibrator, Sigmoid):
        _check_number(calibrator.slope, "the calibrator's slope")
        _check_number(calibrator.intercept, "the calibrator's intercept")
        if calibrator.slope <= 0.0:
            raise Unusable("scorer.json: the calibrator's slope is not positive, it would price the best leads lowest")
    if isinstance(calibrator, Isotonic):
        scores, probabilities = calibrator.scores, calibrator.probabilities
        for number in (*scores, *probabilities):
            _check_number(number, "a point of the calibrator")
        rises = all(low < high for low, high in pairwise(scores))
        falls = any(low > high for low, high in pairwise(probabilities))
        bounded = all(0.0 <= probability <= 1.0 for probability in probabilities)
        if not scores or len(scores) != len(probabilities) or not rises or falls or not bounded:
            raise Unusable("scorer.json: the calibrator is not a rising curve of probabilities")


def _check_number(number: float, what: str) -> None:
    if not abs(number) <= LOG_ODDS_MAX:
        raise Unusable(f"scorer.json: {what} is not a number between -{LOG_ODDS_MAX:g} and {LOG_ODDS_MAX:g}")

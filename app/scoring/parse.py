"""Read a scorer strictly: refused by name is whatever training cannot have written."""

from itertools import pairwise
from math import inf, isfinite

from app.scoring.artefact import (
    AMOUNT_MAX,
    CATEGORIES_MAX,
    ENCODED_MAX,
    LEAVES_MAX,
    LOG_ODDS_MAX,
    SCHEMA,
    VALUE,
    Amount,
    Beta,
    Calibrator,
    Category,
    Cross,
    Encoded,
    Feature,
    Isotonic,
    Node,
    Number,
    NumberSplit,
    NumberTerm,
    Scorer,
    Sigmoid,
    Term,
    Unusable,
    decoded,
)

POINTS_APART_MIN = 1e-6
"""Between points closer than that a straight line is so steep that the last digit of a score would decide."""


def parse(body: bytes) -> Scorer:
    """The scorer written in these bytes, every number of it checked."""
    scorer = decoded(body, Scorer, "scorer.json", SCHEMA, "a scorer")
    check(scorer)
    if isinstance(scorer.calibrator, Amount):
        raise Unusable("scorer.json: it says an amount, and no probability")
    return scorer


def parse_value(body: bytes) -> Scorer:
    """What a conversion brings, as written in these bytes."""
    scorer = decoded(body, Scorer, VALUE, SCHEMA, "a scorer of amounts")
    try:
        check(scorer)
    except Unusable as unusable:
        raise Unusable(str(unusable).replace("scorer.json", VALUE, 1)) from None
    if not isinstance(scorer.calibrator, Amount):
        raise Unusable(f"{VALUE}: it says a probability, and no amount")
    return scorer


def check(scorer: Scorer) -> None:
    """Refuse a scorer whose numbers cannot be what training wrote."""
    _check_features(scorer.features)
    _check_number(scorer.baseline, "baseline")
    for position, term in enumerate(scorer.terms):
        _check_term(term, scorer.features, f"terms[{position}]")
    for position, tree in enumerate(scorer.trees):
        leaves = _check_node(tree, scorer.features, f"trees[{position}]")
        if leaves > LEAVES_MAX:
            raise Unusable(f"scorer.json: trees[{position}] has {leaves} leaves, more than {LEAVES_MAX}")
    _check_calibrator(scorer.calibrator)


def _check_features(features: tuple[Feature, ...]) -> None:
    names = [feature.name for feature in features]
    if len(set(names)) != len(names):
        raise Unusable("scorer.json names a feature twice")
    texts = {feature.name for feature in features if isinstance(feature, Category | Encoded)}
    for feature in features:
        if isinstance(feature, Number):
            continue
        if isinstance(feature, Cross) and not (feature.of[0] != feature.of[1] and texts.issuperset(feature.of)):
            raise Unusable(f"scorer.json: {feature.name!r} does not cross two of its categories")
        values, most = feature.values, CATEGORIES_MAX if isinstance(feature, Category) else ENCODED_MAX
        if len(set(values)) != len(values) or len(values) > most:
            raise Unusable(f"scorer.json repeats a value of {feature.name!r} or has more than {most:,}")
        if isinstance(feature, Category) and feature.unknown is not None and not 0 <= feature.unknown < len(values):
            raise Unusable(f"scorer.json: the unknown of {feature.name!r} is none of its values")
        if isinstance(feature, Encoded | Cross):
            if len(feature.encodings) != len(values):
                raise Unusable(f"scorer.json: {feature.name!r} has not one encoding a value")
            for number in (*feature.encodings, feature.unknown, getattr(feature, "missing", 0.0)):
                _check_number(number, f"an encoding of {feature.name!r}")


def _check_term(term: Term, features: tuple[Feature, ...], where: str) -> None:
    feature = features[term.feature] if 0 <= term.feature < len(features) else None
    _check_number(term.missing, f"what {where} adds for a missing fact")
    if isinstance(term, NumberTerm):
        if feature is None or isinstance(feature, Category):
            raise Unusable(f"scorer.json: {where} weighs a number which is no feature")
        if not -inf < term.low <= term.high < inf:
            raise Unusable(f"scorer.json: {where} has no bounds")
        for end in (term.at_low, term.at_low + term.weight * (term.high - term.low)):
            _check_number(end, f"what {where} adds at a bound")
    else:
        if not isinstance(feature, Category) or len(term.weights) != len(feature.values):
            raise Unusable(f"scorer.json: {where} has not one weight a value of a category")
        for weight in (*term.weights, term.unknown):
            _check_number(weight, f"a weight of {where}")


def _check_node(node: Node, features: tuple[Feature, ...], where: str) -> int:
    """How many leaves hang here."""
    if isinstance(node, float):
        _check_number(node, f"a leaf of {where}")
        return 1
    feature = features[node.feature] if 0 <= node.feature < len(features) else None
    if isinstance(node, NumberSplit):
        if feature is None or isinstance(feature, Category):
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
    if isinstance(calibrator, Amount) and not 0.0 <= calibrator.low <= calibrator.high <= AMOUNT_MAX:
        raise Unusable(f"scorer.json: amounts do not rise from 0 to at most {AMOUNT_MAX:,.0f}")
    if isinstance(calibrator, Beta):
        for number in (calibrator.a, calibrator.b, calibrator.c):
            _check_number(number, "a number of the calibrator")
        if min(calibrator.a, calibrator.b) < 0.0 or max(calibrator.a, calibrator.b) == 0.0:
            raise Unusable("scorer.json: the calibrator does not rise, it would price the best leads lowest")
    if isinstance(calibrator, Isotonic):
        scores, probabilities = calibrator.scores, calibrator.probabilities
        for number in (*scores, *probabilities):
            _check_number(number, "a point of the calibrator")
        rises = all(high - low >= POINTS_APART_MIN for low, high in pairwise(scores))
        falls = any(low > high for low, high in pairwise(probabilities))
        bounded = all(0.0 <= probability <= 1.0 for probability in probabilities)
        if not scores or len(scores) != len(probabilities) or not rises or falls or not bounded:
            raise Unusable("scorer.json: the calibrator is not a rising curve of probabilities")


def _check_number(number: float, what: str) -> None:
    if not abs(number) <= LOG_ODDS_MAX:
        raise Unusable(f"scorer.json: {what} is not a number between -{LOG_ODDS_MAX:g} and {LOG_ODDS_MAX:g}")

"""Write down a fitted pipeline as plain numbers: every weight, tree, category and curve, exactly as it predicts."""

from collections.abc import Callable, Sequence
from math import isfinite, nan
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from app.scoring.artefact import (
    SCHEMA,
    Category,
    CategorySplit,
    CategoryTerm,
    Encoded,
    Feature,
    Node,
    Number,
    NumberSplit,
    NumberTerm,
    Scorer,
    Term,
    Uncalibrated,
    Unusable,
)
from app.scoring.parse import check
from training.conversion.calibrators import Calibrated
from training.conversion.candidates import Estimator, scores
from training.conversion.features import Column
from training.errors import TrainingError
from training.statistics import Array


class CannotExport(TrainingError):
    """The service could not price as this model does: the message says why."""


def scorer_of(raw: Estimator, model: Estimator, columns: Sequence[Column], *, vertical: str, version: str) -> Scorer:
    """The served `model`, made of the pipeline `raw`, as a scorer; they are the same where nothing calibrates it.

    It reads trees that scikit-learn keeps private: its minor version is pinned for that. Raises `CannotExport`.
    """
    if model is not raw and not isinstance(model, Calibrated):
        raise CannotExport(f"{type(model).__name__} is no calibration that the service knows")
    curve = Uncalibrated() if model is raw else model.calibrator
    scorer = Scorer(schema=SCHEMA, vertical=vertical, version=version, calibrator=curve, **_sum(raw, columns))
    try:
        check(scorer)
    except Unusable as unusable:
        raise CannotExport(str(unusable)) from None
    return scorer


def _sum(raw: Estimator, columns: Sequence[Column]) -> dict[str, Any]:
    """What a scorer adds up, of the features in the order of the columns."""
    if not _ours(raw):
        raise CannotExport(f"{type(raw).__name__} is no pipeline of this trainer's encoders and one model")
    final = raw.steps[-1][1]
    if isinstance(final, LogisticRegression):
        return _weighed(raw, columns)
    if isinstance(final, HistGradientBoostingClassifier):
        trees = tuple(node(predictor, 0, _order(raw)) for (predictor,) in final._predictors)
        baseline = float(final._baseline_prediction[0, 0])
        return {"features": _split_by(raw, columns), "baseline": baseline, "terms": (), "trees": trees}
    if type(final).__name__ == "LGBMClassifier":
        dumped = final.booster_.dump_model()["tree_info"]
        trees = tuple(_light_node(tree["tree_structure"], _order(raw)) for tree in dumped)
        return {"features": _split_by(raw, columns), "baseline": 0.0, "terms": (), "trees": trees}
    raise CannotExport(f"{type(final).__name__} is no model that the service can compute")


def _ours(raw: Estimator) -> bool:
    """Whether these are the encoders that this module can read."""
    if not isinstance(raw, Pipeline) or list(raw.named_steps)[:1] != ["columns"] or len(raw.steps) != 2:
        return False
    columns = raw.named_steps["columns"]
    return isinstance(columns, ColumnTransformer) and {*_parts(raw)} <= {"categories", "encoded", "numbers"}


def _parts(raw: Estimator) -> dict[str, tuple[Any, list[int]]]:
    """The fitted encoders by what they read, each with the positions of its columns."""
    return {name: (fitted, list(positions)) for name, fitted, positions in raw.steps[0][1].transformers_}


def _order(raw: Estimator) -> list[int]:
    """The column that stands at each place of what the encoders put out for trees."""
    return [position for _, positions in _parts(raw).values() for position in positions]


def _split_by(raw: Estimator, columns: Sequence[Column]) -> tuple[Feature, ...]:
    """A tree's own category codes count from 0 in the order of the values, since both encoders saw the same rows."""
    features: dict[int, Feature] = {}
    for name, (encoder, positions) in _parts(raw).items():
        for place, position in enumerate(positions):
            fact = columns[position].name
            if name == "categories":
                features[position] = Category(fact, _values(encoder.categories_[place]))
            elif name == "encoded":
                features[position] = _encoded(fact, encoder, place)
            else:
                features[position] = Number(fact)
    return tuple(features[position] for position in range(len(columns)))


def _encoded(fact: str, encoder: Any, place: int) -> Encoded:
    values = _values(encoder.categories_[place])
    rows = np.full((len(values) + 2, len(encoder.categories_)), nan, dtype=object)
    rows[:-1, place] = [*values, _unknown(values)]
    *encodings, unknown, missing = encoder.transform(rows)[:, place].tolist()
    return Encoded(fact, values, tuple(encodings), missing=missing, unknown=unknown)


def node(predictor: Any, position: int, order: Sequence[int]) -> Node:
    """A node of scikit-learn's, which reads its features in this order of columns."""
    found = predictor.nodes[position]
    if found["is_leaf"]:
        return float(found["value"])
    feature, missing_left = order[int(found["feature_idx"])], bool(found["missing_go_to_left"])
    left, right = (node(predictor, int(found[side]), order) for side in ("left", "right"))
    if found["is_categorical"]:
        among = _codes(predictor.raw_left_cat_bitsets[int(found["bitset_idx"])])
        return CategorySplit(feature, among, missing_left, left, right)
    threshold = float(found["num_threshold"])
    return NumberSplit(feature, threshold if isfinite(threshold) else None, missing_left, left, right)


def _codes(bitset: Sequence[Any]) -> tuple[int, ...]:
    """The numbers whose bit is set in eight words of 32 bits."""
    bits = sum(int(word) << 32 * position for position, word in enumerate(bitset))
    return tuple(code for code in range(bits.bit_length()) if bits >> code & 1)


def _light_node(node: dict[str, Any], order: Sequence[int]) -> Node:
    """A node as LightGBM dumps it."""
    if "leaf_value" in node:
        return float(node["leaf_value"])
    feature = order[node["split_feature"]]
    left, right = (_light_node(node[side], order) for side in ("left_child", "right_child"))
    if node["decision_type"] == "==":
        # A category that is missing, and so one that is unknown, goes right wherever it was in training.
        return CategorySplit(
            feature, tuple(map(int, node["threshold"].split("||"))), missing_left=False, left=left, right=right
        )
    if node["missing_type"] == "Zero":
        raise CannotExport("LightGBM was told to read zero as missing; the service does not")
    threshold = float(node["threshold"])
    # Where no lead of training missed the number, a missing one is read as zero.
    missing_left = node["default_left"] if node["missing_type"] == "NaN" else threshold >= 0.0
    return NumberSplit(feature, threshold, missing_left, left, right)


def _weighed(raw: Estimator, columns: Sequence[Column]) -> dict[str, Any]:
    """A sum has no interactions: the model itself says what each fact adds to a lead of which nothing is known."""
    blank = np.full((1, len(columns)), nan, dtype=object)
    baseline = float(scores(raw, blank)[0])

    def adds(position: int, values: Sequence[str | float]) -> list[float]:
        rows = np.repeat(blank, len(values), axis=0)
        rows[:, position] = values
        added: list[float] = (scores(raw, rows) - baseline).tolist()
        return added

    features: dict[int, Feature] = {}
    terms: list[Term] = []
    for name, (encoder, positions) in _parts(raw).items():
        for place, position in enumerate(positions):
            fact = columns[position].name
            if name == "numbers":
                bounds = encoder.named_steps["bounds"]
                features[position] = Number(fact)
                terms.append(_number_term(position, float(bounds.low_[place]), float(bounds.high_[place]), adds))
                continue
            told = encoder if name == "categories" else encoder.named_steps["targets"]
            values = _values(told.categories_[place])
            *weights, unknown = adds(position, [*values, _unknown(values)])
            if name == "categories":
                features[position] = Category(fact, values)
                terms.append(CategoryTerm(position, tuple(weights), missing=0.0, unknown=unknown))
            else:
                features[position] = Encoded(fact, values, tuple(weights), missing=0.0, unknown=unknown)
                low, high = min(*weights, unknown, 0.0), max(*weights, unknown, 0.0)
                terms.append(NumberTerm(position, low, high, at_low=low, weight=1.0, missing=0.0))
    ordered = tuple(features[at] for at in range(len(columns)))
    return {"features": ordered, "baseline": baseline, "terms": tuple(terms), "trees": ()}


def _number_term(
    position: int, low: float, high: float, adds: Callable[[int, Sequence[str | float]], list[float]]
) -> NumberTerm:
    at_low, at_high = adds(position, [low, high])
    weight = (at_high - at_low) / (high - low) if high > low else 0.0
    return NumberTerm(position, low, high, at_low=at_low, weight=weight, missing=0.0)


def _values(categories: Array) -> tuple[str, ...]:
    """The texts among them; the missing is no value."""
    return tuple(value for value in categories if isinstance(value, str))


def _unknown(values: Sequence[str]) -> str:
    """A text that is none of these."""
    return max(values, key=len, default="") + "?"

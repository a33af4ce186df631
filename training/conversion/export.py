"""Write down a fitted pipeline as plain numbers: every weight, tree, category and curve, exactly as it predicts."""

from collections.abc import Iterator, Sequence
from math import isfinite, nan
from typing import Any

import numpy as np
from msgspec.structs import replace
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, PoissonRegressor
from sklearn.pipeline import Pipeline

from app.scoring import artefact
from app.scoring.artefact import Category, CategorySplit, Cross, Encoded, Feature, Node, Number, NumberSplit, NumberTerm
from app.scoring.parse import check
from training.conversion.calibrators import Calibrated
from training.conversion.candidates import Estimator, scores
from training.conversion.features import APART, Column
from training.errors import TrainingError
from training.histories.spec import Spec
from training.statistics import Array


def scorer_of(
    raw: Estimator, model: Estimator, columns: Sequence[Column], *, vertical: str, version: str
) -> artefact.Scorer:
    """The served `model`, made of the pipeline `raw`, as a scorer; they are the same where nothing calibrates it.

    It reads trees that scikit-learn keeps private: its minor version is pinned for that. Raises `TrainingError`.
    """
    if model is not raw and not isinstance(model, Calibrated):
        raise TrainingError(f"{type(model).__name__} is no calibration that the service knows")
    curve = artefact.Uncalibrated() if model is raw else model.calibrator
    return _checked(raw, columns, curve, vertical, version)


def amount_scorer_of(
    raw: Estimator, columns: Sequence[Column], curve: artefact.Amount, *, vertical: str, version: str
) -> artefact.Scorer:
    """The pipeline `raw` of logarithms of amounts as a scorer."""
    return _checked(raw, columns, curve, vertical, version)


def _checked(
    raw: Estimator, columns: Sequence[Column], curve: artefact.Calibrator, vertical: str, version: str
) -> artefact.Scorer:
    scorer = artefact.Scorer(
        schema=artefact.SCHEMA, vertical=vertical, version=version, calibrator=curve, **_sum(raw, columns)
    )
    try:
        check(scorer)
    except artefact.Unusable as unusable:
        raise TrainingError(str(unusable)) from None
    return scorer


def with_absent(scorer: artefact.Scorer, spec: Spec) -> artefact.Scorer:
    """The scorer that takes for missing in a ping what the specification takes for missing in the history."""
    told = {field.name: field.missing for field in spec.fields}

    def texts(name: str) -> tuple[str, ...]:
        return tuple(map(str, told.get(name, ())))

    def of(feature: Feature) -> Feature:
        if isinstance(feature, Number):
            numbers = (each if isinstance(each, str) else float(each) for each in told.get(feature.name, ()))
            return replace(feature, absent=tuple(each for each in numbers if isinstance(each, float)))
        one_or_two = [*map(texts, feature.of)] if isinstance(feature, Cross) else texts(feature.name)
        return replace(feature, absent=tuple(one_or_two))

    return replace(scorer, features=tuple(map(of, scorer.features)))


def _sum(raw: Estimator, columns: Sequence[Column]) -> dict[str, Any]:
    """What a scorer adds up, of the features in the order of the columns."""
    ours = isinstance(raw, Pipeline) and [*raw.named_steps][:1] == ["columns"] and len(raw.steps) == 2
    # These encoders this module can read.
    if not (ours and isinstance(raw[0], ColumnTransformer) and {*_parts(raw)} <= {"categories", "encoded", "numbers"}):
        raise TrainingError(f"{type(raw).__name__} is no pipeline of this trainer's encoders and one model")
    final = raw[-1]
    if isinstance(final, LogisticRegression | PoissonRegressor):
        return _weighed(raw, columns)
    # The column that stands at each place of what the encoders put out for trees.
    order = [position for _, positions in _parts(raw).values() for position in positions]
    if isinstance(final, HistGradientBoostingClassifier | HistGradientBoostingRegressor):
        trees = tuple(node(predictor, 0, order) for (predictor,) in final._predictors)
        baseline = float(final._baseline_prediction[0, 0])
    elif type(final).__name__ == "LGBMClassifier":
        dumped = final.booster_.dump_model()["tree_info"]
        trees, baseline = tuple(light_node(tree["tree_structure"], order) for tree in dumped), 0.0
    else:
        raise TrainingError(f"{type(final).__name__} is no model that the service can compute")
    return {"features": _split_by(raw, columns), "baseline": baseline, "terms": (), "trees": trees}


def _parts(raw: Estimator) -> dict[str, tuple[Any, list[int]]]:
    """The fitted encoders by what they read, each with the positions of its columns."""
    return {name: (fitted, list(positions)) for name, fitted, positions in raw[0].transformers_}


def _read(raw: Estimator) -> Iterator[tuple[int, str, Any, int]]:
    """Each column's position, by what it is read, the encoder, and its place in that; in their order."""
    parts = _parts(raw).items()
    every = ((at, name, fitted, place) for name, (fitted, columns) in parts for place, at in enumerate(columns))
    yield from sorted(every, key=lambda each: each[0])


def _split_by(raw: Estimator, columns: Sequence[Column]) -> tuple[Feature, ...]:
    """A tree's own category codes count from 0 in the order of the values, since both encoders saw the same rows."""
    features: list[Feature] = []
    for (_, name, encoder, place), column in zip(_read(raw), columns, strict=True):
        if name == "numbers":
            features.append(Number(column.name))
            continue
        values = _values(encoder.categories_[place])
        if name == "categories":
            unknown_as = encoder.ordinary_[place]
            features.append(Category(column.name, values, None if unknown_as is None else values.index(unknown_as)))
            continue
        rows = np.full((len(values) + 2, len(encoder.categories_)), nan, dtype=object)
        rows[:-1, place] = [*values, _unknown(values)]
        *encodings, unknown, missing = encoder.transform(rows)[:, place].tolist()
        features.append(_encoded(column, values, encodings, missing=missing, unknown=unknown))
    return tuple(features)


def _encoded(
    column: Column, values: tuple[str, ...], encodings: Sequence[float], *, missing: float, unknown: float
) -> Encoded | Cross:
    """What is read as a number by its value. A cross is never missing: it has a value of its own for that."""
    if column.of is None:
        return Encoded(column.name, values, tuple(encodings), missing=missing, unknown=unknown)
    pairs = [value.split(APART) for value in values]
    return Cross(column.name, column.of, tuple((one, other) for one, other in pairs), tuple(encodings), unknown)


def node(predictor: Any, position: int, order: Sequence[int]) -> Node:
    """A node of scikit-learn's, which reads its features in this order of columns."""
    found = predictor.nodes[position]
    if found["is_leaf"]:
        return float(found["value"])
    feature, missing_left = order[int(found["feature_idx"])], bool(found["missing_go_to_left"])
    left, right = (node(predictor, int(found[side]), order) for side in ("left", "right"))
    if found["is_categorical"]:
        # The numbers whose bit is set in eight words of 32 bits.
        words = predictor.raw_left_cat_bitsets[int(found["bitset_idx"])]
        bits = sum(int(word) << 32 * place for place, word in enumerate(words))
        among = tuple(code for code in range(bits.bit_length()) if bits >> code & 1)
        return CategorySplit(feature, among, missing_left, left, right)
    threshold = float(found["num_threshold"])
    return NumberSplit(feature, threshold if isfinite(threshold) else None, missing_left, left, right)


def light_node(node: dict[str, Any], order: Sequence[int]) -> Node:
    """A node as LightGBM dumps it."""
    if "leaf_value" in node:
        return float(node["leaf_value"])
    feature = order[node["split_feature"]]
    left, right = (light_node(node[side], order) for side in ("left_child", "right_child"))
    if node["decision_type"] == "==":
        # A category that is missing, and so one that is unknown, goes right wherever it was in training.
        among = tuple(map(int, node["threshold"].split("||")))
        return CategorySplit(feature, among, missing_left=False, left=left, right=right)
    if node["missing_type"] == "Zero":
        raise TrainingError("LightGBM was told to read zero as missing; the service does not")
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

    features: list[Feature] = []
    terms: list[artefact.Term] = []
    for (position, name, encoder, place), column in zip(_read(raw), columns, strict=True):
        if name == "numbers":
            bounds = encoder.named_steps["bounds"]
            low, high = float(bounds.low_[place]), float(bounds.high_[place])
            at_low, at_high = adds(position, [low, high])
            weight = (at_high - at_low) / (high - low) if high > low else 0.0
            features.append(Number(column.name))
            terms.append(NumberTerm(position, low, high, at_low=at_low, weight=weight, missing=0.0))
            continue
        told = encoder if name == "categories" else encoder.named_steps["targets"]
        values = _values(told.categories_[place])
        *weights, unknown = adds(position, [*values, _unknown(values)])
        if name == "categories":
            features.append(Category(column.name, values))
            terms.append(artefact.CategoryTerm(position, tuple(weights), missing=0.0, unknown=unknown))
        else:
            features.append(_encoded(column, values, weights, missing=0.0, unknown=unknown))
            low, high = min(*weights, unknown, 0.0), max(*weights, unknown, 0.0)
            terms.append(NumberTerm(position, low, high, at_low=low, weight=1.0, missing=0.0))
    return {"features": tuple(features), "baseline": baseline, "terms": tuple(terms), "trees": ()}


def _values(categories: Array) -> tuple[str, ...]:
    """The texts among them; the missing is no value."""
    return tuple(value for value in categories if isinstance(value, str))


def _unknown(values: Sequence[str]) -> str:
    """A text that is none of these."""
    return max(values, key=len, default="") + "?"

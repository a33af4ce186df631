"""Write down a fitted pipeline as plain numbers: every tree, category and calibration point, exactly as it predicts."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

from app.scoring.artefact import (
    SCHEMA,
    Calibrator,
    Category,
    CategorySplit,
    Feature,
    Isotonic,
    Node,
    Number,
    NumberSplit,
    Scorer,
    Sigmoid,
    Uncalibrated,
    check,
)
from training.conversion.features import Column
from training.conversion.train import Estimator


def scorer_of(raw: Estimator, model: Estimator, columns: Sequence[Column], *, vertical: str, version: str) -> Scorer:
    """The served `model`, made of the pipeline `raw`, as a scorer; they are the same where nothing calibrates it.

    This reads scikit-learn's private trees: its minor version is pinned for that.
    """
    encoder = raw.named_steps["columns"].named_transformers_["categories"]
    trees = raw.named_steps["trees"]
    scorer = Scorer(
        schema=SCHEMA,
        vertical=vertical,
        version=version,
        features=_features(columns, encoder),
        baseline=float(trees._baseline_prediction[0, 0]),
        trees=tuple(_node(predictor, 0) for (predictor,) in trees._predictors),
        calibrator=Uncalibrated() if model is raw else _calibrator(model),
    )
    check(scorer)
    return scorer


def _features(columns: Sequence[Column], encoder: Estimator) -> tuple[Feature, ...]:
    """The model's own category codes count from 0 in this order, since both encoders saw the same rows."""
    # An encoder without columns is never fitted.
    seen = iter(getattr(encoder, "categories_", ()))
    return tuple(
        Category(column.name, tuple(value for value in next(seen) if isinstance(value, str)))
        if column.kind == "category"
        else Number(column.name)
        for column in columns
    )


def _node(predictor: Any, position: int) -> Node:
    node = predictor.nodes[position]
    if node["is_leaf"]:
        return float(node["value"])
    feature, missing_left = int(node["feature_idx"]), bool(node["missing_go_to_left"])
    left, right = _node(predictor, int(node["left"])), _node(predictor, int(node["right"]))
    if node["is_categorical"]:
        among = _codes(predictor.raw_left_cat_bitsets[int(node["bitset_idx"])])
        return CategorySplit(feature, among, missing_left, left, right)
    threshold = float(node["num_threshold"])
    return NumberSplit(feature, threshold if isfinite(threshold) else None, missing_left, left, right)


def _codes(bitset: Sequence[Any]) -> tuple[int, ...]:
    """The numbers whose bit is set in eight words of 32 bits."""
    bits = sum(int(word) << 32 * position for position, word in enumerate(bitset))
    return tuple(code for code in range(bits.bit_length()) if bits >> code & 1)


def _calibrator(model: Estimator) -> Calibrator:
    (fitted,) = model.calibrated_classifiers_
    (curve,) = fitted.calibrators
    if model.method == "isotonic":
        return Isotonic(tuple(curve.X_thresholds_.tolist()), tuple(curve.y_thresholds_.tolist()))
    # scikit-learn writes 1 / (1 + exp(a * score + b)).
    return Sigmoid(slope=-float(curve.a_), intercept=-float(curve.b_))

"""Write down fitted trees, scikit-learn's and LightGBM's, as nodes of plain numbers."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

from app.scoring.artefact import CategorySplit, Node, NumberSplit
from training.errors import TrainingError


class CannotExport(TrainingError):
    """The service could not price as this model does: the message says why."""


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


def light_node(node: dict[str, Any], order: Sequence[int]) -> Node:
    """A node as LightGBM dumps it."""
    if "leaf_value" in node:
        return float(node["leaf_value"])
    feature = order[node["split_feature"]]
    left, right = (light_node(node[side], order) for side in ("left_child", "right_child"))
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

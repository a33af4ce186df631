"""m(x): what a lead's facts say about its rivals' bids, as small boosted trees."""

from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace
from sklearn.ensemble import HistGradientBoostingRegressor

from app.scoring.artefact import CATEGORIES_MAX, Category, Feature, Node, Number, NumberSplit
from training.conversion.export import node
from training.conversion.features import Column
from training.landscape.auctions import AuctionLog
from training.statistics import Array

LEAVES = 4
RATE = 0.2
LEAF_ROWS_MIN = 30
"""A value of a category that is rarer is read as missing: trees that order hundreds of rare values by what became of
them learn by heart. Of 3,000 auctions with 500 regions that cost .01 of log-loss and .005 of what is earned.
"""
RIDGE = 30.0
BINS = 64  # Ranges of a number between which a tree may cut: 255 learn no more, and take most of its time.


def features_of(columns: Sequence[Column], log: AuctionLog, values_max: int = CATEGORIES_MAX) -> tuple[Feature, ...]:
    """The facts of a log as the service can read them; of a category its most frequent values, if there are any."""
    # scikit-learn's trees number categories first, whatever the order they are given in.
    known = sorted([column for column in columns if column.name in log.facts], key=lambda each: each.kind)
    features = [_feature(column, log.facts[column.name], values_max) for column in known]
    return tuple([each for each in features if isinstance(each, Number) or each.values])


def table(features: Sequence[Feature], log: AuctionLog) -> Array:
    """A row a row: codes of categories, numbers, NaN for what is missing or unknown."""
    return np.column_stack([_codes(feature, log.facts[feature.name]) for feature in features] or [np.zeros(len(log))])


def categorical(features: Sequence[Feature]) -> list[bool]:
    """Which columns of a table are codes."""
    return [isinstance(feature, Category) for feature in features]


def grown(features: Sequence[Feature], X: Array, gradient: Array, curvature: Array) -> tuple[Node, Array]:
    """One tree more of a sum, a step along the gradient of the likelihood; and what it adds to each row."""
    weight = np.maximum(curvature, 1e-6)
    bins = max(BINS, *[len(feature.values) for feature in features if isinstance(feature, Category)], 0)
    edges = [
        _edges(column, weight, bins) if isinstance(feature, Number) else None
        for feature, column in zip(features, X.T, strict=True)
    ]
    X = np.column_stack([_within(each, column) for each, column in zip(edges, X.T, strict=True)])
    model = HistGradientBoostingRegressor(
        max_iter=1,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=LEAF_ROWS_MIN,
        l2_regularization=RIDGE,
        learning_rate=RATE,
        early_stopping=False,
        categorical_features=categorical(features),
        max_bins=bins,
    ).fit(X, gradient / weight, sample_weight=weight)
    ((predictor,),) = model._predictors
    # The mean belongs to the constants of the sellers, not to the facts.
    tree = _known(node(predictor, 0, range(len(features))), features, edges)
    return tree, model.predict(X) - model._baseline_prediction[0, 0]


def _edges(values: Array, weight: Array, bins: int) -> Array | None:
    """Between which ranges of a number trees may cut, as scikit-learn has them: ranges of equal weight.

    It would sort all rows anew for each of them, which takes most of a tree's time. None for few values, each a range.
    """
    known = ~np.isnan(values)
    if len(np.unique(values[known])) <= bins:
        return None
    order = np.argsort(values[known])
    values, heaped = values[known][order], np.cumsum(weight[known][order])
    wanted, last = np.linspace(0.0, 100.0, bins + 1)[1:-1] / 100.0 * heaped[-1], len(values) - 1
    at = np.minimum(np.searchsorted(heaped, wanted), last)
    # A range that ends with a value, but for rounding, is cut off halfway to the next one.
    after = np.minimum(np.where(heaped[at] - wanted > np.finfo(float).eps, at, at + 1), last)
    return np.unique((values[at] + values[after]) / 2.0)


def _within(edges: Array | None, values: Array) -> Array:
    """The number of each value's range."""
    return values if edges is None else np.where(np.isnan(values), np.nan, np.searchsorted(edges, values))


def _known(tree: Node, features: Sequence[Feature], edges: Sequence[Array | None]) -> Node:
    """In numbers instead of their ranges, and without codes that no value has: scikit-learn leaves some of another
    split where only the missing go left.
    """
    if isinstance(tree, float):
        return tree
    tree = replace(tree, left=_known(tree.left, features, edges), right=_known(tree.right, features, edges))
    if isinstance(tree, NumberSplit):
        cut = edges[tree.feature]
        return tree if cut is None or tree.at_most is None else replace(tree, at_most=float(cut[int(tree.at_most)]))
    feature = features[tree.feature]
    assert isinstance(feature, Category)
    return replace(tree, among=tuple([code for code in tree.among if code < len(feature.values)]))


def _feature(column: Column, values: Array, values_max: int) -> Feature:
    if column.kind == "number":
        return Number(column.name)
    found, counts = np.unique([value for value in values if isinstance(value, str)], return_counts=True)
    order = np.argsort(-counts, kind="stable")[: min(values_max, int(np.sum(counts >= LEAF_ROWS_MIN)))]
    return Category(column.name, tuple(sorted(found[order].tolist())))


def _codes(feature: Feature, values: Array) -> Array:
    if isinstance(feature, Category):
        codes = {value: float(position) for position, value in enumerate(feature.values)}
        return np.array([codes.get(value, np.nan) if isinstance(value, str) else np.nan for value in values])
    return np.array([float(value) if isinstance(value, int | float) else np.nan for value in values])


def total(nodes: Sequence[Node], X: Array) -> Array:
    """The sum of trees for each row of a table."""
    return sum((_at(each, X) for each in nodes), np.zeros(len(X)))


def _at(node: Node, X: Array) -> Array:
    if isinstance(node, float):
        return np.full(len(X), node)
    values = X[:, node.feature]
    if isinstance(node, NumberSplit):
        left = values <= (np.inf if node.at_most is None else node.at_most)
    else:
        left = np.isin(values, node.among)
    left = np.where(np.isnan(values), node.missing_left, left)
    return np.where(left, _at(node.left, X), _at(node.right, X))

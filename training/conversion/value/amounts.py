"""Models of amounts, as shares of the largest: small and regularized, with a logarithm as link, judged by deviance."""

from collections.abc import Callable, Collection, Sequence
from functools import partial

import msgspec
import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import PoissonRegressor
from sklearn.pipeline import Pipeline

from training.conversion.candidates import Estimator, fitted
from training.conversion.encoders import for_trees, for_weights, parts
from training.conversion.features import Column
from training.conversion.selection.trials import forward
from training.statistics import Array, Saving, saving

CLEAR_ERRORS = 2.0
"""By so many standard errors a model must beat the mean: it is the best of several that were tried."""

Build = Callable[..., Estimator]


class TriedAmounts(msgspec.Struct, frozen=True):
    """The best model of amounts by later ones, whether it is clearly better than their mean, and by how much."""

    name: str
    build: Build
    saved: Saving

    @property
    def is_kept(self) -> bool:
        """Whether it is worth having."""
        return self.saved.is_clear(CLEAR_ERRORS)


def linear(columns: Sequence[Column], encoded: Collection[str], *, seed: int, alpha: float) -> Estimator:
    """A weighted sum of what the facts say."""
    model = PoissonRegressor(alpha=alpha, max_iter=2_000)
    return Pipeline([("columns", for_weights(columns, encoded, seed=seed, of_amounts=True)), ("weights", model)])


def trees(columns: Sequence[Column], encoded: Collection[str], *, seed: int) -> Estimator:
    """A few small trees."""
    model = HistGradientBoostingRegressor(
        loss="poisson",
        max_iter=64,
        max_leaf_nodes=7,
        learning_rate=0.06,
        min_samples_leaf=40,
        l2_regularization=1.0,
        early_stopping=False,
        categorical_features=list(range(len(parts(columns, encoded)["categories"]))),
        random_state=seed,
    )
    return Pipeline([("columns", for_trees(columns, encoded, seed=seed, of_amounts=True)), ("trees", model)])


CANDIDATES: dict[str, Build] = {
    "linear, alpha 0.01": partial(linear, alpha=0.01),
    "linear, alpha 0.1": partial(linear, alpha=0.1),
    "trees": trees,
}


def tried(
    columns: Sequence[Column], encoded: Collection[str], X: Array, shares: Array, weights: Array | None, *, seed: int
) -> TriedAmounts:
    """The candidate that does best on later amounts than it learned from."""
    parts, found = forward(len(shares)), dict[str, list[Array]]()
    for past, later in parts:
        some = None if weights is None else weights[past]
        usual = np.full(later.stop - later.start, np.average(shares[past], weights=some))
        found.setdefault("mean", []).append(deviances(shares[later], usual))
        for name, build in CANDIDATES.items():
            model = fitted(build(columns, encoded, seed=seed), X[past], shares[past], some)
            found.setdefault(name, []).append(deviances(shares[later], model.predict(X[later])))
    costs = {name: np.concatenate(each) for name, each in found.items()}
    name = min(CANDIDATES, key=lambda name: float(np.mean(costs[name])))
    return TriedAmounts(name, CANDIDATES[name], saving(costs[name], costs["mean"]))


def deviances(told: Array, predicted: Array) -> Array:
    """Poisson's, of each row: twice told * log(told / predicted) - (told - predicted)."""
    ratio = np.where(told > 0.0, told, predicted) / predicted
    return np.asarray(2.0 * (told * np.log(ratio) - (told - predicted)))

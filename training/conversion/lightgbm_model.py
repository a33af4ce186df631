"""LightGBM as scikit-learn wants a model, with its log-odds; only where the `lightgbm` extra is installed."""

import numpy as np
from lightgbm import Booster, Dataset, train
from sklearn.base import BaseEstimator, ClassifierMixin

from training.conversion.threads import allowed
from training.statistics import Array


class LightGbm(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Boosted trees over columns of which the first `codes` are categories' codes; a missing one is NaN."""

    def __init__(self, *, trees: int = 64, leaves: int = 15, rate: float = 0.06, codes: int = 0, seed: int = 0) -> None:
        self.trees = trees
        self.leaves = leaves
        self.rate = rate
        self.codes = codes
        self.seed = seed

    def fit(self, X: Array, y: Array) -> "LightGbm":
        settings = {
            "objective": "binary",
            "num_leaves": self.leaves,
            "learning_rate": self.rate,
            "min_data_in_leaf": 40,
            "lambda_l2": 10.0,
            "seed": self.seed,
            # The same sums in the same order, whatever the number of threads.
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": allowed(),
            "verbosity": -1,
        }
        rows = Dataset(X, y, categorical_feature=list(range(self.codes)), params={"verbosity": -1})
        self.classes_ = np.array([0, 1])
        self.booster_: Booster = train(settings, rows, num_boost_round=int(self.trees))
        return self

    def decision_function(self, X: Array) -> Array:
        scores: Array = self.booster_.predict(X, raw_score=True, num_threads=allowed())
        return scores

    def predict_proba(self, X: Array) -> Array:
        converted = 0.5 + 0.5 * np.tanh(0.5 * self.decision_function(X))
        return np.column_stack([1.0 - converted, converted])

    def predict(self, X: Array) -> Array:
        """Whether a lead is likelier to convert than not; scikit-learn asks of every classifier that it can say so."""
        labels: Array = (self.decision_function(X) > 0.0).astype(int)
        return labels

"""The conversion model as scikit-learn's users know models: `fit`, `predict_proba`, and what else they may be asked."""

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from training.conversion.candidates import LEARNING_RATE, LEAVES, TREES, Estimator, boosting, fitted, logistic
from training.conversion.encoders import encoded
from training.conversion.features import Column, stacked
from training.statistics import Array

NOT_AS_ASKED = {
    "check_sample_weight_equivalence_on_dense_data": (
        "bounds, medians and encoders are made of rows, however much each counts; only the fit itself is weighed"
    )
}
"""What scikit-learn asks of an estimator and the logistic regression is not, by the name of its check."""


class LeadClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """P(conversion) by the pipeline that `python -m training train` fits: boosting, or logistic regression.

    Of a data frame, or an array of objects, columns of text are categories, encoded as there; missing values may be
    NaN or None. `trees`, `leaves` and `rate` are of boosting, `c` of logistic regression.
    """

    def __init__(
        self,
        model: str = "boosting",
        *,
        trees: int = TREES,
        leaves: int = LEAVES,
        rate: float = LEARNING_RATE,
        c: float = 0.1,
        seed: int = 1,
    ) -> None:
        self.model = model
        self.trees = trees
        self.leaves = leaves
        self.rate = rate
        self.c = c
        self.seed = seed

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "LeadClassifier":
        """Learn from leads, a row each, of which `y` says which of two things became."""
        X, y = validate_data(self, _as_told(X), y, dtype=None, ensure_all_finite="allow-nan", ensure_min_samples=2)
        check_classification_targets(y)
        if (kind := type_of_target(y, input_name="y", raise_unknown=True)) != "binary":
            raise ValueError(f"Only binary classification is supported. The type of the target is {kind}.")
        self.classes_, labels = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("there must be leads of 2 classes to learn from, and all are of one class")
        self.columns_ = tuple(_column(name, X[:, place]) for place, name in enumerate(self._names(X)))
        table = self._table(X)
        weights = None if sample_weight is None else _check_sample_weight(sample_weight, X, ensure_non_negative=True)
        self.pipeline_ = fitted(self._built(table), table, labels, weights)
        return self

    def predict_proba(self, X: Any) -> Array:
        """The probabilities of both classes, in the order of `classes_`."""
        check_is_fitted(self)
        told = validate_data(self, _as_told(X), reset=False, dtype=None, ensure_all_finite="allow-nan")
        return np.asarray(self.pipeline_.predict_proba(self._table(told)))

    def decision_function(self, X: Any) -> Array:
        """The log-odds of the second class."""
        check_is_fitted(self)
        told = validate_data(self, _as_told(X), reset=False, dtype=None, ensure_all_finite="allow-nan")
        return np.asarray(self.pipeline_.decision_function(self._table(told)))

    def predict(self, X: Any) -> Array:
        """The likelier class."""
        likelier = (self.decision_function(X) > 0.0).astype(int)
        return np.asarray(self.classes_[likelier])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        tags.input_tags.string = tags.input_tags.categorical = True
        return tags

    def _built(self, table: Array) -> Estimator:
        known = encoded(self.columns_, table)
        if self.model == "boosting":
            shape = {"trees": self.trees, "leaves": self.leaves}
            return boosting(self.columns_, seed=self.seed, encoded=known, rate=self.rate, **shape)
        if self.model == "logistic":
            return logistic(self.columns_, seed=self.seed, encoded=known, c=self.c)
        raise ValueError(f"no model {self.model!r}: there are boosting and logistic")

    def _names(self, X: Array) -> list[str]:
        return [str(name) for name in getattr(self, "feature_names_in_", range(X.shape[1]))]

    def _table(self, X: Array) -> Array:
        """The rows as the trainer's encoders read them."""
        named = {column.name: X[:, place] for place, column in enumerate(self.columns_)}
        return stacked(self.columns_, named, len(X))


def _as_told(X: Any) -> Any:
    """Lists as an array in which a number beside a text stays a number."""
    return np.array(X, dtype=object) if isinstance(X, list | tuple) else X


def _column(name: str, values: Array) -> Column:
    is_text = values.dtype.kind in "US" or any(isinstance(value, str) for value in values)
    return Column(name, "category" if is_text else "number")

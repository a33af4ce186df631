"""How the columns of a history become numbers, inside the pipeline, so that what is served is what was fitted."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder

from training.conversion.features import Column
from training.statistics import Array

Encoder = Any
"""scikit-learn has no types: anything with `fit` and `transform`."""

NATIVE_MAX = 40
"""Of so many values each is told apart as it is; a field of more is encoded by how its values converted.

Measured on 12,000 leads with effects of .3 to .5 in log-odds: to trees it makes no difference up to 40 values, then
those told apart are learned by heart (log-loss .002 worse at 60 values, .004 at 100, .006 at 200). To a logistic
regression it makes none anywhere.
"""

RARE = 20
"""Values of fewer leads share one weight of a logistic regression."""

TAIL = 0.002
"""A logistic regression sees no difference among the lowest and highest two in a thousand numbers."""


class Bounded(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Keeps numbers between the low and the high ones of training, so that an absurd one counts as a high one."""

    def fit(self, X: Array, y: Array | None = None) -> "Bounded":  # noqa: ARG002 - scikit-learn asks for it
        numbers = np.asarray(X, dtype=float)
        kept = [column[np.isfinite(column)] for column in numbers.T]
        self.low_ = np.array([np.quantile(each, TAIL) if each.size else 0.0 for each in kept])
        self.high_ = np.array([np.quantile(each, 1.0 - TAIL) if each.size else 0.0 for each in kept])
        return self

    def transform(self, X: Array) -> Array:
        bounded: Array = np.clip(np.asarray(X, dtype=float), self.low_, self.high_)
        return bounded


class Floats(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Numbers as they are, NaN where missing; one that no lead of training has says nothing, whatever it is later."""

    def fit(self, X: Array, y: Array | None = None) -> "Floats":  # noqa: ARG002 - scikit-learn asks for it
        self.silent_ = np.isnan(np.asarray(X, dtype=float)).all(axis=0)
        return self

    def transform(self, X: Array) -> Array:
        return np.where(self.silent_, 0.0, np.asarray(X, dtype=float))


class KnownCodes(OrdinalEncoder):  # type: ignore[misc]
    """Codes of categories, NaN where missing. One never seen is the most ordinary value, not a missing one."""

    def __init__(self) -> None:
        super().__init__(handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan)

    def fit(self, X: Array, y: Array | None = None) -> "KnownCodes":
        super().fit(X)
        outcomes = np.zeros(len(X)) if y is None else np.asarray(y, dtype=float)
        self.ordinary_ = [_ordinary(column, outcomes) for column in np.asarray(X, dtype=object).T]
        return self

    def transform(self, X: Array) -> Array:
        codes: Array = super().transform(X)
        for place, column in enumerate(np.asarray(X, dtype=object).T):
            new = _is_text(column) & np.isnan(codes[:, place])
            if self.ordinary_[place] is not None and new.any():
                codes[new, place] = list(self.categories_[place]).index(self.ordinary_[place])
        return codes


class KnownTargets(TargetEncoder):  # type: ignore[misc]
    """The share of a value's leads that converted; of a value never seen that of the leads whose value is known."""

    def fit(self, X: Array, y: Array) -> "KnownTargets":
        super().fit(X, y)
        self._tell(X, y)
        return self

    def fit_transform(self, X: Array, y: Array) -> Array:
        shares: Array = super().fit_transform(X, y)
        self._tell(X, y)
        return shares

    def transform(self, X: Array) -> Array:
        shares: Array = super().transform(X)
        for place, column in enumerate(np.asarray(X, dtype=object).T):
            seen = {*self.categories_[place]}
            new = np.array([isinstance(value, str) and value not in seen for value in column], dtype=bool)
            shares[new, place] = self.known_[place]
        return shares

    def _tell(self, X: Array, y: Array) -> None:
        outcomes = np.asarray(y, dtype=float)
        texts = [_is_text(column) for column in np.asarray(X, dtype=object).T]
        self.known_ = [float(outcomes[each].mean() if each.any() else outcomes.mean()) for each in texts]


def _is_text(column: Array) -> Array:
    return np.array([isinstance(value, str) for value in column], dtype=bool)


def _ordinary(column: Array, outcomes: Array) -> str | None:
    """The value whose leads convert most nearly as all do whose value is known, and are enough to tell."""
    known = _is_text(column)
    if not known.any():
        return None
    values, places, counts = np.unique(column[known].astype(str), return_inverse=True, return_counts=True)
    mean = float(outcomes[known].mean())
    shares = np.bincount(places, weights=outcomes[known]) / counts
    doubt = np.sqrt(mean * (1.0 - mean) / counts) + 1e-9 / counts
    return str(values[np.argmin(np.abs(shares - mean) + doubt)])


def encoded(columns: Sequence[Column], X: Array) -> frozenset[str]:
    """The categories of too many values to be told apart one by one. It looks at values only, never at outcomes."""
    return frozenset(
        column.name
        for position, column in enumerate(columns)
        if column.kind == "category"
        and column.of is None
        and len({value for value in X[:, position] if isinstance(value, str)}) > NATIVE_MAX
    )


def for_trees(columns: Sequence[Column], encoded: Collection[str], *, seed: int, of_amounts: bool = False) -> Encoder:
    """Categories as codes first, then encoded ones, then numbers."""
    return _by_kind(columns, encoded, KnownCodes(), by_target(seed, of_amounts=of_amounts), Floats())


def for_weights(columns: Sequence[Column], encoded: Collection[str], *, seed: int, of_amounts: bool = False) -> Encoder:
    """A column a value, rare ones together; numbers bounded, imputed with a note that they were, and scaled."""
    apart = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=RARE)
    scaled = Pipeline([("targets", by_target(seed, of_amounts=of_amounts)), ("scale", StandardScaler())])
    numbers = Pipeline(
        [
            ("bounds", Bounded()),
            ("impute", SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)),
            ("scale", StandardScaler()),
        ]
    )
    return _by_kind(columns, encoded, apart, scaled, numbers)


def by_target(seed: int, *, of_amounts: bool = False) -> Encoder:
    """A value becomes the share of its leads that converted, drawn to the mean while they are few.

    In training that share comes from folds without the lead itself. Of amounts it is what these leads brought.
    """
    if of_amounts:
        return KnownTargets(target_type="continuous", smooth="auto", cv=KFold(5, shuffle=True, random_state=seed))
    return KnownTargets(target_type="binary", smooth="auto", cv=StratifiedKFold(5, shuffle=True, random_state=seed))


def parts(columns: Sequence[Column], encoded: Collection[str]) -> dict[str, list[int]]:
    """The positions of the columns by how they are read, in the order in which the encoders put them out."""
    kinds: dict[str, list[int]] = {"categories": [], "encoded": [], "numbers": []}
    for position, column in enumerate(columns):
        many = column.name in encoded or column.of is not None
        kind = "numbers" if column.kind == "number" else "encoded" if many else "categories"
        kinds[kind].append(position)
    return kinds


def _by_kind(
    columns: Sequence[Column], encoded: Collection[str], categories: Encoder, targets: Encoder, numbers: Encoder
) -> Encoder:
    kinds = parts(columns, encoded)
    steps = zip(kinds, (categories, targets, numbers), kinds.values(), strict=True)
    return ColumnTransformer([step for step in steps if step[2]])

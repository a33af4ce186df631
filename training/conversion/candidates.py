"""The models that may price, each as one pipeline from a lead's facts to a probability, with the settings to try."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from typing import Any

import msgspec
from joblib import cpu_count
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from training.conversion.encoders import for_trees, for_weights, parts
from training.conversion.features import Column
from training.statistics import Array, log_odds

try:
    # Not where a model is built: `threads_for` limits only libraries that are loaded by then.
    from lightgbm import LGBMClassifier
except (ImportError, OSError):
    LGBMClassifier = None

# Measured by cross-validation: as noisy as leads are, 64 trees lose nothing to 100 (log-loss .3467 to .3473; .2703 to
# .2701 on bank marketing), learn less by heart (slope .92 to .83) and are served in two thirds of the time.
TREES = 64
LEAVES = 15
LEARNING_RATE = 0.06

MANY_ROWS = 100_000
MANY_TREES = {"trees": 200, "leaves": 31, "rate": 0.1}
"""What a long history can fill and a short one would only be learned by heart with; a ping costs some 20 us more."""

THREADS_ROWS_MIN = 100_000
"""Of fewer rows a fit gains nothing by a second thread."""

# scikit-learn brings this. Those of linear algebra never gain anything here, and they do not sleep (see `training`).
threadpool_limits(limits=1)

Estimator = Any
"""scikit-learn has no types: anything with `fit` and `predict_proba`."""

Settings = dict[str, float]


class Candidate(msgspec.Struct, frozen=True):
    """`grid` has the settings to try, plainest first; a plainer model is kept unless another is clearly better."""

    name: str
    build: Callable[..., Estimator]
    grid: tuple[Settings, ...]


def logistic(columns: Sequence[Column], *, seed: int, encoded: Collection[str] = (), c: float = 0.1) -> Estimator:
    """A weighted sum of what the facts say. `c` is scikit-learn's: the less, the closer to no opinion at all."""
    # Its one use of chance is in the encoder.
    weights = LogisticRegression(C=c, max_iter=2_000)
    return Pipeline([("columns", for_weights(columns, encoded, seed=seed)), ("weights", weights)])


def boosting(
    columns: Sequence[Column],
    *,
    seed: int,
    encoded: Collection[str] = (),
    trees: int = TREES,
    leaves: int = LEAVES,
    rate: float = LEARNING_RATE,
) -> Estimator:
    """scikit-learn's gradient boosting over few-valued categories as they are."""
    codes = list(range(len(parts(columns, encoded)["categories"])))
    model = HistGradientBoostingClassifier(
        max_iter=trees,
        max_leaf_nodes=leaves,
        learning_rate=rate,
        min_samples_leaf=40,
        l2_regularization=10.0,
        # "auto" turns it on above 10,000 rows, and then holds back a random tenth.
        early_stopping=False,
        categorical_features=codes,
        random_state=seed,
    )
    return Pipeline([("columns", for_trees(columns, encoded, seed=seed)), ("trees", model)])


def lightgbm(
    columns: Sequence[Column],
    *,
    seed: int,
    encoded: Collection[str] = (),
    trees: int = TREES,
    leaves: int = LEAVES,
    rate: float = LEARNING_RATE,
) -> Estimator:
    """LightGBM's, which is not always installed: `pip install 'leadbid[lightgbm]'`."""
    codes = list(range(len(parts(columns, encoded)["categories"])))
    model = LGBMClassifier(
        n_estimators=trees,
        num_leaves=leaves,
        learning_rate=rate,
        min_child_samples=40,
        reg_lambda=10.0,
        categorical_column=codes,
        random_state=seed,
        # The same sums in the same order, whatever the number of threads; as many of those as OpenMP may have here.
        deterministic=True,
        force_row_wise=True,
        n_jobs=0,
        verbosity=-1,
    )
    return Pipeline([("columns", for_trees(columns, encoded, seed=seed)), ("trees", model)])


def candidates(rows: int) -> tuple[Candidate, ...]:
    """Every model that can be fitted here to so many leads, plainest first."""
    boosted = tuple({"trees": TREES, "leaves": leaves, "rate": LEARNING_RATE} for leaves in (7, LEAVES, 31))
    if rows >= MANY_ROWS:
        boosted += (MANY_TREES,)
    known = [Candidate("logistic", logistic, ({"c": 0.02}, {"c": 0.2})), Candidate("boosting", boosting, boosted)]
    if LGBMClassifier is not None:
        known.append(Candidate("lightgbm", lightgbm, boosted))
    return tuple(known)


def threads_for(rows: int, *, alone: bool = True) -> AbstractContextManager[object]:
    """Threads of a fit: as many as there are cores for many rows; one for few, and wherever others run beside it."""
    limits = {"openmp": cpu_count() if alone and rows >= THREADS_ROWS_MIN else 1, "blas": 1}
    limited: AbstractContextManager[object] = threadpool_limits(limits=limits)
    return limited


def fitted(model: Estimator, X: Array, y: Array, weights: Array | None = None) -> Estimator:
    """The model, fitted to these leads; they count alike without `weights`."""
    return model.fit(X, y, **weighing(model, weights))


def weighing(model: Estimator, weights: Array | None) -> dict[str, Array]:
    """What tells the last step of a pipeline how much each lead counts."""
    return {} if weights is None else {f"{model.steps[-1][0]}__sample_weight": weights}


def chance(model: Estimator, X: Array) -> Array:
    """P(conversion) of each row."""
    probabilities: Array = model.predict_proba(X)[:, 1]
    return probabilities


def scores(model: Estimator, X: Array) -> Array:
    """The log-odds of each row, as exact as the model tells them."""
    if hasattr(model, "decision_function"):
        told: Array = model.decision_function(X)
        return told
    return log_odds(chance(model, X))

"""The models that may price, each as one pipeline from a lead's facts to a probability, with the settings to try."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import msgspec
import numpy as np
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

TREES = 64
"""Of a model that nothing chooses, as those that look for leaks."""
LEAVES = 15
LEARNING_RATE = 0.06

STAGES = (16, 32, 64, 100, 150, 200, 300)
"""After so many trees later leads are asked whether more are better; a hundred more cost a ping some 2 us."""

SLOW = 0.04
VARIED: dict[str, Any] = {"share": 0.5, "least": 80}
"""Trees that differ more and know less each, and more of them: log-loss .2698 to .2702 and AUC .8046 to .8032 on bank
marketing, and no worse on made-up histories.
"""

MANY_ROWS = 100_000
MANY_LEAVES = {"leaves": 31, "rate": 0.1}
"""What a long history can fill and a short one would only be learned by heart with."""

THREADS_ROWS_MIN = 100_000
"""Of fewer rows a fit gains nothing by a second thread."""

# scikit-learn brings this. Those of linear algebra never gain anything here, and they do not sleep (see `training`).
threadpool_limits(limits=1)

Estimator = Any
"""scikit-learn has no types: anything with `fit` and `predict_proba`."""

Settings = dict[str, float]


class Candidate(msgspec.Struct, frozen=True):
    """`grid` has the settings to try, plainest first; a plainer model is kept unless another is clearly better.

    One that `grows` has as many trees as are best on later leads, unless its settings say how many.
    """

    name: str
    build: Callable[..., Estimator]
    grid: tuple[Settings, ...]
    grows: bool = False

    def stages(self, settings: Settings) -> tuple[int, ...]:
        """After how many trees it is judged; none where it is judged as it is."""
        return STAGES if self.grows and "trees" not in settings else ()


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
    share: float = 1.0,
    least: int = 40,
) -> Estimator:
    """scikit-learn's gradient boosting over few-valued categories as they are.

    Each split sees a `share` of the columns; a leaf has at `least` so many leads.
    """
    codes = list(range(len(parts(columns, encoded)["categories"])))
    model = HistGradientBoostingClassifier(
        max_iter=trees,
        max_leaf_nodes=leaves,
        learning_rate=rate,
        min_samples_leaf=least,
        max_features=share,
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
    share: float = 1.0,
    least: int = 40,
) -> Estimator:
    """LightGBM's, which is not always installed: `pip install 'leadbid[lightgbm]'`."""
    codes = list(range(len(parts(columns, encoded)["categories"])))
    model = LGBMClassifier(
        n_estimators=trees,
        num_leaves=leaves,
        learning_rate=rate,
        min_child_samples=least,
        colsample_bynode=share,
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
    boosted = tuple({"leaves": leaves, "rate": SLOW} for leaves in (7, LEAVES, 31))
    if rows >= MANY_ROWS:
        boosted += (MANY_LEAVES,)
    linear = Candidate("logistic", logistic, ({"c": 0.02}, {"c": 0.2}))
    known = [linear, Candidate("boosting", partial(boosting, **VARIED), boosted, grows=True)]
    if LGBMClassifier is not None:
        known.append(Candidate("lightgbm", partial(lightgbm, **VARIED), boosted, grows=True))
    return tuple(known)


def grow(trees: Estimator, count: int, seen: Array, y: Array, weights: Array | None) -> None:
    """Go on fitting boosted trees until there are so many of them."""
    if isinstance(trees, HistGradientBoostingClassifier):
        trees.set_params(max_iter=count, warm_start=True).fit(seen, y, sample_weight=weights)
    else:
        more = trees.set_params(n_estimators=count - trees.booster_.num_trees())
        more.fit(seen, y, sample_weight=weights, init_model=trees.booster_)


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
    """The log-odds of each row, as exact as the model tells them; of one of amounts, their logarithms."""
    if hasattr(model, "decision_function"):
        told: Array = model.decision_function(X)
        return told
    if not hasattr(model, "predict_proba"):
        return np.asarray(np.log(model.predict(X)))
    return log_odds(chance(model, X))

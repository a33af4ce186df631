"""Fit a conversion model on the oldest leads and calibrate it only where later ones show that this helps."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from training.conversion.features import Column
from training.conversion.figures import Array, Figures, calibration_slope, figures, losses

# Measured by cross-validation: as noisy as leads are, 64 trees lose nothing to 100 (log-loss .3467 to .3473; .2703 to
# .2701 on bank marketing), learn less by heart (slope .92 to .83) and are served in two thirds of the time.
TREES = 64
LEAVES = 15
LEARNING_RATE = 0.06
AUC_LOSS_MAX = 0.01
"""A calibrator may flatten the ranking by this much and no more."""

# Threads gain nothing on tens of thousands of rows (0.31 s a fit with one or two), and they wait for each other by
# spinning: beside one busy neighbour on two cores the same fit takes a hundred times as long. scikit-learn brings this.
threadpool_limits(limits=1, user_api="openmp")

Method = Literal["sigmoid", "isotonic"]
Estimator = Any
"""scikit-learn has no types: anything with `fit` and `predict_proba`."""


class Slices(msgspec.Struct, frozen=True):
    """Where a history is cut, oldest first: learn, calibrate, choose the calibrator, judge."""

    fit: slice
    calibrate: slice
    choose: slice
    newest: slice


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One calibrator on the slice it has not seen, against the raw model; kept unless `why_not` says why not.

    `noise` is the standard error of the difference between the two log-losses.
    """

    method: Method
    slope: float
    log_loss: float
    raw_log_loss: float
    noise: float
    auc: float
    raw_auc: float
    why_not: str


class Trained(msgspec.Struct, frozen=True, kw_only=True):
    """A model with its evidence. `raw` is the pipeline alone, `model` what is served: the same if nothing was kept."""

    raw: Estimator
    model: Estimator
    calibrator: Method | None
    attempts: tuple[Attempt, ...]
    slices: Slices
    newest: Figures
    newest_raw: Figures
    random_cv: Figures


def train(columns: Sequence[Column], X: Array, y: Array, *, seed: int) -> Trained:
    """The model of these rows, oldest first, judged on the newest, with a random split beside it."""
    slices = slices_of(len(y))
    raw = pipeline(columns, seed=seed).fit(X[slices.fit], y[slices.fit])
    model, method, attempts = calibrate(raw, X, y, slices)
    newest = slices.newest
    return Trained(
        raw=raw,
        model=model,
        calibrator=method,
        attempts=attempts,
        slices=slices,
        newest=figures(y[newest], chance(model, X[newest])),
        newest_raw=figures(y[newest], chance(raw, X[newest])),
        random_cv=figures(y, cross_validated(pipeline(columns, seed=seed), X, y, folds=5, seed=seed)),
    )


def slices_of(rows: int) -> Slices:
    """By time, never at random: leads to come are what a model is for. 60, 15, 10 and 15 per cent."""
    fit, calibrated, chosen = (rows * share // 100 for share in (60, 75, 85))
    return Slices(slice(0, fit), slice(fit, calibrated), slice(calibrated, chosen), slice(chosen, rows))


def pipeline(columns: Sequence[Column], *, seed: int, trees: int = TREES) -> Estimator:
    """Encoder and trees. Values not seen in training are missing ones; `columns` stand categories first."""
    categories = [position for position, column in enumerate(columns) if column.kind == "category"]
    numbers = [position for position, column in enumerate(columns) if column.kind == "number"]
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan)
    floats = FunctionTransformer(np.asarray, kw_args={"dtype": float})
    return Pipeline(
        [
            ("columns", ColumnTransformer([("categories", encoder, categories), ("numbers", floats, numbers)])),
            (
                "trees",
                HistGradientBoostingClassifier(
                    max_iter=trees,
                    max_leaf_nodes=LEAVES,
                    learning_rate=LEARNING_RATE,
                    min_samples_leaf=40,
                    l2_regularization=10.0,
                    # "auto" turns it on above 10,000 rows, and then holds back a random tenth.
                    early_stopping=False,
                    categorical_features=list(range(len(categories))),
                    random_state=seed,
                ),
            ),
        ]
    )


def calibrate(
    raw: Estimator, X: Array, y: Array, slices: Slices
) -> tuple[Estimator, Method | None, tuple[Attempt, ...]]:
    """The raw model, or the calibrated one of lowest log-loss among those that may be kept; and what was tried."""
    tried = [_attempt(method, raw, X, y, slices) for method in ("sigmoid", "isotonic")]
    kept = [(attempt.log_loss, attempt.method, model) for model, attempt in tried if not attempt.why_not]
    attempts = tuple(attempt for _, attempt in tried)
    if not kept:
        return raw, None, attempts
    _, method, model = min(kept, key=lambda entry: entry[0])
    return model, method, attempts


def chance(model: Estimator, X: Array) -> Array:
    """P(conversion) of each row."""
    probabilities: Array = model.predict_proba(X)[:, 1]
    return probabilities


def cross_validated(model: Estimator, X: Array, y: Array, *, folds: int, seed: int) -> Array:
    """Each row's P(conversion) by models that have not seen it; the folds are random and keep the share converted."""
    split = StratifiedKFold(folds, shuffle=True, random_state=seed)
    probabilities: Array = cross_val_predict(model, X, y, cv=split, method="predict_proba")[:, 1]
    return probabilities


def _attempt(method: Method, raw: Estimator, X: Array, y: Array, slices: Slices) -> tuple[Estimator, Attempt]:
    seen, later = slices.calibrate, slices.choose
    model = CalibratedClassifierCV(FrozenEstimator(raw), method=method).fit(X[seen], y[seen])
    before, after = chance(raw, X[later]), chance(model, X[later])
    loss, raw_loss = losses(y[later], after), losses(y[later], before)
    attempt = Attempt(
        method=method,
        slope=calibration_slope(y[seen], raw.decision_function(X[seen])),
        log_loss=float(np.mean(loss)),
        raw_log_loss=float(np.mean(raw_loss)),
        noise=float(np.std(loss - raw_loss) / np.sqrt(len(loss))),
        auc=float(roc_auc_score(y[later], after)),
        raw_auc=float(roc_auc_score(y[later], before)),
        why_not="",
    )
    return model, msgspec.structs.replace(attempt, why_not=_why_not(attempt))


def _why_not(attempt: Attempt) -> str:
    """Why a calibrator is not kept. An inverted one prices the best leads lowest, however well it fits its slice."""
    if not attempt.slope > 0.0:
        return "its slope is not positive: it would turn the ranking upside down"
    if not attempt.auc >= attempt.raw_auc - AUC_LOSS_MAX:
        return f"it costs more than {AUC_LOSS_MAX} of AUC"
    # A smaller gain is luck: a curve of steps that won by .0005 here has lost .004 on the leads after these.
    if not attempt.raw_log_loss - attempt.log_loss > attempt.noise:
        return "it does not lower the log-loss of later leads by more than chance"
    return ""

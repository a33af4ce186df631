"""How good probabilities are: ranking, sharpness and honesty, in the figures that the field quotes."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from app.scoring.card import Decile, Figures, SliceFigures
from training.conversion.features import Column
from training.statistics import Array, bins_by_mass, bounded, log_odds

VALUES_MAX = 6
ROWS_MIN = 100
"""Of fewer leads a share converted says little."""

SIDE_MIN = 20
"""Of fewer conversions, or of fewer leads without, a ranking says little."""


def figures(converted: Array, predicted: Array) -> Figures:
    """Every figure of these predictions."""
    observed = float(np.mean(converted))
    constant = log_loss(converted, np.full(len(converted), observed), labels=[0, 1])
    loss = log_loss(converted, bounded(predicted), labels=[0, 1])
    bins = bins_by_mass(predicted, predicted, converted, 15)
    return Figures(
        rows=len(converted),
        converted=observed,
        auc=float(roc_auc_score(converted, predicted)),
        log_loss=float(loss),
        skill=float(1.0 - loss / constant),
        brier=float(brier_score_loss(converted, predicted)),
        ece=sum(each.count * abs(each.observed - each.predicted) for each in bins) / len(converted),
        slope=calibration_slope(converted, log_odds(predicted)),
        predicted_over_observed=float(np.mean(predicted)) / observed,
    )


def deciles(converted: Array, predicted: Array, true: Array | None) -> tuple[Decile, ...]:
    """Tenths of the leads by prediction."""
    return tuple(
        Decile(
            predicted=float(np.mean(predicted[tenth])),
            observed=float(np.mean(converted[tenth])),
            true=None if true is None else float(np.mean(true[tenth])),
        )
        for tenth in np.array_split(np.argsort(predicted, kind="stable"), 10)
    )


def by_value(columns: Sequence[Column], X: Array, y: Array, predicted: Array) -> tuple[SliceFigures, ...]:
    """The commonest values of each category, largest first; those of few leads are left out."""
    found = []
    for position, column in enumerate(columns):
        if column.kind == "category":
            told = X[:, position]
            common = Counter(value for value in told if isinstance(value, str)).most_common(VALUES_MAX)
            for value, rows in common:
                if rows >= ROWS_MIN:
                    here = told == value
                    found.append(_slice(column.name, value, y[here], predicted[here]))
    return tuple(found)


def calibration_slope(converted: Array, scores: Array) -> float:
    """Slope of the outcome's log-odds on these scores, by logistic regression without penalty."""
    model = LogisticRegression(C=np.inf, max_iter=1_000).fit(scores.reshape(-1, 1), converted)
    return float(model.coef_[0, 0])


def _slice(field: str, value: str, converted: Array, predicted: Array) -> SliceFigures:
    positive = int(np.sum(converted))
    can_rank = min(positive, len(converted) - positive) >= SIDE_MIN
    return SliceFigures(
        field=field,
        value=value,
        rows=len(converted),
        converted=float(np.mean(converted)),
        predicted=float(np.mean(predicted)),
        predicted_over_observed=float(np.sum(predicted)) / positive if positive else None,
        auc=float(roc_auc_score(converted, predicted)) if can_rank else None,
    )

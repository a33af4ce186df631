"""How good probabilities are: ranking, sharpness and honesty, in the figures that the field quotes."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss

from app.scoring.card import Decile, Figures, SliceFigures
from training.conversion.features import Column
from training.statistics import Array, auc, bins_by_mass, bounded, log_odds

VALUES_MAX = 6
ROWS_MIN = 100
"""Of fewer leads a share converted says little."""

SIDE_MIN = 20
"""Of fewer conversions, or of fewer leads without, a ranking says little."""


def figures(converted: Array, predicted: Array, counts: Array | None = None) -> Figures:
    """Every figure of these predictions; each lead counts as often as `counts` says, or once.

    The leads and the share that converted are counted as they are.
    """
    observed = _mean(converted, counts)
    constant = log_loss(converted, np.full(len(converted), observed), labels=[0, 1], sample_weight=counts)
    loss = log_loss(converted, bounded(predicted), labels=[0, 1], sample_weight=counts)
    return Figures(
        rows=len(converted),
        converted=float(np.mean(converted)),
        auc=auc(converted, predicted, counts),
        log_loss=float(loss),
        skill=float(1.0 - loss / constant),
        brier=float(brier_score_loss(converted, predicted, sample_weight=counts)),
        ece=_ece(converted, predicted, counts),
        slope=calibration_slope(converted, log_odds(predicted), counts),
        predicted_over_observed=_mean(predicted, counts) / observed,
    )


def deciles(converted: Array, predicted: Array, true: Array | None, counts: Array | None = None) -> tuple[Decile, ...]:
    """Tenths of the leads by prediction."""
    return tuple(
        Decile(
            predicted=_mean(predicted[tenth], some),
            observed=_mean(converted[tenth], some),
            true=None if true is None else _mean(true[tenth], some),
        )
        for tenth in np.array_split(np.argsort(predicted, kind="stable"), 10)
        for some in [None if counts is None else counts[tenth]]
    )


def by_value(
    columns: Sequence[Column], X: Array, y: Array, predicted: Array, counts: Array | None = None
) -> tuple[SliceFigures, ...]:
    """The commonest values of each category, largest first; those of few leads are left out."""
    found = []
    often = np.ones(len(y)) if counts is None else counts
    for position in (at for at, column in enumerate(columns) if column.kind == "category"):
        told, field = X[:, position], columns[position].name
        for value, rows in Counter(value for value in told if isinstance(value, str)).most_common(VALUES_MAX):
            if rows >= ROWS_MIN:
                rows_of = told == value
                found.append(_slice(field, value, y[rows_of], predicted[rows_of], often[rows_of]))
    return tuple(found)


def calibration_slope(converted: Array, scores: Array, counts: Array | None = None) -> float:
    """Slope of the outcome's log-odds on these scores, by logistic regression without penalty."""
    model = LogisticRegression(C=np.inf, max_iter=1_000).fit(scores.reshape(-1, 1), converted, sample_weight=counts)
    return float(model.coef_[0, 0])


def _mean(values: Array, counts: Array | None) -> float:
    return float(np.mean(values)) if counts is None else float(np.average(values, weights=counts))


def _ece(converted: Array, predicted: Array, counts: Array | None) -> float:
    """How far bins of equally many leads are off, on the mean."""
    if counts is None:
        bins = bins_by_mass(predicted, predicted, converted, 15)
        return sum(each.count * abs(each.observed - each.predicted) for each in bins) / len(converted)
    parts = np.array_split(np.argsort(predicted, kind="stable"), min(15, len(predicted)))
    gaps = [abs(float(np.sum(counts[part] * (converted[part] - predicted[part])))) for part in parts]
    return sum(gaps) / float(np.sum(counts))


def _slice(field: str, value: str, converted: Array, predicted: Array, counts: Array) -> SliceFigures:
    positive = int(np.sum(converted))
    can_rank = min(positive, len(converted) - positive) >= SIDE_MIN
    return SliceFigures(
        field=field,
        value=value,
        rows=len(converted),
        converted=float(np.mean(converted)),
        predicted=float(np.average(predicted, weights=counts)),
        predicted_over_observed=float(counts @ predicted) / float(counts @ converted) if positive else None,
        auc=auc(converted, predicted, counts) if can_rank else None,
    )

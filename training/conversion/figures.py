"""How good probabilities are: ranking, sharpness and honesty, in the figures that the field quotes."""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from app.scoring.card import Decile, Figures
from training.statistics import Array, bounded, log_odds


def figures(converted: Array, predicted: Array) -> Figures:
    """Every figure of these predictions."""
    observed = float(np.mean(converted))
    constant = log_loss(converted, np.full(len(converted), observed), labels=[0, 1])
    loss = log_loss(converted, bounded(predicted), labels=[0, 1])
    return Figures(
        rows=len(converted),
        converted=observed,
        auc=float(roc_auc_score(converted, predicted)),
        log_loss=float(loss),
        skill=float(1.0 - loss / constant),
        brier=float(brier_score_loss(converted, predicted)),
        ece=_ece(converted, predicted),
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


def calibration_slope(converted: Array, scores: Array) -> float:
    """Slope of the outcome's log-odds on these scores, by logistic regression without penalty."""
    model = LogisticRegression(C=np.inf, max_iter=1_000).fit(scores.reshape(-1, 1), converted)
    return float(model.coef_[0, 0])


def _ece(converted: Array, predicted: Array) -> float:
    bins = np.array_split(np.argsort(predicted, kind="stable"), 15)
    gaps = [len(rows) * abs(float(np.mean(converted[rows]) - np.mean(predicted[rows]))) for rows in bins if len(rows)]
    return sum(gaps) / len(converted)

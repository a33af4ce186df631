"""How good a model is among the leads of one value: a state, a tier, a seller's kind of lead."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from sklearn.metrics import roc_auc_score

from app.scoring.card import SliceFigures
from training.conversion.features import Column
from training.statistics import Array

VALUES_MAX = 6
ROWS_MIN = 100
"""Of fewer leads a share converted says little."""

SIDE_MIN = 20
"""Of fewer conversions, or of fewer leads without, a ranking says little."""


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

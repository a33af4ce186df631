"""Finds fields that leak the outcome: a field that predicts it alone was usually recorded afterwards."""

from collections.abc import Callable, Sequence

import numpy as np
from sklearn.metrics import roc_auc_score

from app.scoring.card import FieldCheck
from training.conversion.candidates import boosting
from training.conversion.encoders import encoded
from training.conversion.features import Column
from training.conversion.train import cross_validated
from training.statistics import Array

ALONE_MAX = 0.90
REMOVAL_MAX = 0.05
REMOVAL_ALONE_MIN = 0.75
"""The strongest of a few honest fields carries much of what a model gains, and tells less than this by itself."""

ROWS_MAX = 12_000
TREES = 40
FOLDS = 3
SIDE_MIN = 300
"""So many conversions are looked at where there are as many, however rare they are."""


def suspected(check: FieldCheck) -> bool:
    """Whether a field tells so much by itself, or takes so much away with it, as honest ones do not."""
    return check.alone > ALONE_MAX or (check.removal > REMOVAL_MAX and check.alone > REMOVAL_ALONE_MIN)


def check_fields(
    columns: Sequence[Column], X: Array, y: Array, *, seed: int, tell: Callable[[str], None]
) -> tuple[FieldCheck, ...]:
    """Every field by itself and the model without it. Smaller models of some rows do: a leak is not subtle.

    One leak hides another that says the same: where fields are suspected, the others are tried once more without them.
    """
    rows = _sample(y, seed)
    few, labels, known = X[rows], y[rows], encoded(columns, X[rows])

    def auc(positions: Sequence[int]) -> float:
        # A model of nothing is a guess.
        if not positions:
            return 0.5
        model = boosting([columns[at] for at in positions], seed=seed, trees=TREES, encoded=known)
        return float(roc_auc_score(labels, cross_validated(model, few[:, positions], labels, folds=FOLDS, seed=seed)))

    def removals(among: Sequence[int]) -> dict[int, float]:
        """How much AUC a model of these columns loses without each."""
        whole, lost = auc(among), {}
        for at in among:
            tell(f"all but {columns[at].name}")
            lost[at] = whole - auc([other for other in among if other != at])
        return lost

    everything, alone = list(range(len(columns))), {}
    for at in everything:
        tell(columns[at].name)
        alone[at] = auc([at])
    checks, rest = dict[int, FieldCheck](), everything
    while True:
        lost = removals(rest)
        judged = {at: FieldCheck(name=columns[at].name, alone=alone[at], removal=lost[at]) for at in rest}
        found = [at for at in rest if suspected(judged[at])]
        # What was found of the others at first stands, unless it changes the verdict.
        checks |= {at: judged[at] for at in rest if at not in checks or at in found}
        rest = [at for at in rest if at not in found]
        if not found or not rest:
            return tuple(checks[at] for at in everything)


def _sample(y: Array, seed: int) -> Array:
    """Rows of all times, not too few of either kind: where few converted, a leak has little to tell."""
    if len(y) <= ROWS_MAX:
        return np.arange(len(y))
    random, chosen = np.random.default_rng(seed), []
    for side in (0, 1):
        rows = np.flatnonzero(y == side)
        wanted = max(ROWS_MAX * len(rows) // len(y), SIDE_MIN)
        chosen.append(random.choice(rows, min(wanted, len(rows)), replace=False))
    return np.sort(np.concatenate(chosen))

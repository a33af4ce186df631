"""Which fields know too much: one that tells the outcome by itself is usually written after it."""

from collections.abc import Callable, Sequence

import msgspec
from sklearn.metrics import roc_auc_score

from training.conversion.encoders import encoded
from training.conversion.features import Column
from training.conversion.figures import Array
from training.conversion.train import cross_validated, pipeline

ALONE_MAX = 0.90
REMOVAL_MAX = 0.05
ROWS_MAX = 12_000
TREES = 40


class FieldCheck(msgspec.Struct, frozen=True, kw_only=True):
    """AUC of a model of this field alone, and how much AUC the whole model loses without it, both cross-validated."""

    name: str
    alone: float
    removal: float

    @property
    def suspected(self) -> bool:
        """Honest fields stay far below both limits: .65 alone and .01 by removal are usual."""
        return self.alone > ALONE_MAX or self.removal > REMOVAL_MAX


def check_fields(
    columns: Sequence[Column], X: Array, y: Array, *, seed: int, tell: Callable[[str], None]
) -> tuple[FieldCheck, ...]:
    """Every field by itself and the model without it. Smaller models of the oldest rows do: a leak is not subtle."""
    X, y = X[:ROWS_MAX], y[:ROWS_MAX]
    known = encoded(columns, X)

    def auc(positions: list[int]) -> float:
        model = pipeline([columns[position] for position in positions], seed=seed, trees=TREES, encoded=known)
        return float(roc_auc_score(y, cross_validated(model, X[:, positions], y, folds=3, seed=seed)))

    everything = list(range(len(columns)))
    whole = auc(everything)
    checks = []
    for position, column in enumerate(columns):
        tell(column.name)
        rest = [other for other in everything if other != position]
        # Without its only field a model is a guess.
        checks.append(FieldCheck(name=column.name, alone=auc([position]), removal=whole - (auc(rest) if rest else 0.5)))
    return tuple(checks)

"""What a model goes by: how far each field moves its log-odds, and what the newest leads cost it without."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from app.scoring.artefact import Scorer
from app.scoring.card import FieldImportance, ParityRow
from app.scoring.contributions import USUAL_LEADS, Explainer, importances
from app.wire.ping import Value
from training.conversion.candidates import Estimator, chance
from training.conversion.features import Column
from training.statistics import Array, losses

EXPLAINED_MAX = 40
"""Leads that are explained one by one: their mean says which fields matter, and each takes some ten milliseconds."""

SHUFFLED_MAX = 5_000


class ModelRows(msgspec.Struct, frozen=True):
    """A fitted model and leads that it has not seen; `counts` is how often each counts where not once."""

    model: Estimator
    columns: Sequence[Column]
    X: Array
    y: Array
    counts: Array | None = None


def field_importances(
    scorer: Scorer, parity: Sequence[ParityRow], leads: Sequence[Mapping[str, Value]], rows: ModelRows, *, seed: int
) -> tuple[FieldImportance, ...]:
    """Every field, the most important first; compared are the usual leads with which the parity rows begin."""
    explainer = Explainer(scorer, [row.facts for row in parity[:USUAL_LEADS]])
    lost = _lost(rows, seed)
    return tuple(
        FieldImportance(name=name, moves=moves, shuffled=lost.get(name, 0.0))
        for name, moves in importances(explainer, leads).items()
    )


def _lost(rows: ModelRows, seed: int) -> dict[str, float]:
    """How much the log-loss rises for each field whose values are dealt out anew."""
    random = np.random.default_rng(seed)
    kept = np.sort(random.choice(len(rows.y), min(len(rows.y), SHUFFLED_MAX), replace=False))
    some, labels = rows.X[kept], rows.y[kept]
    counts = None if rows.counts is None else rows.counts[kept]

    def cost(table: Array) -> float:
        return float(np.average(losses(labels, chance(rows.model, table)), weights=counts))

    whole, lost = cost(some), {}
    for place, column in enumerate(rows.columns):
        dealt = some.copy()
        dealt[:, place] = random.permutation(dealt[:, place])
        lost[column.name] = cost(dealt) - whole
    return lost

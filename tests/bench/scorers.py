"""What one row costs: the shipped models as compiled scorers and as the pipelines that they came from."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import geometric_mean, median
from typing import TypeVar

import joblib
import msgspec
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from app.scoring.artefact import Cross, Feature, Number
from app.scoring.card import ParityRow
from app.scoring.compile import Probability, compiled
from app.scoring.parse import parse
from app.wire.ping import Value
from training.conversion.candidates import Estimator
from training.conversion.features import Column, cross, table

ROUNDS = 9
SERVED_A_ROUND = 2_000
ASKED_A_ROUND = 25

Facts = Mapping[str, Value]
T = TypeVar("T")


class ScorerCost(msgspec.Struct, frozen=True, kw_only=True):
    """Microseconds a row of one vertical's model, compiled and as scikit-learn."""

    vertical: str
    model: str
    served_us: float
    asked_us: float
    ratio: float


def scorer_costs(models: Path) -> list[ScorerCost]:
    """Of every shipped model, the two taking turns so that a machine which changes its speed changes it for both."""
    return [_cost(folder) for folder in sorted(path.parent for path in models.glob("*/*/scorer.json"))]


def ratio(costs: list[ScorerCost]) -> float:
    """How many rows are served in the time of one that is asked, over all models."""
    return geometric_mean(cost.ratio for cost in costs)


class _Card(msgspec.Struct, frozen=True):
    parity: tuple[ParityRow, ...]


def _cost(folder: Path) -> ScorerCost:
    scorer = parse((folder / "scorer.json").read_bytes())
    pipeline = joblib.load(folder / "pipeline.joblib")
    columns = [_column(feature) for feature in scorer.features]
    leads = _leads(folder)
    probability = compiled(scorer)
    # One row leaves threads nothing to share, and waking them only costs.
    with threadpool_limits(limits=1):
        rounds = [_round(probability, pipeline, columns, leads) for _ in range(ROUNDS + 1)][1:]
    return ScorerCost(
        vertical=scorer.vertical,
        model=f"{len(scorer.trees)} trees" if scorer.trees else f"{len(scorer.terms)} terms",
        served_us=median(served for served, _ in rounds),
        asked_us=median(asked for _, asked in rounds),
        ratio=median(asked / served for served, asked in rounds),
    )


def _column(feature: Feature) -> Column:
    if isinstance(feature, Cross):
        return cross(*feature.of)
    return Column(feature.name, "number" if isinstance(feature, Number) else "category")


def _round(
    probability: Probability, pipeline: Estimator, columns: list[Column], leads: list[Facts]
) -> tuple[float, float]:
    """Microseconds a row, compiled and asked."""
    served = microseconds(probability, [leads[number % len(leads)] for number in range(SERVED_A_ROUND)])
    # The row is made before the clock starts: the pipeline is charged for its own work alone.
    rows = [table(columns, [leads[number % len(leads)]]) for number in range(ASKED_A_ROUND)]
    return served, microseconds(pipeline.predict_proba, rows)


def _leads(folder: Path) -> list[Facts]:
    """Those by which the service itself checks the model."""
    card = msgspec.json.decode((folder / "card.json").read_bytes(), type=_Card)
    return [row.facts for row in card.parity]


def microseconds(function: Callable[[T], object], cases: list[T]) -> float:
    """What one of these calls takes."""
    started = time.perf_counter()
    for case in cases:
        function(case)
    return (time.perf_counter() - started) * 1e6 / len(cases)

"""Learn one vertical from its history: fit, judge, write down. What fails a gate is kept for study, not made live."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from app.domain.calendar import utc_text
from app.domain.vertical import Vertical
from app.scoring.artefact import Category, Encoded, Feature, Scorer
from app.scoring.compile import compiled
from app.scoring.load import load_version
from training.conversion.artefact import next_version, parity_rows, write
from training.conversion.card import Card, Past, Reads, libraries
from training.conversion.export import scorer_of
from training.conversion.features import Rows, columns_of, table
from training.conversion.figures import Array, deciles, figures
from training.conversion.gates import gates
from training.conversion.leaks import check_fields
from training.conversion.train import Trained, chance, train
from training.histories.history import History


def learn(history: History, vertical: Vertical, models: Path, *, seed: int, tell: Callable[[str], None]) -> Card:
    """The card of the model that now stands in `models`, with its gates; `tell` hears what is being done."""
    columns, left_out = columns_of(vertical)
    X, y = table(columns, history.facts), history.converted

    trained = train(columns, X, y, seed=seed, tell=tell)
    checks = check_fields(columns, X, y, seed=seed, tell=lambda name: tell(f"looking for leaks: {name}"))

    tell("writing")
    version = next_version(models, vertical.name)
    scorer = scorer_of(trained.raw, trained.model, columns, vertical=vertical.name, version=version)
    newest = trained.slices.newest
    predicted, true = chance(trained.model, X[newest]), history.truth
    truth = None if true is None else figures(y[newest], true[newest])
    verdicts = gates(trained, checks, truth, difference=_difference(scorer, history.facts[newest], predicted))
    card = Card(
        vertical=vertical.name,
        version=version,
        passed=all(gate.passed for gate in verdicts),
        history=_past(history),
        reads=tuple(_reads(feature) for feature in scorer.features),
        left_out=left_out,
        rows_by_slice=_rows_by_slice(trained),
        figures=trained.newest,
        figures_raw=trained.newest_raw,
        figures_random_split=trained.random_cv,
        figures_of_truth=truth,
        deciles=deciles(y[newest], predicted, None if true is None else true[newest]),
        calibrator=trained.calibrator or "none",
        attempts=trained.attempts,
        fields=checks,
        gates=verdicts,
        trees={**trained.settings, "seed": seed},
        libraries=libraries(),
        parity=parity_rows(trained.model, columns, scorer, history.facts[newest]),
    )
    write(models, trained.model, scorer, card)
    # Read back as the service will read it: what it would refuse must not be made live.
    load_version(models, vertical.name, version)
    return card


def _difference(scorer: Scorer, facts: Rows, predicted: Array) -> float:
    """The largest distance between what the service would say and what scikit-learn says."""
    probability = compiled(scorer)
    served = np.array([probability(row) for row in facts])
    return float(np.max(np.abs(served - predicted)))


def _past(history: History) -> Past:
    return Past(
        source=history.source,
        rows=len(history.facts),
        since=utc_text(history.at[0]),
        until=utc_text(history.at[-1]),
        converted=float(np.mean(history.converted)),
        sha256=history.fingerprint,
    )


def _reads(feature: Feature) -> Reads:
    if isinstance(feature, Category):
        return Reads(name=feature.name, kind="category", values=feature.values)
    if isinstance(feature, Encoded):
        return Reads(name=feature.name, kind="category")
    return Reads(name=feature.name, kind="number")


def _rows_by_slice(trained: Trained) -> dict[str, int]:
    slices = trained.slices
    cuts = {"fit": slices.fit, "calibrate": slices.calibrate, "choose": slices.choose, "newest": slices.newest}
    return {name: cut.stop - cut.start for name, cut in cuts.items()}

"""Learn one vertical from its history: fit, judge, write down. What fails a gate is kept for study, not promoted."""

from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path

import msgspec
import numpy as np
from msgspec.structs import asdict

from app.domain.calendar import utc_text
from app.domain.catalogue import FactRead
from app.scoring.artefact import Category, Cross, Feature, Number, Scorer
from app.scoring.card import ModelCard, TrainingHistory
from app.scoring.compile import compiled
from app.scoring.load import PARITY_ROWS_MIN, load_version
from training.conversion.artefact import installed, next_version, parity_rows, write
from training.conversion.candidates import chance
from training.conversion.enough import size_of
from training.conversion.export import scorer_of, with_absent
from training.conversion.features import columns_among, crossed, stacked
from training.conversion.figures import by_value, deciles, figures
from training.conversion.gates import gates
from training.conversion.importances import EXPLAINED_MAX, ModelRows, field_importances
from training.conversion.leaks import check_fields
from training.conversion.options import options_of
from training.conversion.train import Trained, train
from training.conversion.value.learn import learn_value, value_lines
from training.conversion.young import as_if_mature
from training.histories.history import History
from training.histories.spec import Spec
from training.statistics import Array

COMPARED_MAX = 5_000
"""Leads for which the scorer is held against the pipeline: a difference would show in the first of them."""


def learn(
    history: History, spec: Spec, models: Path, *, seed: int, tell: Callable[[str], None], backend: str | None = None
) -> ModelCard:
    """The card of the model that now stands in `models`, with its gates; `tell` hears what is being done.

    Raises `TrainingError`, and leaves nothing then.
    """
    columns, _ = columns_among(spec.fields)
    X = stacked(columns, history.columns, len(history))
    history = as_if_mature(history, columns, X, seed=seed)
    options = options_of(spec, history)
    trained = train(columns, X, history.converted, seed=seed, tell=tell, backend=backend, options=options)
    scorer = partial(scorer_of, trained.raw, trained.model, trained.columns, vertical=spec.vertical)
    libraries = installed(lightgbm=trained.candidate == "lightgbm")
    return judged(history, spec, models, trained, scorer, libraries, seed=seed, tell=tell)


def judged(
    history: History,
    spec: Spec,
    models: Path,
    trained: Trained,
    scorer_for: Callable[..., Scorer],
    libraries: dict[str, str],
    *,
    seed: int,
    tell: Callable[[str], None],
    original: Path | None = None,
) -> ModelCard:
    """The card of a fitted model that now stands in `models`; `scorer_for` writes it down under a `version`.

    The file `original` is kept in the place of a pipeline of ours.
    """
    columns, left_out = columns_among(spec.fields)
    X, y = stacked(columns, history.columns, len(history)), history.converted
    options = options_of(spec, history)
    checks = check_fields(columns, X, y, seed=seed, tell=lambda name: tell(f"looking for leaks: {name}"))

    tell("writing")
    version = next_version(models, spec.vertical)
    scorer = with_absent(scorer_for(version=version), spec)
    newest = trained.slices.newest
    read, table = trained.columns or columns, crossed(columns, X[newest], trained.crosses)
    predicted, true = chance(trained.model, table), history.truth
    truth, counts = None if true is None else figures(y[newest], true[newest]), options.rows(newest).counts
    difference = _difference(scorer, history, newest, predicted)
    trusted = {field.name: field.reason for field in spec.fields if field.trusted}
    verdicts = tuple(gates(trained, size_of(history), checks, truth, difference=difference, trusted=trusted))
    tell("learning what a conversion brings")
    value = learn_value(history, columns, X, trained.slices, options, version=version, seed=seed)
    tell("explaining")
    parity = parity_rows(trained.model, read, scorer, history.rows(_spread(newest, PARITY_ROWS_MIN)))
    explained, rows = _spread(newest, EXPLAINED_MAX), ModelRows(trained.model, read, table, y[newest], counts)
    weighed = field_importances(scorer, parity, history.rows(explained), rows, seed=seed)
    card = ModelCard(
        vertical=spec.vertical,
        version=version,
        passed=all(gate.passed for gate in verdicts),
        history=_history(history),
        spec=msgspec.to_builtins(spec),
        spec_sha256=sha256(msgspec.json.encode(spec)).hexdigest(),
        reads=tuple(_reads(feature) for feature in scorer.features if not isinstance(feature, Cross)),
        crosses=tuple(each.of for each in trained.crosses if each.of),
        **{name: getattr(history, name) for name in ("delays", "maturity_days")},
        left_out=left_out,
        rows_by_slice={name: cut.stop - cut.start for name, cut in asdict(trained.slices).items()},
        figures=trained.newest,
        figures_raw=trained.newest_raw,
        figures_random_split=trained.random_cv,
        figures_of_truth=truth,
        deciles=deciles(y[newest], predicted, None if true is None else true[newest], counts),
        by_value=by_value(columns, X[newest], y[newest], predicted, counts),
        **{name: getattr(trained, name) for name in ("candidate", "settings", "candidates", "attempts")},
        notes=(*trained.notes, *value_lines(value)),
        value=value.card,
        calibrator=trained.calibrator or "none",
        fields=checks,
        importances=weighed,
        gates=verdicts,
        seed=seed,
        libraries=libraries,
        parity=parity,
    )
    write(models, trained.model if original is None else original, scorer, card, value.scorer)
    # Read back as the service will read it: what it would refuse must not be made live.
    load_version(models, spec.vertical, version)
    return card


def _difference(scorer: Scorer, history: History, newest: slice, predicted: Array) -> float:
    """The largest distance between what the service would say and what scikit-learn says."""
    places = _spread(newest, COMPARED_MAX)
    served = np.array([*map(compiled(scorer), history.rows(places))])
    return float(np.max(np.abs(served - predicted[places - newest.start])))


def _spread(part: slice, most: int) -> Array:
    """Positions over all of a part of the history, no more than these."""
    return np.unique(np.linspace(part.start, part.stop - 1, most).astype(int))


def _history(history: History) -> TrainingHistory:
    ends = (float(history.at.min()), float(history.at.max()))
    since, until = (utc_text(at) if history.timed else f"row {at + 1:.0f}" for at in ends)
    return TrainingHistory(
        source=history.source,
        synthetic=history.truth is not None,
        rows=len(history),
        since=since,
        until=until,
        converted=float(np.mean(history.converted)),
        value_mean=history.value_mean,
        sha256=history.fingerprint,
        notes=history.notes,
    )


def _reads(feature: Feature) -> FactRead:
    # Of a category that is encoded only the encodings are read.
    values = feature.values if isinstance(feature, Category) else ()
    return FactRead(name=feature.name, kind="number" if isinstance(feature, Number) else "category", values=values)

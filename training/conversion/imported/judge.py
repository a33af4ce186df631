"""A model fitted elsewhere goes through the same gates as one of ours, on the newest leads of a history."""

from collections.abc import Callable
from importlib.metadata import version as version_of
from pathlib import Path
from platform import python_version

import numpy as np
from msgspec.structs import replace

from app.scoring import artefact
from app.scoring.card import ModelCard
from app.scoring.parse import check
from training.conversion.calibrators import Calibrated, ScoredLeads
from training.conversion.candidates import chance, scores
from training.conversion.features import Column, columns_among, stacked
from training.conversion.figures import figures
from training.conversion.imported.foreign import ForeignEstimator, ForeignModel, WantedFields, features_of
from training.conversion.imported.read import read_model
from training.conversion.learn import judged
from training.conversion.options import options_of
from training.conversion.selection.trials import forward
from training.conversion.train import SIDE_MIN, Trained, calibrate, slices_of
from training.conversion.young import as_if_mature
from training.errors import TrainingError
from training.histories.history import History
from training.histories.spec import Spec


def import_model(
    path: Path, history: History, spec: Spec, models: Path, *, seed: int = 1, tell: Callable[[str], None]
) -> ModelCard:
    """The card of the version that now stands in `models`. Raises `TrainingError`, and leaves nothing then.

    It is calibrated as ours are, where later leads show that this helps, and judged on the newest leads: only who has
    fitted it knows whether it has seen them.
    """
    columns, _ = columns_among(spec.fields)
    tell(f"reading {path.name}")
    foreign = read_model(path, _wanted(spec, columns, history))
    features = features_of(foreign, columns)
    # What the model does not read is in none of its figures.
    unread = {column.name for column in columns} - set(foreign.names)
    spec = replace(spec, fields=tuple(field for field in spec.fields if field.name not in unread))
    columns, _ = columns_among(spec.fields)
    X, y = stacked(columns, history.columns, len(history)), history.converted
    history = as_if_mature(history, columns, X, seed=seed)
    options = options_of(spec, history)
    raw, slices = ForeignEstimator(foreign, columns), slices_of(len(y), options.groups)
    (_, first), (_, last) = forward(slices.learn.stop, options.rows(slices.learn).groups)
    for name, rows in {"calibrate": first, "choose": last, "judge": slices.newest}.items():
        part = y[rows]
        if min(part.sum(), len(part) - part.sum()) < SIDE_MIN:
            raise TrainingError(
                f"{part.sum():,} of {len(part):,} leads to {name} by converted: at least {SIDE_MIN} must"
            )
    unseen = [ScoredLeads(scores(raw, X[rows]), y[rows], options.rows(rows).counts) for rows in (first, last)]
    model, method, attempts = calibrate(raw, unseen, options.methods)
    newest = slices.newest
    counts = options.rows(newest).counts
    shown = figures(y[newest], chance(model, X[newest]), counts)
    trained = Trained(
        raw=raw,
        model=model,
        calibrator=method,
        attempts=attempts,
        slices=slices,
        newest=shown,
        newest_raw=figures(y[newest], chance(raw, X[newest]), counts),
        # It cannot be fitted anew: the newest leads alone speak for it.
        random_cv=shown,
        candidate=foreign.kind,
        settings={"trees": float(len(foreign.trees))},
        notes=(
            f"imported from {path.name}: if it was fitted to the newest leads, its figures flatter it",
            "it cannot be fitted anew, so its figures of a random split are those of the newest leads",
        ),
    )

    def scorer(version: str) -> artefact.Scorer:
        return _scorer(foreign, features, model, spec.vertical, version)

    libraries = {"python": python_version(), foreign.library: version_of(foreign.library), "numpy": np.__version__}
    return judged(history, spec, models, trained, scorer, libraries, seed=seed, tell=tell, original=path)


def _wanted(spec: Spec, columns: tuple[Column, ...], history: History) -> WantedFields:
    numbers = {column.name: history.columns[column.name] for column in columns if column.kind == "number"}
    floats = {name: np.asarray(told, dtype=float) for name, told in numbers.items()}
    return WantedFields(
        columns=columns,
        sources={field.name: field.source for field in spec.fields if field.read},
        bounds={
            name: (float(np.nanmin(told)), float(np.nanmax(told)))
            for name, told in floats.items()
            if not np.all(np.isnan(told))
        },
    )


def _scorer(
    foreign: ForeignModel, features: tuple[artefact.Feature, ...], model: object, vertical: str, version: str
) -> artefact.Scorer:
    found = artefact.Scorer(
        schema=artefact.SCHEMA,
        vertical=vertical,
        version=version,
        features=features,
        baseline=foreign.baseline,
        terms=foreign.terms,
        trees=foreign.trees,
        calibrator=model.calibrator if isinstance(model, Calibrated) else artefact.Uncalibrated(),
    )
    try:
        check(found)
    except artefact.Unusable as unusable:
        raise TrainingError(str(unusable)) from None
    return found

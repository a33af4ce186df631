"""Fit a conversion model to all leads but the newest, which judge it, and calibrate it where later leads are for it."""

from collections.abc import Callable, Collection, Sequence

import msgspec
import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, cross_val_predict

from app.scoring.card import CalibratorAttempt, Figures, JudgedCandidate
from training.conversion.calibrators import (
    METHODS,
    Calibrated,
    Method,
    ScoredLeads,
    attempt,
    best,
    curve_of,
    rises,
    together,
)
from training.conversion.candidates import Estimator, Settings, candidates, chance, fitted, threads_for, weighing
from training.conversion.encoders import encoded
from training.conversion.features import Column, crossed
from training.conversion.figures import figures
from training.conversion.options import FitOptions
from training.conversion.selection.search import ROWS_MAX, Found, search
from training.conversion.selection.trials import Data, between, forward
from training.errors import TrainingError
from training.statistics import Array

CV_ROWS_MAX = 100_000
"""Five models of a random so many leads say what five of a million would."""

SIDE_MIN = 10
"""Fewer leads that converted, or that did not, teach and show nothing."""


class Slices(msgspec.Struct, frozen=True):
    """Where a history is cut, oldest first: what is learned from, and what judges."""

    learn: slice
    newest: slice


class Trained(msgspec.Struct, frozen=True, kw_only=True):
    """A model with its evidence. `raw` is the pipeline alone, `model` what is served: the same if nothing was kept.

    Both read `columns`, of which the last are the `crosses`. `candidate` with its `settings` is the one chosen of
    `candidates`; `notes` are what the figures do not say themselves. `newest` are the time split's figures, `random_cv`
    those of five shuffled folds.
    """

    columns: tuple[Column, ...] = ()
    crosses: tuple[Column, ...] = ()
    raw: Estimator
    model: Estimator
    calibrator: str | None
    attempts: tuple[CalibratorAttempt, ...]
    slices: Slices
    newest: Figures
    newest_raw: Figures
    random_cv: Figures
    candidate: str = ""
    settings: Settings = {}
    candidates: tuple[JudgedCandidate, ...] = ()
    notes: tuple[str, ...] = ()


def train(
    columns: Sequence[Column],
    X: Array,
    y: Array,
    *,
    seed: int,
    tell: Callable[[str], None] = lambda _what: None,
    backend: str | None = None,
    options: FitOptions = FitOptions(),  # noqa: B008 - frozen
) -> Trained:
    """The best candidate for these rows, oldest first, judged on the newest, with a random split beside it.

    What is served has learned from all but the newest: candidate, trees, crosses and curve are chosen by what models of
    older leads said of later ones, and then it is fitted once more.

    `backend` is joblib's for the search (`backends.py`). Raises `TrainingError` of too few leads, and where the search
    cannot run.
    """
    slices, known = slices_of(len(y), options.groups), encoded(columns, X)
    _check_enough(y, slices)
    among, past = options.among or candidates(len(y)), options.rows(slices.learn)
    data = Data(columns, known, X[slices.learn], y[slices.learn], past.weights, past.counts, past.groups)
    found = search(among, data, seed=seed, where=backend, tell=tell)
    chosen, data = found.chosen, data.crossed(found.crosses)
    build = next(each.build for each in among if each.name == chosen.candidate)

    def blank() -> Estimator:
        return build(data.columns, encoded=known, seed=seed, **chosen.settings)

    tell(f"fitting {chosen.candidate}: {found.why}")
    with threads_for(len(data.y)):
        raw = fitted(blank(), data.X, data.y, data.weights)
    model, method, attempts = calibrate(raw, found.unseen, options.methods)
    newest, counts = slices.newest, options.rows(slices.newest).counts
    later = crossed(columns, X[newest], found.crosses)

    tell("cross-validating")
    # All of them, or a random part in their order.
    rows = np.sort(np.random.default_rng(seed).choice(len(y), min(len(y), CV_ROWS_MAX), replace=False))
    some, table = options.rows(rows), crossed(columns, X[rows], found.crosses)
    with threads_for(len(rows)):
        random = cross_validated(blank(), table, y[rows], folds=5, seed=seed, options=some)
    return Trained(
        columns=tuple(data.columns),
        crosses=found.crosses,
        raw=raw,
        model=model,
        calibrator=method,
        attempts=attempts,
        slices=slices,
        newest=figures(y[newest], chance(model, later), counts),
        newest_raw=figures(y[newest], chance(raw, later), counts),
        random_cv=figures(y[rows], random, some.counts),
        candidate=chosen.candidate,
        settings=chosen.settings,
        candidates=found.judged,
        notes=_notes(found, slices, known),
    )


def _check_enough(y: Array, slices: Slices) -> None:
    """Refuse a history of which some part shows one outcome alone."""
    (oldest, first), *_, (_, last) = forward(slices.learn.stop)
    parts = {
        "oldest": oldest,
        "ones to choose a candidate by": first,
        "last ones to learn from": last,
        "newest": slices.newest,
    }
    for name, part in parts.items():
        converted, leads = int(np.sum(y[part])), part.stop - part.start
        if min(converted, leads - converted) < SIDE_MIN:
            raise TrainingError(
                f"{converted:,} of the {leads:,} {name} leads converted: a model needs at least {SIDE_MIN} that did "
                f"and {SIDE_MIN} that did not in each part of the history"
            )


def slices_of(rows: int, groups: Array | None = None) -> Slices:
    """By time, never at random: leads to come are what a model is for. 85 and 15 per cent."""
    learned = between(rows * 85 // 100, groups)
    return Slices(slice(0, learned), slice(learned, rows))


def calibrate(
    raw: Estimator, unseen: Sequence[ScoredLeads], methods: Sequence[Method] = METHODS
) -> tuple[Estimator, str | None, tuple[CalibratorAttempt, ...]]:
    """The raw model, or the one with the best calibrator of those that may be kept; and what was tried.

    `unseen` are leads by fold, oldest first. A curve is tried on the last fold by those before it, and the one that is
    kept is fitted to all of them. It corrects by how much leads differ and follows no trend of their level: the model
    has the level of all that it learned from, and a trend that is drawn out turns sooner or later.
    """
    *before, last = unseen
    tried = [attempt(method, together(before), together([last])) for method in methods]
    attempts, kept = tuple(each.attempt for each in tried), best(tried)
    curve = curve_of(kept.attempt.method, together(unseen)) if kept else None
    if kept is None or curve is None or not rises(curve):
        return raw, None, attempts
    return Calibrated(raw, curve), kept.attempt.method, attempts


def cross_validated(
    model: Estimator,
    X: Array,
    y: Array,
    *,
    folds: int,
    seed: int,
    options: FitOptions = FitOptions(),  # noqa: B008 - frozen
) -> Array:
    """Each row's P(conversion) by models that have not seen it; the folds are random and keep the share converted."""
    kind = StratifiedKFold if options.groups is None else StratifiedGroupKFold
    split = kind(folds, shuffle=True, random_state=seed)
    params = weighing(model, options.weights)
    probabilities: Array = cross_val_predict(
        model, X, y, groups=options.groups, cv=split, method="predict_proba", params=params
    )[:, 1]
    return probabilities


def _notes(found: Found, slices: Slices, encoded: Collection[str]) -> tuple[str, ...]:
    """What a reader of the figures must know besides."""
    learned = slices.learn.stop
    notes = [
        f"{found.chosen.candidate}: {found.why}",
        f"fitted to the {learned:,} leads before the newest, which judge it",
        "calibrators are tried on and fitted to what models of older leads said of later ones",
    ]
    if found.crosses:
        notes.append(
            f"crossed, since together they say more than each: {', '.join(each.name for each in found.crosses)}"
        )
    if encoded:
        notes.append(f"encoded by how their values converted: {', '.join(sorted(encoded))}")
    if learned > ROWS_MAX:
        notes.append(f"the candidates were judged on the newest {ROWS_MAX:,} of {learned:,} leads to learn from")
    if slices.newest.stop > CV_ROWS_MAX:
        notes.append(f"the random split is of {CV_ROWS_MAX:,} leads drawn from {slices.newest.stop:,}")
    return tuple(notes)

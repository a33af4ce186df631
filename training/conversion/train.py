"""Fit a conversion model on the oldest leads and calibrate it only where later ones show that this helps."""

from collections.abc import Callable, Collection, Sequence

import msgspec
import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, cross_val_predict

from app.scoring.card import CalibratorAttempt, Figures, JudgedCandidate
from training.conversion.calibrators import Calibrated, ScoredLeads, attempt, best
from training.conversion.candidates import (
    Estimator,
    Settings,
    candidates,
    chance,
    fitted,
    scores,
    threads_for,
    weighing,
)
from training.conversion.encoders import encoded
from training.conversion.features import Column
from training.conversion.figures import figures
from training.conversion.options import FitOptions
from training.conversion.search import ROWS_MAX, Data, between, forward, search
from training.errors import TrainingError
from training.statistics import Array

CV_ROWS_MAX = 100_000
"""Five models of a random so many leads say what five of a million would."""

SIDE_MIN = 10
"""Fewer leads that converted, or that did not, teach and show nothing."""


class Slices(msgspec.Struct, frozen=True):
    """Where a history is cut, oldest first: learn, calibrate, choose the calibrator, judge."""

    fit: slice
    calibrate: slice
    choose: slice
    newest: slice


class Trained(msgspec.Struct, frozen=True, kw_only=True):
    """A model with its evidence. `raw` is the pipeline alone, `model` what is served: the same if nothing was kept.

    `candidate` with its `settings` is the one chosen of `candidates`; `notes` are what the figures do not say
    themselves. `newest` are the time split's figures, `random_cv` those of five shuffled folds.
    """

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

    `backend` is joblib's for the search (`backends.py`). Raises `TrainingError` of too few leads, and where the search
    cannot run.
    """
    slices, known = slices_of(len(y), options.groups), encoded(columns, X)
    _check_enough(y, slices)
    among, past = options.among or candidates(len(y)), options.rows(slices.fit)
    fit_part = Data(columns, known, X[slices.fit], y[slices.fit], past.weights, past.counts, past.groups)
    judged, why = search(among, fit_part, seed=seed, where=backend, tell=tell)
    chosen = next(each for each in judged if each.chosen)
    build = next(each.build for each in among if each.name == chosen.candidate)

    tell(f"fitting {chosen.candidate}: {why}")
    with threads_for(len(fit_part.y)):
        raw = build(columns, encoded=known, seed=seed, **chosen.settings)
        fitted(raw, fit_part.X, fit_part.y, fit_part.weights)
    model, method, attempts = calibrate(raw, X, y, slices, options)
    newest, counts = slices.newest, options.rows(slices.newest).counts

    tell("cross-validating")
    # All of them, or a random part in their order.
    rows = np.sort(np.random.default_rng(seed).choice(len(y), min(len(y), CV_ROWS_MAX), replace=False))
    fresh, some = build(columns, encoded=known, seed=seed, **chosen.settings), options.rows(rows)
    return Trained(
        raw=raw,
        model=model,
        calibrator=method,
        attempts=attempts,
        slices=slices,
        newest=figures(y[newest], chance(model, X[newest]), counts),
        newest_raw=figures(y[newest], chance(raw, X[newest]), counts),
        random_cv=figures(
            y[rows], cross_validated(fresh, X[rows], y[rows], folds=5, seed=seed, options=some), some.counts
        ),
        candidate=chosen.candidate,
        settings=chosen.settings,
        candidates=judged,
        notes=_notes(chosen, why, slices, known),
    )


def _check_enough(y: Array, slices: Slices) -> None:
    """Refuse a history of which some part shows one outcome alone."""
    first, *later = forward(slices.fit.stop)
    parts = {
        "oldest": first[0],
        "ones to choose a candidate by": first[1],
        "last ones to learn from": later[-1][1],
        "ones to calibrate with": slices.calibrate,
        "ones to choose a calibrator by": slices.choose,
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
    """By time, never at random: leads to come are what a model is for. 60, 15, 10 and 15 per cent."""
    fit, calibrated, chosen = (between(rows * share // 100, groups) for share in (60, 75, 85))
    return Slices(slice(0, fit), slice(fit, calibrated), slice(calibrated, chosen), slice(chosen, rows))


def calibrate(
    raw: Estimator,
    X: Array,
    y: Array,
    slices: Slices,
    options: FitOptions = FitOptions(),  # noqa: B008 - frozen
) -> tuple[Estimator, str | None, tuple[CalibratorAttempt, ...]]:
    """The raw model, or the one with the best calibrator of those that may be kept; and what was tried."""
    seen, later = (
        ScoredLeads(scores(raw, X[part]), y[part], options.rows(part).counts)
        for part in (slices.calibrate, slices.choose)
    )
    tried = [attempt(method, seen, later) for method in options.methods]
    attempts, kept = tuple(each.attempt for each in tried), best(tried)
    if kept is None:
        return raw, None, attempts
    return Calibrated(raw, kept.curve), kept.attempt.method, attempts


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


def _notes(chosen: JudgedCandidate, why: str, slices: Slices, encoded: Collection[str]) -> tuple[str, ...]:
    """What a reader of the figures must know besides."""
    notes = [f"{chosen.candidate}: {why}"]
    if encoded:
        notes.append(f"encoded by how their values converted: {', '.join(sorted(encoded))}")
    if slices.fit.stop > ROWS_MAX:
        judged = f"the newest {ROWS_MAX:,} of {slices.fit.stop:,} leads to learn from"
        notes.append(f"the candidates were judged on {judged}")
    if slices.newest.stop > CV_ROWS_MAX:
        notes.append(f"the random split is of {CV_ROWS_MAX:,} leads drawn from {slices.newest.stop:,}")
    return tuple(notes)

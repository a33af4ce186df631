"""Curves from a model's log-odds to a probability, and whether one earns its place on leads it has not seen."""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import msgspec
import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from app.scoring.artefact import Beta, Calibrator, Isotonic, Sigmoid
from app.scoring.card import CalibratorAttempt
from training.conversion.candidates import Estimator, scores
from training.conversion.figures import calibration_slope
from training.statistics import TINY, Array, auc, expit, level_shift, losses, saving

AUC_LOSS_MAX = 0.01
"""A calibrator may flatten the ranking by this much and no more."""

CLEAR_ERRORS = 2.0
SIDE_MIN = 10
"""Of fewer leads that converted, or that did not, a slope says nothing."""

STEP = 1e-3
"""Log-odds are rounded to it where a curve may jump, so that no last digit decides on which side of a jump they are."""

Method = Literal["sigmoid", "beta", "isotonic"]
METHODS: tuple[Method, ...] = ("sigmoid", "beta", "isotonic")
"""Plainest first."""


class Calibrated:
    """A fitted model whose log-odds go through a curve; it is used like the model itself."""

    def __init__(self, model: Estimator, calibrator: Calibrator) -> None:
        self.model = model
        self.calibrator = calibrator

    def predict_proba(self, X: Array) -> Array:
        """The two classes' probabilities, a row a lead."""
        converted = curved(self.calibrator, scores(self.model, X))
        return np.column_stack([1.0 - converted, converted])


class TriedCurve(msgspec.Struct, frozen=True):
    """A fitted curve, what it showed, and its loss on each of the later leads."""

    curve: Calibrator
    attempt: CalibratorAttempt
    losses: Array


class ScoredLeads(msgspec.Struct, frozen=True):
    """Log-odds of unseen leads, which of them converted, and how often each counts where not once."""

    scores: Array
    converted: Array
    counts: Array | None = None


def together(parts: Sequence[ScoredLeads]) -> ScoredLeads:
    """All of these leads, each part at its own level: what sets the parts apart is no matter of a curve."""
    scores = np.concatenate([part.scores + _from_its_level(part) for part in parts])
    counts = [part.counts for part in parts if part.counts is not None]
    converted = np.concatenate([part.converted for part in parts])
    return ScoredLeads(scores, converted, np.concatenate(counts) if counts else None)


def attempt(method: Method, seen: ScoredLeads, later: ScoredLeads) -> TriedCurve:
    """A curve fitted to the leads `seen`, judged on `later` ones."""
    curve = curve_of(method, seen)
    before, after = expit(later.scores), curved(curve, later.scores)
    counts = 1.0 if later.counts is None else later.counts
    loss, raw_loss = counts * losses(later.converted, after), counts * losses(later.converted, before)
    found = CalibratorAttempt(
        method=method,
        slope=min([calibration_slope(seen.converted, seen.scores, seen.counts), *_turned(seen), *_turned(later)]),
        log_loss=float(np.mean(loss)),
        raw_log_loss=float(np.mean(raw_loss)),
        noise=saving(loss, raw_loss).noise,
        auc=auc(later.converted, after, later.counts),
        raw_auc=auc(later.converted, before, later.counts),
        why_not="",
    )
    return TriedCurve(curve, msgspec.structs.replace(found, why_not=_why_not(found, curve)), loss)


def curve_of(method: str, seen: ScoredLeads) -> Calibrator:
    """The curve of this kind that suits these leads best."""
    return _FITS[method](seen.scores, seen.converted, seen.counts)


def rises(curve: Calibrator) -> bool:
    """Whether a higher score is a higher chance. A curve of steps always rises, and has no weights that could fall."""
    weights: list[float] = [getattr(curve, name) for name in ("slope", "a", "b") if hasattr(curve, name)] or [1.0]
    return min(weights) >= 0.0 and max(weights) > 0.0


def best(tried: Sequence[TriedCurve]) -> TriedCurve | None:
    """The plainest of those that may be kept which the best of them does not beat by more than chance."""
    kept = [each for each in tried if not each.attempt.why_not]
    lowest = min(kept, key=lambda each: each.attempt.log_loss, default=None)
    if lowest is None:
        return None
    return next(each for each in kept if not saving(lowest.losses, each.losses).is_clear())


def curved(calibrator: Calibrator, scores: Array) -> Array:
    """The probabilities that the curve makes of log-odds."""
    if isinstance(calibrator, Isotonic):
        return np.interp(scores, calibrator.scores, calibrator.probabilities)
    if isinstance(calibrator, Sigmoid):
        return expit(calibrator.slope * scores + calibrator.intercept)
    if isinstance(calibrator, Beta):
        low, high = _ends(scores)
        return expit(calibrator.a * low + calibrator.b * high + calibrator.c)
    return expit(scores)


def _turned(leads: ScoredLeads) -> Iterator[float]:
    """The slope of each half of them in which it is negative by more than chance."""
    for half in np.array_split(np.arange(len(leads.scores)), 2):
        odds, converted = leads.scores[half], leads.converted[half]
        if min(np.sum(converted), np.sum(1 - converted)) >= SIDE_MIN:
            counts = None if leads.counts is None else leads.counts[half]
            slope, share = calibration_slope(converted, odds, counts), np.mean(converted)
            noise = max(float(share * (1.0 - share) * len(odds) * np.var(odds)), TINY) ** -0.5
            if slope < -CLEAR_ERRORS * noise:
                yield slope


def _from_its_level(leads: ScoredLeads) -> float:
    """What brings these to the share of them that converted."""
    share = float(np.average(leads.converted, weights=leads.counts))
    return level_shift(leads.scores, share, leads.counts)


def _sigmoid(scores: Array, converted: Array, counts: Array | None) -> Calibrator:
    slope, intercept = _weights(scores.reshape(-1, 1), converted, counts)
    return Sigmoid(slope=slope, intercept=intercept)


def _beta(scores: Array, converted: Array, counts: Array | None) -> Calibrator:
    """With both ends rising: where one would fall it is held level and the other fitted alone, as its authors do."""
    low, high = _ends(scores)
    a, b, c = _weights(np.column_stack([low, high]), converted, counts)
    if a < 0.0:
        a, (b, c) = 0.0, _weights(high.reshape(-1, 1), converted, counts)
    elif b < 0.0:
        (a, c), b = _weights(low.reshape(-1, 1), converted, counts), 0.0
    return Beta(a=a, b=b, c=c)


def _isotonic(scores: Array, converted: Array, counts: Array | None) -> Calibrator:
    """Its ends stop short of 0 and 1, since one lead that converts where none may costs more than all it could gain.

    Half a lead is added to either side of the plateau, as Jeffreys' prior has it.
    """
    rounded = np.round(scores / STEP) * STEP
    curve = IsotonicRegression(out_of_bounds="clip").fit(rounded, converted, sample_weight=counts)
    said, levels = curve.predict(rounded), np.append(curve.y_thresholds_, 0.5)
    low = min(0.5 / (np.sum(said <= 0.0) + 1.0), float(np.min(levels[levels > 0.0])))
    high = 1.0 - min(0.5 / (np.sum(said >= 1.0) + 1.0), 1.0 - float(np.max(levels[levels < 1.0])))
    probabilities = np.clip(curve.y_thresholds_, low, high)
    return Isotonic(tuple(curve.X_thresholds_.tolist()), tuple(probabilities.tolist()))


_Fit = Callable[[Array, Array, Array | None], Calibrator]
_FITS: dict[str, _Fit] = {"sigmoid": _sigmoid, "beta": _beta, "isotonic": _isotonic}


def _ends(scores: Array) -> tuple[Array, Array]:
    """`log p` and `-log(1 - p)` of log-odds."""
    return -np.logaddexp(0.0, -scores), np.logaddexp(0.0, scores)


def _weights(columns: Array, converted: Array, counts: Array | None) -> tuple[float, ...]:
    model = LogisticRegression(C=np.inf, max_iter=1_000).fit(columns, converted, sample_weight=counts)
    return (*(float(weight) for weight in model.coef_[0]), float(model.intercept_[0]))


def _why_not(attempt: CalibratorAttempt, curve: Calibrator) -> str:
    """Why a calibrator is not kept. An inverted one prices the best leads lowest, however well it fits its slice."""
    if not attempt.slope > 0.0 or not rises(curve):
        return "its slope is not positive: it would turn the ranking upside down"
    if not attempt.auc >= attempt.raw_auc - AUC_LOSS_MAX:
        return f"it costs more than {AUC_LOSS_MAX} of AUC"
    # A smaller gain is luck: a curve of steps that won by .0005 here has lost .004 on the leads after these.
    if not attempt.raw_log_loss - attempt.log_loss > attempt.noise:
        return "it does not lower the log-loss of later leads by more than chance"
    return ""

"""How good a conversion model is on the leads that were bought and have matured."""

from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np

from app.scoring.card import Figures
from app.wire.ping import Value
from training.conversion.figures import calibration_slope, figures
from training.evaluation.grades import Grade, by_mass, by_name
from training.evaluation.ledger import Array
from training.statistics import log_odds, losses

SIDE_MIN = 10
"""With fewer leads that converted, or that did not, no figure of a model means anything."""
SLICE_MIN = 30

Facts = Mapping[str, Value]


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One model on these leads. `intercept` is what its log-odds lack on average; `brier_skill` of a constant's."""

    name: str
    figures: Figures
    brier_skill: float
    intercept: float | None


class Lift(msgspec.Struct, frozen=True, kw_only=True):
    """A tenth of the leads, best predictions first; `gain` is the share of all conversions in it and those before."""

    count: int
    predicted: float
    observed: float
    lift: float
    gain: float


class Conversions(msgspec.Struct, frozen=True, kw_only=True):
    """All of it, the candidate first in `models`; empty where `why_not` says that too few leads have matured."""

    leads: int = 0
    converted: int = 0
    models: tuple[Judged, ...] = ()
    reliability: tuple[Grade, ...] = ()
    lift: tuple[Lift, ...] = ()
    slices: dict[str, tuple[Grade, ...]] = {}
    log_loss_gain: float = 0.0
    log_loss_noise: float = 0.0
    why_not: str = ""


def conversions(
    facts: Sequence[Facts], sellers: Sequence[str], converted: Array, by_model: Mapping[str, Array]
) -> Conversions:
    """Every figure; `by_model` holds each model's P(conversion) of these leads, the candidate's first.

    `log_loss_gain` is how much the candidate saves on the next of them, `log_loss_noise` its standard error.
    """
    hits = int(converted.sum())
    if min(hits, len(converted) - hits) < SIDE_MIN:
        return Conversions(
            leads=len(converted),
            converted=hits,
            why_not=f"{hits:,} of {len(converted):,} matured leads converted: it takes {SIDE_MIN} that did and "
            f"{SIDE_MIN} that did not",
        )
    predicted = next(iter(by_model.values()))
    others = [values for name, values in by_model.items() if values is not predicted]
    saved = losses(converted, others[0]) - losses(converted, predicted) if others else np.zeros(len(converted))
    return Conversions(
        leads=len(converted),
        converted=hits,
        models=tuple(_judged(name, converted, values) for name, values in by_model.items()),
        reliability=by_mass(predicted, predicted, converted, 10),
        lift=_lift(predicted, converted),
        slices={
            "seller": by_name(sellers, predicted, converted, count_min=SLICE_MIN),
            "state": by_name(_said(facts, "state"), predicted, converted, count_min=SLICE_MIN),
            "hour": by_name(_said(facts, "local_hour", _quarter), predicted, converted, count_min=SLICE_MIN),
        },
        log_loss_gain=float(saved.mean()),
        log_loss_noise=float(saved.std() / np.sqrt(len(saved))),
    )


def _judged(name: str, converted: Array, predicted: Array) -> Judged:
    found = figures(converted, predicted)
    share = found.converted
    return Judged(
        name=name,
        figures=found,
        brier_skill=1.0 - found.brier / (share * (1.0 - share)),
        intercept=_intercept(converted, log_odds(predicted)),
    )


def _intercept(converted: Array, odds: Array) -> float:
    """What must be added to all log-odds for as many conversions as there were, by bisection."""
    low, high = -10.0, 10.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if float(np.mean(1.0 / (1.0 + np.exp(-odds - middle)))) < float(converted.mean()):
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _lift(predicted: Array, converted: Array) -> tuple[Lift, ...]:
    hits, so_far, tenths = float(converted.sum()), 0.0, []
    for rows in np.array_split(np.argsort(-predicted, kind="stable"), 10):
        so_far += float(converted[rows].sum())
        observed = float(converted[rows].mean())
        tenths.append(
            Lift(
                count=len(rows),
                predicted=float(predicted[rows].mean()),
                observed=observed,
                lift=observed / float(converted.mean()),
                gain=so_far / hits,
            )
        )
    return tuple(tenths)


def _said(facts: Sequence[Facts], name: str, say: Callable[[Value], str] = str) -> list[str]:
    return [say(each[name]) if name in each else "not told" for each in facts]


def _quarter(hour: Value) -> str:
    """Six hours of the day, as in "06 to 12"."""
    first = int(hour) // 6 * 6 if isinstance(hour, (int, float)) else 0
    return f"{first:02d} to {first + 6:02d} h"


__all__ = ["Conversions", "Judged", "Lift", "calibration_slope", "conversions"]

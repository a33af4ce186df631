"""How good a conversion model is on the leads that were bought and have matured."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from app.scoring.card import Figures
from app.wire.ping import Value
from training.conversion.figures import figures
from training.statistics import Array, ReliabilityBin, bins_by_mass, bins_by_name, level_shift, log_odds, losses, saving

SIDE_MIN = 10
"""With fewer leads that converted, or that did not, no figure of a model means anything."""
SLICE_MIN = 30

Facts = Mapping[str, Value]


class ModelFigures(msgspec.Struct, frozen=True, kw_only=True):
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
    models: tuple[ModelFigures, ...] = ()
    reliability: tuple[ReliabilityBin, ...] = ()
    lift: tuple[Lift, ...] = ()
    slices: dict[str, tuple[ReliabilityBin, ...]] = {}
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
        takes = f"it takes {SIDE_MIN} that did and {SIDE_MIN} that did not"
        why_not = f"{hits:,} of {len(converted):,} matured leads converted: {takes}"
        return Conversions(leads=len(converted), converted=hits, why_not=why_not)
    predicted, *others = by_model.values()
    saved = saving(losses(converted, predicted), losses(converted, others[0] if others else predicted))
    names = {
        "seller": sellers,
        "state": [str(each.get("state", "not told")) for each in facts],
        "hour": [_quarter(each.get("local_hour")) for each in facts],
    }
    slices = {name: bins_by_name(each, predicted, converted, count_min=SLICE_MIN) for name, each in names.items()}
    return Conversions(
        leads=len(converted),
        converted=hits,
        models=tuple(
            model_figures(name, figures(converted, values), level_shift(log_odds(values), float(converted.mean())))
            for name, values in by_model.items()
        ),
        reliability=bins_by_mass(predicted, predicted, converted, 10),
        lift=lift(bins_by_mass(-predicted, predicted, converted, 10)),
        slices=slices,
        log_loss_gain=saved.mean,
        log_loss_noise=saved.noise,
    )


def model_figures(name: str, found: Figures, intercept: float | None = None) -> ModelFigures:
    """One model's figures, beside what a constant would show."""
    constant = found.converted * (1.0 - found.converted)
    return ModelFigures(name=name, figures=found, brier_skill=1.0 - found.brier / constant, intercept=intercept)


def lift(tenths: Sequence[ReliabilityBin]) -> tuple[Lift, ...]:
    """How many times the mean each tenth converts, the best first."""
    hits = np.array([each.count * each.observed for each in tenths])
    mean = hits.sum() / sum(each.count for each in tenths)
    return tuple(
        Lift(
            count=each.count,
            predicted=each.predicted,
            observed=each.observed,
            lift=each.observed / float(mean),
            gain=float(so_far / hits.sum()),
        )
        for each, so_far in zip(tenths, hits.cumsum(), strict=True)
    )


def _quarter(hour: Value | None) -> str:
    """Six hours of the day, as in "06 to 12"."""
    if hour is None:
        return "not told"
    first = int(hour) // 6 * 6 if isinstance(hour, (int, float)) else 0
    return f"{first:02d} to {first + 6:02d} h"

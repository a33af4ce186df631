"""What can be said of a model that learned from a file without bids: what its card shows of the newest leads."""

import numpy as np

from app.scoring.card import Figures, ModelCard
from training.evaluation.conversions import Conversions, Judged, Lift
from training.evaluation.evaluation import Evaluation, Rows
from training.evaluation.grades import Grade, interval
from training.evaluation.verdict import verdict


def evaluate_card(card: ModelCard) -> Evaluation:
    """The report without bids: no policy, no win model. Its gates are those of the training."""
    figures = card.figures
    told = [
        ("model", figures),
        ("before calibration", card.figures_raw),
        ("model, random split", card.figures_random_split),
    ]
    return Evaluation(
        vertical=card.vertical,
        candidate=card.version,
        champion="",
        verdict=verdict(card.gates),
        gates=card.gates,
        rows=Rows(
            source=card.history.source,
            since=0.0,
            until=0.0,
            bids=0,
            decided=0,
            won=0,
            lost=0,
            undecided=0,
            matured=card.history.rows,
            converted=round(card.history.rows * card.history.converted),
            returned=0,
        ),
        conversions=Conversions(
            leads=figures.rows,
            converted=round(figures.rows * figures.converted),
            models=tuple(_judged(name, each) for name, each in told),
            reliability=_reliability(card),
            lift=_lift(card),
            slices=_slices(card),
        ),
        notes=(
            f"Learned from {card.history.source}, {card.history.since} to {card.history.until}.",
            "It holds no bids, so nothing can be said of what would have been won or earned.",
            *card.history.notes,
            *card.notes,
        ),
    )


def _judged(name: str, figures: Figures) -> Judged:
    share = figures.converted
    return Judged(
        name=name,
        figures=figures,
        brier_skill=1.0 - figures.brier / (share * (1.0 - share)),
        intercept=None,
    )


def _sizes(card: ModelCard) -> list[int]:
    return [len(part) for part in np.array_split(np.arange(card.figures.rows), len(card.deciles))]


def _reliability(card: ModelCard) -> tuple[Grade, ...]:
    return tuple(
        _grade(f"tenth {number}", size, tenth.predicted, tenth.observed)
        for number, (tenth, size) in enumerate(zip(card.deciles, _sizes(card), strict=True), 1)
    )


def _lift(card: ModelCard) -> tuple[Lift, ...]:
    so_far, found = 0.0, []
    whole = sum(size * tenth.observed for tenth, size in zip(card.deciles, _sizes(card), strict=True))
    for tenth, size in zip(reversed(card.deciles), reversed(_sizes(card)), strict=True):
        so_far += size * tenth.observed
        found.append(
            Lift(
                count=size,
                predicted=tenth.predicted,
                observed=tenth.observed,
                lift=tenth.observed / card.figures.converted,
                gain=so_far / whole,
            )
        )
    return tuple(found)


def _slices(card: ModelCard) -> dict[str, tuple[Grade, ...]]:
    found: dict[str, tuple[Grade, ...]] = {}
    for each in card.by_value:
        grade = _grade(each.value, each.rows, each.predicted, each.converted)
        found[each.field] = (*found.get(each.field, ()), grade)
    return found


def _grade(name: str, count: int, predicted: float, observed: float) -> Grade:
    low, high = interval(count * observed, count)
    return Grade(name=name, count=count, at=predicted, predicted=predicted, observed=observed, low=low, high=high)

"""What can be said of a model that learned from a file without bids: what its card shows of the newest leads."""

from pathlib import Path

import msgspec
import numpy as np

from app.scoring.artefact import Unusable
from training.conversion.figures import Decile, Figures
from training.conversion.gates import Gate as Trained
from training.conversion.slices import SliceFigures
from training.evaluation.conversions import Conversions, Judged, Lift
from training.evaluation.evaluation import Evaluation, Rows
from training.evaluation.grades import Grade, interval
from training.evaluation.verdict import Gate, verdict


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """What it learned from."""

    source: str
    rows: int
    since: str
    until: str
    converted: float
    notes: tuple[str, ...] = ()


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a card that a report needs; older ones hold less."""

    vertical: str
    version: str
    history: Past
    figures: Figures
    figures_raw: Figures
    figures_random_split: Figures
    deciles: tuple[Decile, ...]
    gates: tuple[Trained, ...]
    by_value: tuple[SliceFigures, ...] = ()
    notes: tuple[str, ...] = ()


def read_card(models: Path, vertical: str, version: str) -> Card:
    """The card of a version; raises Unusable where it cannot be read."""
    path = models / vertical / version / "card.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=Card)
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}") from None
    except msgspec.DecodeError as error:
        raise Unusable(f"{path} is no card of this version of training ({error}): train again") from None


def evaluate_card(card: Card) -> Evaluation:
    """The report without bids: no policy, no win model. Its gates are those of the training."""
    figures = card.figures
    gates = tuple(Gate(name=gate.name, passed=gate.passed, found=gate.found) for gate in card.gates)
    told = [
        ("model", figures),
        ("before calibration", card.figures_raw),
        ("model, random split", card.figures_random_split),
    ]
    return Evaluation(
        vertical=card.vertical,
        candidate=card.version,
        champion="",
        verdict=verdict(gates),
        gates=gates,
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


def _sizes(card: Card) -> list[int]:
    return [len(part) for part in np.array_split(np.arange(card.figures.rows), len(card.deciles))]


def _reliability(card: Card) -> tuple[Grade, ...]:
    return tuple(
        _grade(f"tenth {number}", size, tenth.predicted, tenth.observed)
        for number, (tenth, size) in enumerate(zip(card.deciles, _sizes(card), strict=True), 1)
    )


def _lift(card: Card) -> tuple[Lift, ...]:
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


def _slices(card: Card) -> dict[str, tuple[Grade, ...]]:
    found: dict[str, tuple[Grade, ...]] = {}
    for each in card.by_value:
        grade = _grade(each.value, each.rows, each.predicted, each.converted)
        found[each.field] = (*found.get(each.field, ()), grade)
    return found


def _grade(name: str, count: int, predicted: float, observed: float) -> Grade:
    low, high = interval(count * observed, count)
    return Grade(name=name, count=count, at=predicted, predicted=predicted, observed=observed, low=low, high=high)

"""What can be said of a model that learned from a file without bids: what its card shows of the newest leads."""

from pathlib import Path

import msgspec
import numpy as np

from app.scoring.artefact import Unusable
from training.conversion.figures import Decile, Figures
from training.conversion.gates import Gate as Trained
from training.conversion.slices import SliceFigures
from training.evaluation.conversions import Conversions, lift, model_figures
from training.evaluation.evaluation import Evaluation, LogRows
from training.evaluation.verdict import Gate, verdict
from training.statistics import ReliabilityBin, bin_of


class LearnedFrom(msgspec.Struct, frozen=True, kw_only=True):
    """What it learned from."""

    source: str
    rows: int
    since: str
    until: str
    converted: float
    notes: tuple[str, ...] = ()


class EvaluatedCard(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a card that a report needs; older ones hold less."""

    vertical: str
    version: str
    history: LearnedFrom
    figures: Figures
    figures_raw: Figures
    figures_random_split: Figures
    deciles: tuple[Decile, ...]
    gates: tuple[Trained, ...]
    by_value: tuple[SliceFigures, ...] = ()
    notes: tuple[str, ...] = ()


def read_card(models: Path, vertical: str, version: str) -> EvaluatedCard:
    """The card of a version; raises Unusable where it cannot be read."""
    path = models / vertical / version / "card.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=EvaluatedCard)
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}") from None
    except msgspec.DecodeError as error:
        raise Unusable(f"{path} is no card of this version of training ({error}): train again") from None


def evaluate_card(card: EvaluatedCard) -> Evaluation:
    """The report without bids: no policy, no win model. Its gates are those of the training."""
    figures, past = card.figures, card.history
    gates = tuple(Gate(name=gate.name, passed=gate.passed, found=gate.found) for gate in card.gates)
    sizes = [len(part) for part in np.array_split(np.arange(figures.rows), len(card.deciles))]
    tenths = [
        bin_of(f"tenth {number}", size, tenth.predicted, tenth.observed)
        for number, (tenth, size) in enumerate(zip(card.deciles, sizes, strict=True), 1)
    ]
    slices: dict[str, tuple[ReliabilityBin, ...]] = {}
    for each in card.by_value:
        found = bin_of(each.value, each.rows, each.predicted, each.converted)
        slices[each.field] = (*slices.get(each.field, ()), found)
    return Evaluation(
        vertical=card.vertical,
        candidate=card.version,
        champion="",
        verdict=verdict(gates),
        gates=gates,
        rows=LogRows(source=past.source, matured=past.rows, converted=round(past.rows * past.converted)),
        conversions=Conversions(
            leads=figures.rows,
            converted=round(figures.rows * figures.converted),
            models=(
                model_figures("model", figures),
                model_figures("before calibration", card.figures_raw),
                model_figures("model, random split", card.figures_random_split),
            ),
            reliability=tuple(tenths),
            lift=lift(tenths[::-1]),
            slices=slices,
        ),
        notes=(
            f"Learned from {past.source}, {past.since} to {past.until}.",
            "It holds no bids, so nothing can be said of what would have been won or earned.",
            *past.notes,
            *card.notes,
        ),
    )

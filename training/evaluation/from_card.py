"""What can be said of a model that learned from a file without bids: what its card shows of the newest leads."""

import numpy as np

from app.scoring.card import ModelCard
from training.evaluation.conversions import Conversions, lift, model_figures
from training.evaluation.evaluation import Evaluation, LogRows
from training.evaluation.verdict import verdict
from training.statistics import ReliabilityBin, bin_of


def evaluate_card(card: ModelCard) -> Evaluation:
    """The report without bids: no policy, no win model. Its gates are those of the training."""
    figures, past = card.figures, card.history
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
        verdict=verdict(card.gates),
        gates=card.gates,
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

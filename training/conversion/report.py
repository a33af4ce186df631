"""What a trained model showed, as a few lines a buyer can read before it spends money."""

from pathlib import Path
from typing import Any

import msgspec

from app.scoring.card import ModelCard
from training.conversion.page import figure_rows, sentence, settings_text

_HEAD = "                        AUC  log-loss   saved   Brier     ECE  slope  predicted/observed"


def report(card: ModelCard, outcome: str) -> str:
    """The card in one screen: figures side by side, what the calibrator did, every gate, and what happened to it."""
    slices = ", ".join(f"{name} {rows:,}" for name, rows in card.rows_by_slice.items())
    past = card.history
    lines = [
        f"{card.vertical} {card.version}",
        f"  {past.rows:,} leads, {past.since[:10]} to {past.until[:10]}, {past.converted:.1%} converted; {past.source}",
        *(f"  {note}" for note in past.notes),
        f"  cut by time: {slices}",
        *([] if past.value_mean is None else [f"  the mean conversion brought {past.value_mean:,.2f}"]),
        "",
        *(
            f"  {each.candidate:<10}{settings_text(each.settings):<34}"
            f"log-loss {each.log_loss:.4f}  AUC {each.auc:.3f}{'  chosen' if each.chosen else ''}"
            for each in card.candidates
        ),
        *(f"  {note}" for note in card.notes),
        "",
        _HEAD,
        *(
            f"  {name:<20}{figures.auc:>7.3f}{figures.log_loss:>10.4f}{figures.skill:>8.1%}{figures.brier:>8.4f}"
            f"{figures.ece:>8.4f}{figures.slope:>7.2f}{figures.predicted_over_observed:>20.3f}"
            for name, figures in figure_rows(card)
        ),
        "",
        "  tenths of the newest leads, by prediction",
    ]
    for name in ("predicted", "observed", "true"):
        shares = [getattr(tenth, name) for tenth in card.deciles]
        if None not in shares:
            lines.append(f"  {name:<10}" + "".join(f"{share:>7.3f}" for share in shares))
    lines += ["", *(f"  calibrator {sentence(attempt)}" for attempt in card.attempts), ""]
    return "\n".join([*lines, *(f"  {gate.line}" for gate in card.gates), f"  {outcome}"])


def result(card: ModelCard, models: Path, *, promoted: bool) -> dict[str, Any]:
    """The card as a program reads it. `time_split` are the figures of the newest leads, by a model of the oldest.

    A gate's `figure` is a number where it holds a number against a limit.
    """
    figures = msgspec.to_builtins(card.figures)
    gates = [
        {
            "name": gate.name,
            "passed": gate.passed,
            "figure": gate.found if gate.figure is None else gate.figure,
            "found": gate.explained,
        }
        for gate in card.gates
    ]
    candidates = [
        {"name": each.candidate, **{key: getattr(each, key) for key in ("settings", "log_loss", "auc", "chosen")}}
        for each in card.candidates
    ]
    return {
        "vertical": card.vertical,
        "version": card.version,
        "passed": card.passed,
        "promoted": promoted,
        "artifact": str(models / card.vertical / card.version),
        "figures": figures,
        "cross_validation": msgspec.to_builtins(card.figures_random_split),
        "time_split": figures,
        "gates": gates,
        "candidate": card.candidate,
        "candidates": candidates,
        "calibrator": card.calibrator,
        "rows": card.history.rows,
        "notes": [*card.history.notes, *card.notes],
    }

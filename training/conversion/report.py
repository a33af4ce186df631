"""What a trained model showed, as a few lines a buyer can read before it spends money."""

from pathlib import Path
from typing import Any

import msgspec

from app.scoring.card import ModelCard
from training.conversion.page import FIGURES, TENTHS, figure_rows, sentence, settings_text


def report(card: ModelCard, outcome: str) -> str:
    """The card in one screen, and what happened to it."""
    return "\n".join([f"{card.vertical} {card.version}", *evidence(card), f"  {outcome}"])


def evidence(card: ModelCard) -> list[str]:
    """What it learned from, figures side by side, what the calibrator did, and every gate."""
    slices = ", ".join(f"{name} {rows:,}" for name, rows in card.rows_by_slice.items())
    past = card.history
    lines = [
        f"  {past.rows:,} leads, {past.since[:10]} to {past.until[:10]}, {past.converted:.1%} converted; {past.source}",
        *(f"  {note}" for note in past.notes),
        f"  cut by time: {slices}",
        *([] if past.value_mean is None else [f"  the mean conversion brought {past.value_mean:,.2f}"]),
        "",
        *(
            f"  {each.candidate:<10}{settings_text(each.settings) + ', crossed' * each.crossed:<42}"
            f"log-loss {each.log_loss:.4f}  AUC {each.auc:.3f}{'  chosen' if each.chosen else ''}"
            for each in card.candidates
        ),
        *(f"  {note}" for note in card.notes),
        "",
        _line("", [column.head for column in FIGURES]),
        *(_line(name, [column.cell(each) for column in FIGURES]) for name, each in figure_rows(card)),
        "",
        "  tenths of the newest leads, by prediction",
    ]
    for column in TENTHS:
        cells = [column.cell(tenth) for tenth in card.deciles]
        if all(cells):
            lines.append(f"  {column.head:<10}" + "".join(f"{cell:>7}" for cell in cells))
    lines += ["", *(f"  calibrator {sentence(attempt)}" for attempt in card.attempts), ""]
    return [*lines, *(f"  {gate.line}" for gate in card.gates)]


def result(card: ModelCard, models: Path, *, promoted: bool) -> dict[str, Any]:
    """The card as a program reads it. `time_split` are the figures of the newest leads, by a model of the oldest.

    A gate's `figure` is a number where it holds a number against a limit.
    """
    figures = msgspec.to_builtins(card.figures)
    gates = [(each, each.found if each.figure is None else each.figure) for each in card.gates]
    tried = [(each, ("settings", "crossed", "log_loss", "auc", "chosen")) for each in card.candidates]
    return {
        "vertical": card.vertical,
        "version": card.version,
        "passed": card.passed,
        "promoted": promoted,
        "artifact": str(models / card.vertical / card.version),
        "figures": figures,
        "cross_validation": msgspec.to_builtins(card.figures_random_split),
        "time_split": figures,
        "gates": [{"name": g.name, "passed": g.passed, "figure": held, "found": g.explained} for g, held in gates],
        "candidate": card.candidate,
        "candidates": [{"name": each.candidate, **{key: getattr(each, key) for key in keys}} for each, keys in tried],
        "settings": card.settings,
        "crosses": [list(pair) for pair in card.crosses],
        "calibrator": card.calibrator,
        "rows": card.history.rows,
        "notes": [*card.history.notes, *card.notes],
    }


def _line(name: str, cells: list[str]) -> str:
    widths = (len(column.head) + 2 for column in FIGURES)
    return f"  {name:<20}" + "".join(f"{cell:>{max(width, 9)}}" for cell, width in zip(cells, widths, strict=True))

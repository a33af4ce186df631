"""What a trained model showed, as a few lines a buyer can read before it spends money."""

from pathlib import Path
from typing import Any

import msgspec

from training.conversion.card import Card
from training.conversion.figures import Figures
from training.conversion.page import figure_rows, sentence, verdict

_HEAD = "                        AUC  log-loss   saved   Brier     ECE  slope  predicted/observed"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """One gate, for a program: `figure` is a number where the gate holds a number against a limit."""

    name: str
    passed: bool
    figure: float | str
    found: str


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What `train --json` ends with. `time_split` are the figures of the newest leads, by a model of the oldest."""

    vertical: str
    version: str
    passed: bool
    artifact: str
    cross_validation: dict[str, float]
    time_split: dict[str, float]
    gates: tuple[Verdict, ...]
    candidate: str
    candidates: tuple[dict[str, Any], ...]
    calibrator: str
    rows: int
    notes: tuple[str, ...]


def report(card: Card) -> str:
    """The card in one screen: figures side by side, what the calibrator did, every gate."""
    slices = ", ".join(f"{name} {rows:,}" for name, rows in card.rows_by_slice.items())
    past = card.history
    window = f"{past.since[:10]} to {past.until[:10]}"
    lines = [
        f"{card.vertical} {card.version}",
        f"  {past.rows:,} leads, {window}, {past.converted:.1%} converted; {past.source}",
        *(f"  {note}" for note in past.notes),
        f"  cut by time: {slices}",
        *([] if past.value_mean is None else [f"  the mean conversion brought {past.value_mean:,.2f}"]),
        "",
        *_candidates(card),
        "",
        _HEAD,
        *(
            f"  {name:<20}{figures.auc:>7.3f}{figures.log_loss:>10.4f}{figures.skill:>8.1%}{figures.brier:>8.4f}"
            f"{figures.ece:>8.4f}{figures.slope:>7.2f}{figures.predicted_over_observed:>20.3f}"
            for name, figures in figure_rows(card)
        ),
        "",
        "  tenths of the newest leads, by prediction",
        "  predicted " + "".join(f"{tenth.predicted:>7.3f}" for tenth in card.deciles),
        "  observed  " + "".join(f"{tenth.observed:>7.3f}" for tenth in card.deciles),
    ]
    true = [tenth.true for tenth in card.deciles if tenth.true is not None]
    if true:
        lines.append("  true      " + "".join(f"{share:>7.3f}" for share in true))
    lines += ["", *(f"  calibrator {sentence(attempt)}" for attempt in card.attempts), ""]
    lines += [f"  {'pass' if gate.passed else 'FAIL'}  {gate.name}: {verdict(gate)}" for gate in card.gates]
    lines.append(f"  {'live' if card.passed else 'NOT LIVE: kept for study, nothing points at it'}")
    return "\n".join(lines)


def result(card: Card, models: Path) -> Result:
    """The card as a program reads it."""
    return Result(
        vertical=card.vertical,
        version=card.version,
        passed=card.passed,
        artifact=str(models / card.vertical / card.version),
        cross_validation=_figures(card.figures_random_split),
        time_split=_figures(card.figures),
        gates=tuple(
            Verdict(
                name=gate.name,
                passed=gate.passed,
                figure=gate.found if gate.figure is None else gate.figure,
                found=verdict(gate),
            )
            for gate in card.gates
        ),
        candidate=card.candidate,
        candidates=tuple(
            {
                "name": each.candidate,
                "settings": each.settings,
                "log_loss": each.log_loss,
                "auc": each.auc,
                "chosen": each.chosen,
            }
            for each in card.candidates
        ),
        calibrator=card.calibrator,
        rows=card.history.rows,
        notes=(*card.history.notes, *card.notes),
    )


def _candidates(card: Card) -> list[str]:
    lines = [
        f"  {each.candidate:<10}{', '.join(f'{name} {value:g}' for name, value in each.settings.items()):<34}"
        f"log-loss {each.log_loss:.4f}  AUC {each.auc:.3f}{'  chosen' if each.chosen else ''}"
        for each in card.candidates
    ]
    return [*lines, *(f"  {note}" for note in card.notes)]


def _figures(figures: Figures) -> dict[str, float]:
    return {
        "auc": figures.auc,
        "log_loss": figures.log_loss,
        "brier": figures.brier,
        "ece": figures.ece,
        "rows": figures.rows,
        "converted": figures.converted,
        "slope": figures.slope,
        "predicted_over_observed": figures.predicted_over_observed,
    }

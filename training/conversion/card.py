"""A model's card, for people and for the service: what it was made of, what it showed, what it must not be used for."""

from platform import python_version

import joblib
import msgspec
import numpy as np
import sklearn

from app.scoring.artefact import SCHEMA
from app.scoring.load import ParityRow
from training.conversion.features import LeftOut
from training.conversion.figures import Decile, Figures
from training.conversion.gates import Gate
from training.conversion.leaks import FieldCheck
from training.conversion.train import Attempt


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """The history a model learnt from; `sha256` stands for all of it."""

    source: str
    rows: int
    since: str
    until: str
    converted: float
    sha256: str


class Reads(msgspec.Struct, frozen=True, kw_only=True):
    """One fact that the model reads. `values` are those it has seen, of a category."""

    name: str
    kind: str
    values: tuple[str, ...] = ()


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """Figures are of the newest leads, which nothing was fitted to; `figures_of_truth` are the hidden truth's."""

    schema: int = SCHEMA
    vertical: str
    version: str
    passed: bool
    history: Past
    reads: tuple[Reads, ...]
    left_out: tuple[LeftOut, ...]
    rows_by_slice: dict[str, int]
    figures: Figures
    figures_raw: Figures
    figures_random_split: Figures
    figures_of_truth: Figures | None
    deciles: tuple[Decile, ...]
    calibrator: str
    attempts: tuple[Attempt, ...]
    fields: tuple[FieldCheck, ...]
    gates: tuple[Gate, ...]
    trees: dict[str, float]
    libraries: dict[str, str]
    parity: tuple[ParityRow, ...]
    sha256: dict[str, str] = {}


def libraries() -> dict[str, str]:
    """What the pipeline was fitted with, and needs to be unpickled by."""
    return {
        "python": python_version(),
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
        "joblib": joblib.__version__,
    }


def markdown(card: Card) -> str:
    """The card as a page."""
    past = card.history
    sections = [
        f"# {card.vertical} {card.version}: P(conversion) of an exclusive lead\n",
        (
            f"Learnt from {past.rows:,} leads ({past.source}) between {past.since} and {past.until}, of which "
            f"{past.converted:.1%} converted. Data hash `{past.sha256}`.\n"
        ),
        (
            "Made to price pings of this vertical. It must not decide about people in any other way, and it knows "
            "nothing of sellers, hours or places that were not in its history.\n"
        ),
        "## Gates\n\n| gate | | found |\n|---|---|---|\n"
        + "".join(f"| {gate.name} | {'pass' if gate.passed else 'FAIL'} | {gate.found} |\n" for gate in card.gates),
        "## Figures on the newest leads\n\n" + _figures(card),
        "## Predicted, observed and true by tenths\n\n| tenth | predicted | observed | true |\n|---|---|---|---|\n"
        + "".join(
            f"| {position} | {tenth.predicted:.3f} | {tenth.observed:.3f} | "
            f"{'' if tenth.true is None else f'{tenth.true:.3f}'} |\n"
            for position, tenth in enumerate(card.deciles, 1)
        ),
        f"## Calibrator: {card.calibrator}\n\n" + "".join(f"- {sentence(attempt)}\n" for attempt in card.attempts),
        "## Fields\n\n| fact | kind | AUC alone | AUC lost without it | values |\n|---|---|---|---|---|\n"
        + "".join(
            f"| {fact.name} | {fact.kind} | {check.alone:.3f} | {check.removal:.3f} | {', '.join(fact.values)} |\n"
            for fact, check in zip(card.reads, card.fields, strict=True)
        )
        + "".join(f"\nNot read: `{field.name}` ({field.reason}).\n" for field in card.left_out),
        "## Made with\n\n"
        + "".join(f"- {name} {version}\n" for name, version in card.libraries.items())
        + "- "
        + ", ".join(f"{name} {value:g}" for name, value in card.trees.items())
        + "\n",
        "## Files\n\n" + "".join(f"- `{name}` sha256 `{digest}`\n" for name, digest in card.sha256.items()),
    ]
    return "\n".join(sections)


def sentence(attempt: Attempt) -> str:
    """What a calibrator did to leads it had not seen, and whether it stays."""
    verdict = f"not kept: {attempt.why_not}" if attempt.why_not else "may be kept"
    return (
        f"{attempt.method}: log-loss {attempt.raw_log_loss:.4f} to {attempt.log_loss:.4f} (noise {attempt.noise:.4f}), "
        f"AUC {attempt.raw_auc:.3f} to {attempt.auc:.3f}, slope {attempt.slope:.2f}; {verdict}"
    )


def figure_rows(card: Card) -> list[tuple[str, Figures]]:
    """The card's figures side by side, each with its name."""
    rows = [("model", card.figures), ("before calibration", card.figures_raw)]
    if card.figures_of_truth is not None:
        rows.append(("the hidden truth", card.figures_of_truth))
    return [*rows, ("model, random split", card.figures_random_split)]


def _figures(card: Card) -> str:
    head = "| | rows | converted | AUC | log-loss | saved | Brier | ECE | slope | predicted/observed |\n"
    lines = [
        f"| {name} | {figures.rows:,} | {figures.converted:.4f} | {figures.auc:.4f} | {figures.log_loss:.4f} | "
        f"{figures.skill:.1%} | {figures.brier:.4f} | {figures.ece:.4f} | {figures.slope:.2f} | "
        f"{figures.predicted_over_observed:.3f} |\n"
        for name, figures in figure_rows(card)
    ]
    return head + "|---|---|---|---|---|---|---|---|---|---|\n" + "".join(lines)

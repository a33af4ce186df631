"""A model's card as a page for people."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from app.scoring.card import CalibratorAttempt, Figures, ModelCard


class TableColumn(NamedTuple):
    """What a table shows of a value: one of its fields, under a heading, in a format; nothing where that is `None`."""

    name: str
    head: str
    form: str = ""

    def cell(self, value: object) -> str:
        """What is shown of this value."""
        found = getattr(value, self.name)
        return "" if found is None else format(found, self.form)


FIGURES = (
    TableColumn("auc", "AUC", ".4f"),
    TableColumn("log_loss", "log-loss", ".4f"),
    TableColumn("skill", "saved", ".1%"),
    TableColumn("brier", "Brier", ".4f"),
    TableColumn("ece", "ECE", ".4f"),
    TableColumn("slope", "slope", ".2f"),
    TableColumn("predicted_over_observed", "predicted/observed", ".3f"),
)
TENTHS = tuple(TableColumn(name, name, ".3f") for name in ("predicted", "observed", "true"))

_COUNTED = (TableColumn("rows", "rows", ","), TableColumn("converted", "converted", ".4f"))
_BY_VALUE = (
    TableColumn("field", "field"),
    TableColumn("value", "value"),
    TableColumn("rows", "rows", ","),
    *(TableColumn(name, name, ".3f") for name in ("converted", "predicted")),
    TableColumn("predicted_over_observed", "predicted/observed", ".3f"),
    TableColumn("auc", "AUC", ".3f"),
)
_JUDGED = (TableColumn("log_loss", "log-loss", ".4f"), TableColumn("auc", "AUC", ".4f"))
_CHECKS = (TableColumn("alone", "AUC alone", ".3f"), TableColumn("removal", "AUC lost without it", ".3f"))


def markdown(card: ModelCard) -> str:
    """The card as a page."""
    return "\n".join(_sections(card))


def sentence(attempt: CalibratorAttempt) -> str:
    """What a calibrator did to leads it had not seen, and whether it stays."""
    verdict = f"not kept: {attempt.why_not}" if attempt.why_not else "may be kept"
    return (
        f"{attempt.method}: log-loss {attempt.raw_log_loss:.4f} to {attempt.log_loss:.4f} (noise {attempt.noise:.4f}), "
        f"AUC {attempt.raw_auc:.3f} to {attempt.auc:.3f}, slope {attempt.slope:.2f}; {verdict}"
    )


def settings_text(settings: dict[str, float]) -> str:
    """A candidate's settings in a line."""
    return ", ".join(f"{name} {value:g}" for name, value in settings.items())


def figure_rows(card: ModelCard) -> list[tuple[str, Figures]]:
    """The card's figures side by side, each with its name."""
    rows = [("model", card.figures), ("before calibration", card.figures_raw)]
    if card.figures_of_truth is not None:
        rows.append(("the hidden truth", card.figures_of_truth))
    return [*rows, ("model, random split", card.figures_random_split)]


def _sections(card: ModelCard) -> Iterator[str]:
    yield f"# {card.vertical} {card.version}: P(conversion) of an exclusive lead\n"
    yield f"{card.intended_use}\n"
    yield "## Learned from\n\n" + _bullets(_history(card))
    gates = [(gate.name, gate.result, gate.explained) for gate in card.gates]
    yield "## Gates\n\n" + _table(("gate", "", "found"), gates)
    yield "## Figures on the newest leads\n\n" + _columns("", (*_COUNTED, *FIGURES), figure_rows(card))
    tenths = [(f"{number}", tenth) for number, tenth in enumerate(card.deciles, 1)]
    yield "## Predicted, observed and true by tenths\n\n" + _columns("tenth", TENTHS, tenths)
    if card.by_value:
        rows = [tuple(column.cell(each) for column in _BY_VALUE) for each in card.by_value]
        yield "## By value, on the newest leads\n\n" + _table([column.head for column in _BY_VALUE], rows)
    yield f"## Candidates\n\n{card.candidate}, {settings_text(card.settings)}\n\n" + _candidates(card)
    yield f"## Calibrator: {card.calibrator}\n\n" + _bullets(map(sentence, card.attempts))
    yield "## Fields\n\n" + _fields(card)
    yield "## Made with\n\n" + _bullets(f"{name} {version}" for name, version in card.libraries.items())
    yield f"Seed {card.seed}. Hash of the specification `{card.spec_sha256}`, of the data `{card.history.sha256}`.\n"
    yield files_section(card)


def files_section(card: ModelCard) -> str:
    """The files that the card vouches for."""
    return "## Files\n\n" + _bullets(f"`{name}` sha256 `{digest}`" for name, digest in card.sha256.items())


def _history(card: ModelCard) -> Iterator[str]:
    past, spec = card.history, card.spec
    yield f"{past.rows:,} leads ({past.source}), from {past.since} to {past.until}, {past.converted:.1%} converted"
    yield f"a conversion is `{spec['label']}` = {spec['positive']!r}; order `{spec['order']}`"
    days = spec["maturity_days"]
    yield f"a lead matures in {days:g} days" if days else "every lead is taken as matured"
    yield from past.notes
    if past.value_mean is not None:
        yield f"the mean conversion brought {past.value_mean:,.2f} (`{spec['value']}`)"


def _candidates(card: ModelCard) -> str:
    head = ("candidate", "settings", *(column.head for column in _JUDGED), "")
    rows = []
    for each in card.candidates:
        cells = (column.cell(each) for column in _JUDGED)
        rows.append((each.candidate, settings_text(each.settings), *cells, "chosen" * each.chosen))
    return (_table(head, rows) if rows else "") + "".join(f"\n{note}.\n" for note in card.notes)


def _fields(card: ModelCard) -> str:
    rows = [
        (fact.name, fact.kind, *(column.cell(check) for column in _CHECKS), ", ".join(fact.values))
        for fact, check in zip(card.reads, card.fields, strict=True)
    ]
    left_out = "".join(f"\nNot read: `{field.name}` ({field.reason}).\n" for field in card.left_out)
    return _table(("fact", "kind", *(column.head for column in _CHECKS), "values"), rows) + left_out


def _columns(head: str, columns: Sequence[TableColumn], named: Sequence[tuple[str, Any]]) -> str:
    """Values with their names, a line each."""
    rows = [(name, *(column.cell(value) for column in columns)) for name, value in named]
    return _table((head, *(column.head for column in columns)), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Cells may hold what a file held; what would break a table is written as HTML has it."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(map(_cell, line)) + " |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "&#124;").replace("\n", " ")


def _bullets(lines: Iterable[str]) -> str:
    return "".join(f"- {line}\n" for line in lines)

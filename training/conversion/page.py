"""A model's card as a page for people."""

from typing import Any, NamedTuple

from app.pages.document import document
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


def markdown(card: ModelCard) -> str:
    """The card as a page."""
    page = document(
        "training/conversion/card.md",
        card=card,
        positive=repr(card.spec["positive"]),
        counted=(*_COUNTED, *FIGURES),
        figure_rows=figure_rows(card),
        tenths=TENTHS,
        deciles=tuple(enumerate(card.deciles, 1)),
        fields=tuple(zip(card.reads, card.fields, strict=True)),
        value_text=_value_text(card.spec.get("value", "")),
        sentence=sentence,
        settings_text=settings_text,
    )
    # It is read as it stands too, and a quotation mark begins nothing in Markdown.
    return page.replace("&#39;", "'").replace("&#34;", '"') + "\n"


def _value_text(value: Any) -> str:
    """What a conversion brings, as the specification says it: a column, or a share of a field."""
    return value if isinstance(value, str) else f"{value['rate']} of {value['field']}"


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

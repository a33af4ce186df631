"""A model's card as a page for people."""

from collections.abc import Iterator, Sequence

from app.scoring.card import CalibratorAttempt, Figures, ModelCard


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
    yield "## Learned from\n\n" + _past(card)
    yield "## Gates\n\n" + _table(
        ("gate", "", "found"),
        [(gate.name, gate.result, gate.explained) for gate in card.gates],
    )
    yield "## Figures on the newest leads\n\n" + _figures(card)
    yield "## Predicted, observed and true by tenths\n\n" + _tenths(card)
    if card.by_value:
        yield "## By value, on the newest leads\n\n" + _by_value(card)
    yield f"## Candidates\n\n{card.candidate}, {settings_text(card.settings)}\n\n" + _candidates(card)
    yield f"## Calibrator: {card.calibrator}\n\n" + "".join(f"- {sentence(attempt)}\n" for attempt in card.attempts)
    yield "## Fields\n\n" + _fields(card)
    yield "## Made with\n\n" + "".join(f"- {name} {version}\n" for name, version in card.libraries.items())
    yield f"Seed {card.seed}. Hash of the specification `{card.spec_sha256}`, of the data `{card.history.sha256}`.\n"
    yield "## Files\n\n" + "".join(f"- `{name}` sha256 `{digest}`\n" for name, digest in card.sha256.items())


def _past(card: ModelCard) -> str:
    past, spec = card.history, card.spec
    said = [
        f"{past.rows:,} leads ({past.source}), from {past.since} to {past.until}, {past.converted:.1%} converted",
        f"a conversion is `{spec['label']}` = {spec['positive']!r}; order `{spec['order']}`",
        f"a lead matures in {days:g} days" if (days := spec["maturity_days"]) else "every lead is taken as matured",
        *past.notes,
    ]
    if past.value_mean is not None:
        said.append(f"the mean conversion brought {past.value_mean:,.2f} (`{spec['value']}`)")
    return "".join(f"- {each}\n" for each in said)


def _figures(card: ModelCard) -> str:
    head = ("", "rows", "converted", "AUC", "log-loss", "saved", "Brier", "ECE", "slope", "predicted/observed")
    return _table(
        head,
        [
            (
                name,
                f"{each.rows:,}",
                *(f"{number:.4f}" for number in (each.converted, each.auc, each.log_loss)),
                f"{each.skill:.1%}",
                *(f"{number:.4f}" for number in (each.brier, each.ece)),
                f"{each.slope:.2f}",
                f"{each.predicted_over_observed:.3f}",
            )
            for name, each in figure_rows(card)
        ],
    )


def _tenths(card: ModelCard) -> str:
    return _table(
        ("tenth", "predicted", "observed", "true"),
        [
            (f"{number}", *(_three(share) for share in (tenth.predicted, tenth.observed, tenth.true)))
            for number, tenth in enumerate(card.deciles, 1)
        ],
    )


def _by_value(card: ModelCard) -> str:
    return _table(
        ("field", "value", "rows", "converted", "predicted", "predicted/observed", "AUC"),
        [
            (
                each.field,
                each.value,
                f"{each.rows:,}",
                *(_three(n) for n in (each.converted, each.predicted, each.predicted_over_observed, each.auc)),
            )
            for each in card.by_value
        ],
    )


def _candidates(card: ModelCard) -> str:
    rows = [
        (
            each.candidate,
            settings_text(each.settings),
            f"{each.log_loss:.4f}",
            f"{each.auc:.4f}",
            "chosen" if each.chosen else "",
        )
        for each in card.candidates
    ]
    notes = "".join(f"\n{note}.\n" for note in card.notes)
    return (_table(("candidate", "settings", "log-loss", "AUC", ""), rows) if rows else "") + notes


def _fields(card: ModelCard) -> str:
    rows = [
        (fact.name, fact.kind, f"{check.alone:.3f}", f"{check.removal:.3f}", ", ".join(fact.values))
        for fact, check in zip(card.reads, card.fields, strict=True)
    ]
    left_out = "".join(f"\nNot read: `{field.name}` ({field.reason}).\n" for field in card.left_out)
    return _table(("fact", "kind", "AUC alone", "AUC lost without it", "values"), rows) + left_out


def _three(number: float | None) -> str:
    return "" if number is None else f"{number:.3f}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Cells may hold what a file held; what would break a table is written as HTML has it."""
    lines = [head, ("---",) * len(head), *rows]
    return "".join("| " + " | ".join(map(_cell, line)) + " |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "&#124;").replace("\n", " ")

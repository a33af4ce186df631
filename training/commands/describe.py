"""Drafts the specification of a history as TOML to be edited, and names fields that leak the outcome."""

import argparse
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from app.bounds import SEED_MAX, whole
from app.packaged import DEMO_CONFIG, config_here
from app.scoring.card import FieldCheck
from training.conversion.features import columns_among, stacked
from training.conversion.leaks import TWINS_ALONE_MIN, against, check_fields, hinted, suspected
from training.frame import Tell, teller
from training.histories.dataset import leads_at
from training.histories.declared import declared
from training.histories.draft import SpecDraft, draft, written
from training.histories.history import History
from training.histories.joining import OWN
from training.histories.mapped import chosen_vertical, lacking, mapped
from training.histories.spec import SpecField
from training.histories.specified import history_in
from training.histories.tables import LeadTable, open_table

SIDE_MIN = 30
"""Of fewer conversions, or of fewer leads without, no small model can be made to look for leaks."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`python -m training describe --data FILE --label COL [--out SPEC]`, or `--data DIR` of a service."""
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        help="CSV (any delimiter, gz), Parquet, what `dataset` wrote, or a service's data directory",
    )
    parser.add_argument("--label", default="", help="the column with the outcome; not needed for a service's own leads")
    parser.add_argument("--vertical", default="", help="the vertical; required if a dataset has several")
    parser.add_argument(
        "--config",
        type=Path,
        default=config_here(),
        help="your configuration: columns get the names of its fields, and what it lacks is drafted (default: "
        "buyer.toml, where there is one)",
    )
    parser.add_argument("--out", type=Path, help="the file for the draft (default: print it)")
    parser.add_argument(
        "--seed", type=whole(0, SEED_MAX), default=1, help="the seed of the models that look for leaks (default: 1)"
    )


def run(args: argparse.Namespace) -> int:
    """0 with a draft, 2 if none can be made."""
    tell = teller()
    with (
        leads_at(args.data, args.config or DEMO_CONFIG, tell) as path,
        open_table(path, called=str(args.data)) as table,
    ):
        text, lacks = _described(table, args, tell)
    if args.out is not None:
        args.out.write_text(text, encoding="utf-8")
        print(lacks, end="")
        tell(f"{args.out}: edit it, then `python -m training train --data {args.data} --spec {args.out}`")
    else:
        print(text, end="")
    return 0


def _described(table: LeadTable, args: argparse.Namespace, tell: Tell) -> tuple[str, str]:
    """The specification, and what the configuration lacks, if there is one."""
    tell(f"{table.rows:,} rows, {len(table.names)} columns")
    drafted = draft(table, label=args.label, vertical=args.vertical)
    fitted = None
    # The leads that a service has bought have the names that it declares.
    if args.config is not None and not {*OWN} <= {*table.names}:
        known = declared(args.config)
        name = chosen_vertical(known, drafted.spec.vertical, args.vertical)
        fitted = mapped(replace(drafted, spec=replace(drafted.spec, vertical=name)), known, table)
        drafted = fitted.draft
    # Whatever is to be mended in the file is for the reader of the draft; leaks can be looked for without it.
    lenient = replace(drafted.spec, missing_label="leave_out", values_seen_once="unknown")
    history = history_in(table, lenient, table.source, tell)
    checks = _checked(history, drafted, args.seed, tell)
    share = float(np.mean(history.converted))
    header = [
        f"Drafted from {args.data.name}: {len(history):,} rows have an outcome, {share:.2%} converted.",
        "Review it: only you know which fields a ping has, and no model uses a field that is not known at ping time.",
    ]
    header += history.notes
    if any(suspected(check) for check in checks):
        header.append(
            "If every ping has a suspected field, set known_at_ping = true and trusted = true, with the reason."
        )
    if drafted.spec.converted_at and history.maturity_days:
        spec = replace(drafted.spec, maturity_days=history.maturity_days)
        drafted = replace(drafted, spec=spec)
    judged = _with_suspects(drafted, checks, tell)
    lacks = lacking(replace(fitted, draft=judged)) if fitted is not None else ""
    commented = "".join(f"# {line.removeprefix('# ')}\n" for line in lacks.splitlines())
    return written(judged, header) + (f"\n{commented}" if lacks else ""), lacks


def _checked(history: History, drafted: SpecDraft, seed: int, tell: Tell) -> tuple[FieldCheck, ...]:
    converted = int(np.sum(history.converted))
    if min(converted, len(history) - converted) < SIDE_MIN:
        tell(f"{converted:,} of {len(history):,} rows converted: too few of one kind to look for leaks")
        return ()
    columns, _ = columns_among(drafted.spec.fields)
    X = stacked(columns, history.columns, len(history))
    return check_fields(columns, X, history.converted, seed=seed, tell=lambda name: tell(f"looking for leaks: {name}"))


def _with_suspects(drafted: SpecDraft, checks: tuple[FieldCheck, ...], tell: Tell) -> SpecDraft:
    """The draft with every suspect taken from the models, and named where it stands."""
    suspects = {check.name: f"suspected leak: {against(check)}" for check in checks if suspected(check)}
    for name, why in suspects.items():
        tell(f"{name}: {why}")
    asked = {
        check.name: "its name sounds as if it were written later: does every ping have it?"
        for check in checks
        if check.name not in suspects and check.alone > TWINS_ALONE_MIN and hinted(check.name)
    }

    def judged(field: SpecField) -> SpecField:
        if field.name in suspects:
            return replace(field, known_at_ping=False, reason=suspects[field.name])
        reasons = (field.reason, asked.get(field.name, ""))
        return replace(field, reason="; ".join(filter(None, reasons)))

    fields = tuple(map(judged, drafted.spec.fields))
    return replace(drafted, spec=replace(drafted.spec, fields=fields))

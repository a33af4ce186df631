"""Imports outcomes from a file, after showing what would change."""

import argparse
import csv
import sys
import time
from collections.abc import Mapping
from io import TextIOWrapper
from pathlib import Path

import msgspec

from app.cli.by_user import by_user
from app.cli.database import add_database, run_with_store
from app.cli.progress import progress
from app.cli.user_files import run_with_files
from app.dialects.feedback import OUTCOME_COLUMNS
from app.domain.operators.audit import OperatorAct
from app.private_files import write_new
from app.spreadsheet import UnusableFile
from app.store.store import Store
from app.usecases.import_outcomes import ImportPlan, apply, plan
from app.usecases.outcome_file import OutcomeSheet, Wanted, read_rows, read_sheet

_SHOWN = 20
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid outcomes import FILE [--dry-run] [--map COLUMN=FIELD ...] [--event WORD=EVENT ...] [--json] ...`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="import")
    importing = actions.add_parser("import", help="import outcomes from a CSV file, plain or gzipped")
    importing.add_argument(
        "file", type=Path, help="the CSV file; a line names the columns, and titles above it are left out"
    )
    importing.add_argument("--dry-run", action="store_true", help="print what would change, and write nothing")
    fields = ", ".join(OUTCOME_COLUMNS)
    importing.add_argument(
        "--map",
        type=_pair,
        action="append",
        default=[],
        metavar="COLUMN=FIELD",
        help=f"read a column as one of {fields}",
    )
    importing.add_argument(
        "--event",
        type=_pair,
        action="append",
        default=[],
        metavar="WORD=EVENT",
        help="read a word of the CRM as an event, as in 'Closed Won=sold', or pass it over, as in 'New=ignore'",
    )
    importing.add_argument(
        "--source", default="", help="the source of rows that name none; with event_id it identifies repeats"
    )
    importing.add_argument(
        "--refused", type=Path, metavar="FILE", help="write refused rows to this file, each with its remedy"
    )
    importing.add_argument("--json", action="store_true", help="print the result as one JSON object")
    add_database(importing)


def run(args: argparse.Namespace) -> int:
    """0 where every row is taken, or was known; 1 where one is refused, whatever became of the others."""
    return run_with_files(lambda: run_with_store(args, _import), UnusableFile, place=args.file)


def _pair(text: str) -> tuple[str, str]:
    left, equals, right = text.rpartition("=")
    if not (left and equals and right):
        raise argparse.ArgumentTypeError(f"{text!r}: write theirs=ours")
    return left.strip(), right.strip()


async def _import(store: Store, args: argparse.Namespace) -> int:
    wanted = Wanted(columns=dict(args.map), words=dict(args.event), source=args.source)
    sheet = read_sheet(args.file, wanted)
    rows = read_rows(sheet, wanted)
    planned = await plan(store, rows, time.time(), lambda done: progress(f"{done:,} rows read"))
    progress("")
    if not args.json:
        _show(args.file, sheet, planned)
    if args.refused is not None and planned.refused:
        _write_refused(args.refused, sheet, planned)
    recorded = 0
    if planned.new and not args.dry_run:
        done = await apply(store, planned, time.time, lambda done: progress(f"{done:,} outcomes recorded"))
        recorded = done["recorded"]
        progress("")
        act = OperatorAct(by=by_user(), action="import outcomes", target=args.file.name, detail=f"{recorded} recorded")
        await store.note(act, time.time())
    if args.json:
        print(msgspec.json.encode(_result(sheet, planned, recorded, dry_run=args.dry_run)).decode())
    elif args.dry_run:
        print("Dry run: nothing was written.")
    elif planned.new:
        print(f"{recorded:,} outcomes recorded.")
    return 1 if planned.refused else 0


def _result(sheet: OutcomeSheet, planned: ImportPlan, recorded: int, *, dry_run: bool) -> dict[str, object]:
    """All that the text says, by stable keys; every refused row with its line and remedy."""
    return {
        "dry_run": dry_run,
        "columns": sheet.columns,
        "notes": sheet.file.notes,
        "not_read": sheet.unread,
        "new": len(planned.new),
        "events": planned.events,
        "known": planned.repeats,
        "ignored": planned.ignored,
        "left_out": planned.left_out,
        "refused": [{"line": row.line, "remedy": row.remedy} for row in planned.refused],
        "advances": [
            {"from": old, "to": new, "leads": count} for (old, new), count in sorted(planned.advances.items())
        ],
        "revalued": planned.revalued,
        "invalid": planned.invalid,
        "opted_out": planned.opted_out,
        "recorded": recorded,
    }


def _show(file: Path, sheet: OutcomeSheet, planned: ImportPlan) -> None:
    rows = len(planned.new) + planned.repeats + planned.ignored + planned.left_out + len(planned.refused)
    parted_by = _DELIMITERS.get(sheet.file.delimiter, repr(sheet.file.delimiter))
    print(f"{file}: {rows:,} rows, {parted_by} between columns")
    print("  " + ", ".join(f"{name} <- {head}" for name, head in sheet.columns.items()))
    for note in sheet.file.notes:
        print(f"  {note}")
    if sheet.unread:
        print(f"  not read: {', '.join(sheet.unread)}")
    print(f"{len(planned.new):,} new{_list(planned.events)}")
    print(f"{planned.repeats:,} already known")
    for count, why in ((planned.ignored, "ignored, as --event says"), (planned.left_out, "left out: no leads")):
        if count:
            print(f"{count:,} {why}")
    print(f"{len(planned.refused):,} refused")
    for row in planned.refused[:_SHOWN]:
        print(f"  line {row.line}: {row.remedy}", file=sys.stderr)
    if len(planned.refused) > _SHOWN:
        print(f"  and {len(planned.refused) - _SHOWN:,} more: --refused FILE writes all of them", file=sys.stderr)
    for (old, new), count in sorted(planned.advances.items()):
        print(f"  {count:,} leads advance: {old or 'no outcome'} -> {new}")
    for count, what in (
        (planned.revalued, "sales get a new value"),
        (planned.invalid, "leads are invalid"),
        (planned.opted_out, "people have opted out and will not be bought again"),
    ):
        if count:
            print(f"  {count:,} {what}")


def _list(counts: Mapping[str, int]) -> str:
    return ": " + ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items())) if counts else ""


def _write_refused(path: Path, sheet: OutcomeSheet, planned: ImportPlan) -> None:
    """As they came, so that they can be mended and imported; the remedy stands before them."""
    # It holds what the CRM knows of leads.
    with TextIOWrapper(write_new(path), encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=sheet.file.delimiter)
        writer.writerow(["line", "remedy", *sheet.file.names])
        writer.writerows([row.line, row.remedy, *row.cells] for row in planned.refused)

"""Lists, verifies and exports the log of operators' acts."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from app.bounds import whole
from app.cli.by_user import by_user
from app.cli.database import add_database, run_with_store
from app.cli.in_force import buyers_zone
from app.cli.table import table
from app.domain.calendar import local_text
from app.domain.operators.audit import AuditHead, AuditLine, AuditVerdict, OperatorAct, verify
from app.journal.audit_heads import kept_heads
from app.private_files import write_new
from app.store.store import Store

_HEADS = ("line", "at", "by", "act", "on", "what", "why")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid audit list|verify|export`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|verify|export")
    listing = actions.add_parser("list", help="list the latest acts, newest first")
    listing.add_argument("--limit", type=whole(1, 1_000_000), default=50, help="how many (default: 50)")
    listing.add_argument("--json", action="store_true", help="print JSON, one object per act")
    verifying = actions.add_parser("verify", help="find lines that were altered, removed, reordered or cut off")
    verifying.add_argument(
        "--head", type=_head, action="append", default=[], metavar="N:HASH", help="a head that you kept elsewhere"
    )
    verifying.add_argument("--file", type=Path, default=None, help="verify an exported file in place of the database")
    verifying.add_argument("--json", action="store_true", help="print one JSON object")
    exporting = actions.add_parser("export", help="write the whole log to a file, one JSON object per line")
    exporting.add_argument("--out", type=Path, required=True, metavar="FILE", help="the file to write")
    for each in (listing, verifying, exporting):
        add_database(each)


def run(args: argparse.Namespace) -> int:
    """0 where the log is whole, or was listed or written."""
    try:
        if args.action == "verify" and args.file is not None:
            return _told(_verdict(_lines_of(args.file), args), as_json=args.json)
        return run_with_store(args, {"list": _list, "verify": _verify, "export": _export}[args.action])
    except BrokenPipeError:
        raise  # the reader of our output has closed it
    except OSError as error:
        print(f"{error.filename} cannot be used ({error.strerror})", file=sys.stderr)
    except msgspec.DecodeError as error:
        print(f"{args.file} is no exported audit log: {error}", file=sys.stderr)
    return 1


def _head(text: str) -> AuditHead:
    try:
        return AuditHead.read(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


async def listed(store: Store, args: argparse.Namespace) -> Sequence[AuditLine]:
    """The latest acts, newest first."""
    return await store.audit_lines(args.limit)


async def _list(store: Store, args: argparse.Namespace) -> int:
    lines = await listed(store, args)
    if args.json:
        print(msgspec.json.encode(lines).decode())
        return 0
    zone = await buyers_zone(store)
    print(table(_HEADS, [_row(line, zone) for line in lines]))
    return 0


def _row(line: AuditLine, zone: str) -> tuple[str, ...]:
    said = (line.told_by, line.action, line.target, line.detail, line.why)
    return (str(line.number), local_text(line.at, zone), *(text or "-" for text in said))


async def _verify(store: Store, args: argparse.Namespace) -> int:
    return _told(_verdict(await store.audit_log(), args), as_json=args.json)


def _verdict(lines: Iterator[AuditLine], args: argparse.Namespace) -> AuditVerdict:
    # The service writes while this reads, so the heads are read first: what they name is in the log by then.
    return verify(lines, [*kept_heads(args.data / "journal"), *args.head])


def _told(verdict: AuditVerdict, *, as_json: bool) -> int:
    if as_json:
        print(msgspec.json.encode(verdict).decode())
        return 1 if verdict.faults else 0
    for fault in verdict.faults:
        print(fault, file=sys.stderr)
    count = f"{verdict.lines:,} {'line' if verdict.lines == 1 else 'lines'}"
    print(f"{count}, {'NOT intact' if verdict.faults else 'intact'}. The last is {verdict.head}")
    if not verdict.anchors:
        print("No head was kept outside the database, so lines cut off at the end would go unseen: keep this one.")
    return 1 if verdict.faults else 0


async def _export(store: Store, args: argparse.Namespace) -> int:
    await store.note(OperatorAct(by=by_user(), action="export audit", target=args.out.name), time.time())
    count = 0
    with write_new(args.out) as file:
        for line in await store.audit_log():
            file.write(msgspec.json.encode(line) + b"\n")
            count += 1
    print(f"{count:,} lines in {args.out}; `leadbid audit verify --file {args.out}` verifies them")
    return 0


def _lines_of(file: Path) -> Iterator[AuditLine]:
    with file.open("rb") as lines:
        for line in lines:
            yield msgspec.json.decode(line, type=AuditLine)

"""Says who may not be bought, one by one or by a list, and takes it back."""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from app.cli.by_user import by_user
from app.cli.database import add_database, run_with_store
from app.cli.progress import progress
from app.cli.table import table
from app.cli.user_files import run_with_files
from app.domain.calendar import utc_text
from app.settings import Settings, SettingsError, read_keys
from app.spreadsheet import UnusableFile
from app.store.store import Store
from app.store.suppression.lists import SuppressionList
from app.usecases.people.who import READERS, REMEDIES, NobodyNamed
from app.usecases.suppression.list_file import ListColumns, ListRows, read_columns, read_people
from app.usecases.suppression.suppress import Suppression, allow, held_by, put_list

_PLURALS = {"phone": "phones", "email": "emails", "hash": "hashes"}
_WHY = "the reason, kept with it and in the audit log"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid suppress add|remove|check|import|lists|drop ...`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="add|remove|check|import|lists|drop")
    for name, purpose in (
        ("add", "never buy a person again; effective within a second, also in a running service"),
        ("remove", "let a person be bought again, whatever list they are on"),
        ("check", "tell whether a person may be bought, and why not"),
    ):
        action = actions.add_parser(name, help=purpose, description=purpose)
        action.add_argument("--phone", help=REMEDIES["phone"])
        action.add_argument("--email", help=REMEDIES["email"])
        action.add_argument("--hash", help=REMEDIES["hash"])
        if name != "check":
            action.add_argument("--why", default="", required=name == "remove", help=_WHY)
        _add_place(action)
    importing = actions.add_parser("import", help="never buy anybody in a CSV file of phones, emails or hashes")
    importing.add_argument("file", type=Path, help="the CSV file, plain or gzipped, with names of columns or without")
    importing.add_argument("--list", default="", metavar="NAME", help="the list's name (default: the file's)")
    importing.add_argument(
        "--replace", action="store_true", help="let those who are no more in the file be bought again"
    )
    importing.add_argument(
        "--column", action="append", default=[], metavar="NAME", help="a column that names people, or its number from 1"
    )
    importing.add_argument("--dry-run", action="store_true", help="print what would change, and write nothing")
    importing.add_argument("--why", default="", help=_WHY)
    _add_place(importing)
    _add_place(actions.add_parser("lists", help="show every list"))
    drop = actions.add_parser("drop", help="let everybody on a list be bought again, unless another holds them")
    drop.add_argument("list", help="the list's name")
    drop.add_argument("--why", required=True, help=_WHY)
    _add_place(drop)


def run(args: argparse.Namespace) -> int:
    """0 where it is done, or `check` finds that the person may be bought; 1 where not; 2 where it is asked wrongly."""
    return run_with_files(
        lambda: run_with_store(args, _ACTIONS[args.action]), UnusableFile, SettingsError, NobodyNamed, status=2
    )


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
    parser.add_argument(
        "--keys", type=Path, default=None, metavar="DIR", help="the service's keys (default: keys in --data)"
    )
    add_database(parser)


async def _add(store: Store, args: argparse.Namespace) -> int:
    added = 0
    for digests in _named(args):
        added += bool(await store.suppress(digests, args.why or "by command", by_user(), time.time()))
    _say(args, {"added": added}, "nobody with it is bought any more" if added else "it was suppressed already")
    return 0


async def _remove(store: Store, args: argparse.Namespace) -> int:
    removed = 0
    for digests in _named(args):
        removed += await allow(store, digests, args.why, by_user(), time.time())
    _say(args, {"removed": removed}, "may be bought again" if removed else "was not suppressed: nothing changed")
    return 0 if removed else 1


async def _check(store: Store, args: argparse.Namespace) -> int:
    held = [each for digests in _named(args) for each in await held_by(store, digests)]
    text = "\n".join(map(_held_text, held)) or "not suppressed: may be bought"
    _say(args, {"suppressed": bool(held), "by": held}, text)
    return 1 if held else 0


async def _import(store: Store, args: argparse.Namespace) -> int:
    began = time.monotonic()
    delimiter, columns = read_columns(args.file, args.column)
    key = _index_key(args)
    rows = read_people(args.file, delimiter, columns, key, lambda done: progress(f"{done:,} rows read"))
    progress("")
    name = args.list or args.file.name.partition(".")[0]
    if not rows.people:
        raise UnusableFile(f"{args.file} names nobody")
    total = len(rows.digests)
    if not args.dry_run:
        reason = args.why or f"imported from {args.file.name}"
        wanted = SuppressionList(name=name, reason=reason, digests=total, told_by=by_user(), changed_at=time.time())
        total = (await put_list(store, wanted, rows.digests, replace=args.replace)).digests
    _say_imported(args, name, columns, rows, total, time.monotonic() - began)
    return 0


async def _lists(store: Store, args: argparse.Namespace) -> int:
    lists = await store.suppression_lists()
    rows = [(each.name, f"{each.digests:,}", utc_text(each.changed_at), each.told_by, each.reason) for each in lists]
    heads = ("list", "digests", "changed", "by", "why")
    _say(args, {"lists": lists}, table(heads, rows) if rows else "there is no list")
    return 0


async def _drop(store: Store, args: argparse.Namespace) -> int:
    dropped = await store.drop_list(args.list, by_user(), args.why, time.time())
    known = ", ".join(each.name for each in await store.suppression_lists()) or "there is none"
    _say(args, {"dropped": dropped}, "dropped" if dropped else f"there is no list {args.list!r}: {known}")
    return 0 if dropped else 1


def _held_text(held: Suppression) -> str:
    by_list = f" by the list {held.list}" if held.list else ""
    return f"suppressed since {utc_text(held.since)}{by_list}: {held.reason}"


_ACTIONS = {"add": _add, "remove": _remove, "check": _check, "import": _import, "lists": _lists, "drop": _drop}


def _named(args: argparse.Namespace) -> list[tuple[str, ...]]:
    """The digests of each whom the arguments name."""
    given = [(kind, text) for kind in READERS if (text := getattr(args, kind)) is not None]
    if not given:
        raise NobodyNamed("name somebody: --phone, --email or --hash")
    key = _index_key(args)
    return [READERS[kind](text, key).person.all for kind, text in given]


def _index_key(args: argparse.Namespace) -> bytes:
    return read_keys(Settings(config=Path("buyer.toml"), data=args.data, keys_dir=args.keys)).index


def _say(args: argparse.Namespace, result: object, text: str) -> None:
    print(msgspec.json.encode(result).decode() if args.json else text)


def _say_imported(
    args: argparse.Namespace, name: str, columns: ListColumns, rows: ListRows, total: int, seconds: float
) -> None:
    result = {
        "list": name,
        "dry_run": args.dry_run,
        "people": rows.people,
        "not_read": rows.nobody,
        "digests": total,
        "seconds": round(seconds, 1),
    }
    people = ", ".join(f"{count:,} {_PLURALS[kind]}" for kind, count in rows.people.items())
    where = f" in {', '.join(columns.names[place] for place in columns.places)}" if columns.names else ""
    lines = [f"{args.file}: {people}{where}"]
    if rows.nobody:
        more = ", ..." if rows.nobody > len(rows.nobody_lines) else ""
        lines.append(f"{rows.nobody:,} rows name nobody and were left out: line {_listed(rows.nobody_lines)}{more}")
    if args.dry_run:
        lines.append("Dry run: nothing was written.")
    else:
        lines.append(f"Nobody on the list {name} is bought any more: {total:,} digests. ({seconds:.1f} s)")
    _say(args, result, "\n".join(lines))


def _listed(lines: Sequence[int]) -> str:
    return ", ".join(map(str, lines))

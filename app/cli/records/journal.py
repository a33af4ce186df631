"""Compacts past hours of the journal into Parquet, ships them to an object store, and prints statistics."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from app.archive.object_store import ArchiveError, ObjectStore
from app.archive.ship import ship
from app.bounds import whole
from app.cli.places import add_data
from app.cli.progress import progress
from app.cli.records.stats_page import by_hour_page, document, page
from app.cli.span import add_local_span
from app.cli.user_files import run_with_files
from app.domain.calendar import moment
from app.journal.compact import NotTheSame, compact
from app.journal.configurations import newest_zone
from app.parquet import ParquetError
from app.reports.by_hour import SpanTooLong, TradeByHour, trade_by_hour
from app.reports.disk import Disk, disk
from app.reports.hours import LUMP, count_span, keep_tallies
from app.reports.trading import Trading, trading
from app.settings import SettingsError, sole_use

_HOUR_S = 3_600.0
_DAY_S = 86_400.0
_KEPT = "the hour being written, and the one before, which may hold live bids, stay as they are"


class NoJournal(Exception):
    """There is none; the text says what to name."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid journal compact|ship|stats`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="compact|ship|stats")
    compacting = actions.add_parser("compact", help="turn past hours into Parquet files, a tenth as large")
    compacting.add_argument(
        "--keep-hours",
        type=whole(2, 1_000_000, _KEPT),
        default=2,
        metavar="N",
        help="leave the latest N hours as they are (default: 2)",
    )
    shipping = actions.add_parser("ship", help="copy compacted hours to an object store, each once")
    shipping.add_argument(
        "--to",
        required=True,
        metavar="URL",
        help="a place for this journal alone: s3://BUCKET/FOLDER, gs://..., az://... or ./FOLDER",
    )
    shipping.add_argument("--prune", action="store_true", help="remove there what retention has removed here")
    counting = actions.add_parser("stats", help="print pings, bids, sales, spend and disk usage")
    add_local_span(counting, "decided")
    counting.add_argument(
        "--by-hour", action="store_true", help="only pings, bids and sales by hour and seller, with why not"
    )
    counting.add_argument(
        "--seller", default="", metavar="NAME", help="with --by-hour: of this seller, also empty hours"
    )
    counting.add_argument("--json", action="store_true", help="print one JSON object, with money in cents")
    for each in (compacting, shipping, counting):
        add_data(each)


def run(args: argparse.Namespace) -> int:
    """0 where it was done; 1 with a sentence where it cannot be."""
    journal: Path = args.data / "journal"
    if not journal.is_dir():
        print(_no_journal(journal), file=sys.stderr)
        return 1
    return run_with_files(
        lambda: {"compact": _compact, "ship": _ship, "stats": _stats}[args.action](journal, args),
        ArchiveError,
        ParquetError,
        SettingsError,
        NotTheSame,
        SpanTooLong,
        place=journal,
    )


def _no_journal(journal: Path) -> str:
    return f"there is no journal at {journal}: pass the service's data directory with --data"


def _compact(journal: Path, args: argparse.Namespace) -> int:
    before = time.time() - (args.keep_hours - 1) * _HOUR_S
    compacted = broken = 0
    with sole_use(journal):
        for each in compact(journal, before, lambda name, done: progress(f"{name}  {done:,} lines")):
            progress("")
            before_mb, after_mb = each.bytes_before / 1e6, each.bytes_after / 1e6
            print(f"{each.name}  {each.lines:,} lines, {before_mb:,.1f} MB -> {after_mb:,.1f} MB")
            compacted, broken = compacted + each.lines, broken + each.broken
        keep_tallies(journal)
    print(f"{compacted:,} lines compacted" if compacted else "nothing to compact: all past hours are compacted")
    if broken:
        print(f"{broken:,} of them cannot be parsed; their bytes are kept in the column `broken`")
    return 0


def _ship(journal: Path, args: argparse.Namespace) -> int:
    to = ObjectStore(args.to)
    count = size = 0
    with sole_use(journal):
        for each in ship(journal, to, os.urandom, prune=args.prune):
            print(f"{each.name}  {each.did}" + (f", {each.size / 1e6:,.1f} MB" if each.size else ""))
            count, size = count + 1, size + each.size
    print(f"{count:,} files, {size / 1e6:,.1f} MB" if count else "nothing to ship: every compacted hour is there")
    return 0


def stats(args: argparse.Namespace) -> object:
    """The statistics as programs read them, or those by hour."""
    if not (args.data / "journal").is_dir():
        raise NoJournal(_no_journal(args.data / "journal"))
    if args.by_hour:
        return _by_hour(args)
    return document(*_counted(args, lambda: None))


def _stats(_: Path, args: argparse.Namespace) -> int:
    if args.by_hour:
        found = _by_hour(args)
        print(msgspec.json.encode(found).decode() if args.json else by_hour_page(found))
        return 0
    lines = count(LUMP, LUMP)
    trade, size = _counted(args, lambda: progress(f"{next(lines):,} lines"))
    progress("")
    print(
        msgspec.json.format(msgspec.json.encode(document(trade, size)), indent=2).decode()
        if args.json
        else page(trade, size)
    )
    return 0


def _counted(args: argparse.Namespace, rest: Callable[[], None]) -> tuple[Trading, Disk]:
    journal: Path = args.data / "journal"
    zone = newest_zone(journal)
    since, until = _span(args, zone)
    return trading(count_span(journal, since, until, rest), zone), disk(journal, since, until)


def _by_hour(args: argparse.Namespace) -> TradeByHour:
    """Without a span, of the last day."""
    journal: Path = args.data / "journal"
    zone, now = newest_zone(journal), time.time()
    since, until = _span(args, zone)
    return trade_by_hour(journal, since or min(until, now) - _DAY_S, min(until, now), zone, args.seller)


def _span(args: argparse.Namespace, zone: str) -> tuple[float, float]:
    now = time.time()
    since = moment(args.since, now, ZoneInfo(zone)) if args.since else 0.0
    return since, moment(args.until, now, ZoneInfo(zone)) if args.until else float("inf")

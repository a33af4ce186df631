"""Compacts past hours of the journal into Parquet, and prints its statistics."""

import argparse
import sys
import time
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from app.bounds import whole
from app.cli.places import add_data
from app.cli.progress import progress
from app.cli.records.stats_page import document, page
from app.cli.span import add_local_span
from app.cli.user_files import run_with_files
from app.domain.calendar import moment
from app.journal.compact import NotTheSame, compact
from app.journal.configurations import newest_zone
from app.parquet import ParquetError
from app.reports.disk import disk
from app.reports.hours import LUMP, count_span, keep_tallies
from app.reports.trading import trading
from app.settings import SettingsError, sole_use

_HOUR_S = 3_600.0
_KEPT = "the hour being written, and the one before, which may hold live bids, stay as they are"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid journal compact|stats`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="compact|stats")
    compacting = actions.add_parser("compact", help="turn past hours into Parquet files, a tenth as large")
    compacting.add_argument(
        "--keep-hours",
        type=whole(2, 1_000_000, _KEPT),
        default=2,
        metavar="N",
        help="leave the latest N hours as they are (default: 2)",
    )
    counting = actions.add_parser("stats", help="print pings, bids, sales, spend and disk usage")
    add_local_span(counting, "decided")
    counting.add_argument("--json", action="store_true", help="print one JSON object, with money in cents")
    for each in (compacting, counting):
        add_data(each)


def run(args: argparse.Namespace) -> int:
    """0 where it was done; 1 with a sentence where it cannot be."""
    journal: Path = args.data / "journal"
    if not journal.is_dir():
        print(f"there is no journal at {journal}: pass the service's data directory with --data", file=sys.stderr)
        return 1
    return run_with_files(
        lambda: {"compact": _compact, "stats": _stats}[args.action](journal, args),
        ParquetError,
        SettingsError,
        NotTheSame,
        place=journal,
    )


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


def _stats(journal: Path, args: argparse.Namespace) -> int:
    zone, now = newest_zone(journal), time.time()
    since = moment(args.since, now, ZoneInfo(zone)) if args.since else 0.0
    until = moment(args.until, now, ZoneInfo(zone)) if args.until else float("inf")
    lines = count(LUMP, LUMP)
    trade = trading(count_span(journal, since, until, lambda: progress(f"{next(lines):,} lines")), zone)
    size = disk(journal, since, until)
    progress("")
    print(document(trade, size) if args.json else page(trade, size))
    return 0

"""Explains the bid or refusal of one ping_id."""

import argparse
import sys
from pathlib import Path

from app.journal.reader import find
from app.parquet import ParquetError
from app.reports.explain import explain


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid explain PING_ID [--data DIR]`."""
    parser.add_argument("ping_id", help="the ping_id or bid_id of any answer, whether a bid or a refusal")
    parser.add_argument("--data", type=Path, default=Path("data"), help="the service's data directory (default: data)")


def run(args: argparse.Namespace) -> int:
    """0 where the journal knows the ping."""
    try:
        lines = find(args.data / "journal", args.ping_id)
    except ParquetError as error:
        print(error, file=sys.stderr)
        return 1
    if not lines:
        print(
            f"{args.data / 'journal'} has no ping with this id. Is --data the directory of the service? "
            "Lines reach the journal within a second; files that you have removed cannot be searched.",
            file=sys.stderr,
        )
        return 1
    print(explain(lines))
    return 0

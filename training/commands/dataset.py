"""Joins the journal with the exported sales and outcomes into rows that models learn from, and says what they are."""

import argparse
import sys
from pathlib import Path

import msgspec

from app.parquet import ParquetError
from training.histories.declared import NotDeclared, declared
from training.histories.scratch import NoData
from training.histories.sources import add_sources, gathered
from training.histories.summary import page


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`python -m training dataset --data DIR ... --out DIR [--maturity-days N] [--since WHEN] [--now WHEN]`."""
    add_sources(parser)
    parser.add_argument("--out", type=Path, required=True, help="where bids.parquet and leads.parquet go")
    parser.add_argument("--json", action="store_true", help="print what is in it as one JSON object")


def run(args: argparse.Namespace) -> int:
    """0 if both files are there, 2 if there is nothing to join."""
    try:
        summary = gathered(args, declared(args.config), args.out)
    except (NoData, NotDeclared, ParquetError) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename} cannot be used ({error.strerror})", file=sys.stderr)
        return 2
    print(msgspec.json.encode(summary).decode() if args.json else page(summary, args.out))
    return 0

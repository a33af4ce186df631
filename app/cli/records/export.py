"""Writes sales and outcomes to Parquet, for training and reports, without personal data."""

import argparse
import time
from pathlib import Path

from app.cli.database import add_database, run_with_store
from app.cli.progress import progress
from app.cli.span import add_span
from app.cli.user_files import run_with_files
from app.parquet import ParquetError
from app.private_files import make_directory
from app.reports.export import export_outcomes, export_sales
from app.store.store import Store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid export [--out DIR] [--since WHEN] [--until WHEN] [--data DIR | --database URL]`."""
    parser.add_argument(
        "--out", type=Path, default=None, metavar="DIR", help="where the files go (default: export in --data)"
    )
    add_span(parser, "sold, or an outcome received,")
    add_database(parser)


def run(args: argparse.Namespace) -> int:
    """0 where both files are there and whole."""
    return run_with_files(lambda: run_with_store(args, _export), ParquetError, place=_folder(args))


async def _export(store: Store, args: argparse.Namespace) -> int:
    since, until = args.since or 0.0, args.until if args.until is not None else float("inf")
    as_of = min(time.time(), until)
    folder = _folder(args)
    make_directory(folder)
    sold = folder / "sales.parquet"
    rows = await store.sold(since, until)
    count = export_sales(sold, rows, as_of, lambda done: progress(f"{done:,} sales"))
    progress("")
    print(f"{count:,} sales in {sold}")
    heard = folder / "outcomes.parquet"
    count = export_outcomes(
        heard, await store.outcomes(since, until), as_of, lambda done: progress(f"{done:,} outcomes")
    )
    progress("")
    print(f"{count:,} outcomes in {heard}")
    return 0


def _folder(args: argparse.Namespace) -> Path:
    out: Path | None = args.out
    return out if out is not None else args.data / "export"

"""Joins the journal with exported sales and outcomes into training data, and prints what it holds."""

import argparse
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from app.domain.calendar import utc_text
from training.frame import add, add_sources, show, teller
from training.histories.dataset import BIDS, DAY_S, LEADS, DatasetSummary, gather, sources_of
from training.histories.declared import DeclaredVerticals, declared
from training.histories.delays import curve_lines
from training.histories.journaled import DatasetRules


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`python -m training dataset --data DIR ... --out DIR [--maturity-days N] [--since WHEN] [--now WHEN]`."""
    add_sources(parser)
    parser.add_argument("--out", type=Path, required=True, help="the folder for bids.parquet and leads.parquet")
    add(parser, "json")


def run(args: argparse.Namespace) -> int:
    """0 if both files are there, 2 if there is nothing to join."""
    summary = gathered(args, declared(args.config), args.out)
    show(args, summary, lambda: "\n".join(_lines(summary, args.out)))
    return 0


def _lines(summary: DatasetSummary, out: Path) -> Iterator[str]:
    days = summary.maturity_s / DAY_S
    yield f"pings from {utc_text(summary.since)} to {utc_text(summary.until)}"
    yield f"outcomes known until {utc_text(summary.as_of)}; a lead matures within {days:g} days"
    yield ""
    declined = summary.pings - summary.with_bid
    yield f"{summary.pings:,} pings: {summary.with_bid:,} with a bid, {declined:,} declined{_list(summary.declined)}"
    yield f"not included: {summary.repeats:,} repeats and {summary.tests:,} tests"
    yield f"bids that were posted{_list(summary.posts) or ': none'}"
    yield ""
    yield "                             bids     won    lost  open   bought  matured  immature  converted  returned"
    for trade in summary.verticals:
        yield (
            f"  {trade.vertical:<22} {trade.bids:>8,} {trade.won:>7,} {trade.lost:>7,} {trade.undecided:>5,} "
            f"{trade.leads:>8,} {trade.matured:>8,} {trade.leads - trade.matured:>9,} {trade.converted:>10,} "
            f"{trade.returned:>9,}"
        )
    for vertical, curves in summary.delays.items():
        yield from (f"{vertical}: {line}" for line in curve_lines(curves, days))
    yield ""
    for what, counts in (("left out", summary.left_out), ("noted", summary.noted)):
        for name, count in counts.items():
            yield f"{what}: {count:,} {name}"
    yield f"{out / BIDS}: a row per bid.  {out / LEADS}: a row per bought lead."


def _list(counts: Mapping[str, int]) -> str:
    return ": " + ", ".join(f"{name} {count:,}" for name, count in counts.items()) if counts else ""


def gathered(args: argparse.Namespace, known: DeclaredVerticals, out: Path) -> DatasetSummary:
    """The dataset that these arguments ask for, now in `out`. Raises NoData, ParquetError, OSError."""
    rules = DatasetRules(
        since=args.since,
        until=args.until,
        now=args.now if args.now is not None else time.time(),
        maturity_s=None if args.maturity_days is None else args.maturity_days * DAY_S,
        conversion=args.conversion,
    )
    return gather(sources_of(args.data, args.journal, args.sales, args.outcomes), rules, known, out, teller())

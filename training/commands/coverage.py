"""Measures how often the intervals of `evaluate` hold the truth, in simulated logs."""

import argparse
from collections.abc import Sequence
from typing import get_args

from app.bounds import LEADS_MAX, whole
from training.frame import add, show, teller
from training.lab.coverage import NOMINAL, Covered, coverage
from training.lab.truth import Rivals

ROWS, ROWS_MIN = 6_000, 1_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`python -m training coverage [--seeds N] [--rows N] [--rivals R] [--json]`."""
    parser.add_argument("--seeds", type=whole(1, 1_000), default=30, help="how many logs to simulate (default: 30)")
    parser.add_argument(
        "--rows", type=whole(ROWS_MIN, LEADS_MAX), default=ROWS, help=f"how many bids each log has (default: {ROWS})"
    )
    parser.add_argument(
        "--rivals", choices=get_args(Rivals), default="house", help="how the rivals bid (default: house)"
    )
    add(parser, "json")


def run(args: argparse.Namespace) -> int:
    """0 where every log was evaluated."""
    found, asked = coverage(range(1, args.seeds + 1), args.rows, args.rivals, teller())
    policies = sorted({each.policy for each in asked})
    told = {"nominal": NOMINAL, "seeds": args.seeds, "rows": args.rows, "policies": policies, "coverage": found}
    show(args, told, lambda: _text(args, found))
    return 0


def _text(args: argparse.Namespace, found: Sequence[Covered]) -> str:
    head = f"  {'estimator':<10}{'figure':<9}{'asked':>6}{'covered':>9}{'bias':>10}{'error':>10}{'half width':>12}"
    return "\n".join(
        [f"{args.seeds} logs of {args.rows:,} bids; nominal {NOMINAL:.0%}; wins a bid, money in dollars a bid", head]
        + [_line(each) for each in found]
    )


def _line(each: Covered) -> str:
    unit = 1.0 if each.figure == "wins" else 100.0
    figures = f"{each.bias / unit:>10.4f}{each.error / unit:>10.4f}{each.width / unit:>12.4f}"
    return f"  {each.method:<10}{each.figure:<9}{each.asked:>6}{each.covered:>9.2f}{figures}"

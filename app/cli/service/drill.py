"""Breaks a service of its own in a temporary directory: the promise, the figures and the verdict of each drill."""

import argparse
import logging
import sys
from collections.abc import Sequence
from itertools import zip_longest
from os import getloadavg
from textwrap import wrap

import msgspec

from app.bounds import SEED_MAX, whole
from app.cli.table import table
from app.drill.drill import NEVER, Drill
from app.drill.run import DrillReport, DrillResult, all_drills, reported, run_drill

_HEADS = ("drill", "promise", "never", "figures", "verdict")
_WIDTHS = (28, 48, 9, 34, 13)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid drill [DRILL ...] [--sample] [--seed N] [--runs N] [--list] [--json]`."""
    parser.add_argument("names", nargs="*", metavar="DRILL", help="which drills (default: all; --list names them)")
    parser.add_argument("--sample", action="store_true", help="only those that take a few seconds, and less of each")
    parser.add_argument(
        "--seed", type=whole(0, SEED_MAX), default=1, help="decides all that is left to chance (default: 1)"
    )
    parser.add_argument(
        "--runs", type=whole(1, 1_000), default=1, metavar="N", help="do each so often, with N seeds (default: 1)"
    )
    parser.add_argument("--list", action="store_true", help="only say what each promises")
    parser.add_argument("--json", action="store_true", help="end with one JSON object instead of a table")


def run(args: argparse.Namespace) -> int:
    """0 if every promise that can be tried here was kept, 1 if one was broken, 2 if there is no such drill.

    130 where Ctrl-C ended it before the last: the table has what was done by then.
    """
    drills = all_drills()
    if unknown := [name for name in args.names if name not in drills]:
        print(f"there is no drill {unknown[0]!r}: choose of {', '.join(drills)}", file=sys.stderr)
        return 2
    chosen = _chosen(drills, args.names, is_sample=args.sample)
    if args.list:
        print("\n".join(f"{name}: {each.PROMISE}" for name, each in chosen.items()))
        return 0
    # What a service says while it is broken on purpose is looked at by the drills.
    logging.getLogger().addHandler(logging.NullHandler())
    results: list[DrillResult] = []
    load_before, stopped = getloadavg()[0], 0
    try:
        for name, each in chosen.items():
            _tell(f"{name}: {each.PROMISE}")
            for seed in range(args.seed, args.seed + args.runs):
                results.append(run_drill(name, each, seed, lambda text: _tell(f"    {text}"), is_sample=args.sample))
                _tell_of(results[-1])
    except KeyboardInterrupt:
        _tell("  stopped")
        stopped = 130
    report = reported(results, args.seed, load_before, is_sample=args.sample)
    print(msgspec.json.encode(report).decode() if args.json else _as_table(report))
    return 1 if report.broken else stopped


def _chosen(drills: dict[str, Drill], names: Sequence[str], *, is_sample: bool) -> dict[str, Drill]:
    """Those that were named; of all, where none was, a sample takes what is quick."""
    return {
        name: each for name, each in drills.items() if (name in names if names else each.IN_SAMPLE or not is_sample)
    }


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _tell_of(result: DrillResult) -> None:
    for sentence in result.found:
        _tell(f"  {result.verdict}: {sentence}")
    if result.verdict != "not here":
        _tell(f"  {result.verdict} ({result.seconds:.0f} s)")


def _as_table(report: DrillReport) -> str:
    rows = [line for each in report.drills for line in _lines(each)]
    verdicts = [each.verdict for each in report.drills]
    counted = ", ".join(f"{figure} {report.never[figure]}" for figure in NEVER)
    ends = [
        f"{verdicts.count('kept')} kept",
        f"{verdicts.count('broken')} broken",
        f"{verdicts.count('not here')} not here",
    ]
    again = [
        f"Again: leadbid drill {each.drill} --seed {each.seed}{' --sample' if report.is_sample else ''}"
        for each in report.drills
        if each.verdict == "broken"
    ]
    return "\n".join([table(_HEADS, rows), "", *_busy(report), f"never: {counted}.", f"{', '.join(ends)}.", *again])


def _busy(report: DrillReport) -> list[str]:
    """Times say nothing of the service where the machine had other work."""
    if report.load_before <= report.cores / 2:
        return []
    return [
        f"This machine was busy before ({report.load_before:.1f} at work on {report.cores} cores): times are longer."
    ]


def _lines(result: DrillResult) -> list[tuple[str, ...]]:
    """One drill as lines of the table: what is long goes on in the next one."""
    counted = result.figures
    never = " ".join([f"{counted[figure]:.0f}" if figure in counted else "-" for figure in NEVER])
    figures = ", ".join([f"{value:,.12g} {name}" for name, value in counted.items() if name not in NEVER])
    cells = (
        f"{result.drill} {result.seed}",
        result.promise,
        never,
        figures,
        f"{result.verdict}, {result.seconds:,.0f} s",
    )
    if result.verdict == "not here":
        cells = (f"{result.drill} {result.seed}", result.promise, "", result.found[0], result.verdict)
    columns = [wrap(cell, width) for cell, width in zip(cells, _WIDTHS, strict=True)]
    return list(zip_longest(*columns, fillvalue=""))

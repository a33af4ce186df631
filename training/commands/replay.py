"""Decides logged pings again: bit for bit as they were, or by another policy, side by side."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from app.domain.catalogue import Model
from app.journal.lines import PingLine
from app.journal.reader import lines
from app.packaged import models_here
from app.parquet import ParquetError
from app.scoring.artefact import Unusable
from app.scoring.load import load_version
from training.spans import moment
from training.trial.comparison import Comparison, Row, compare
from training.trial.replay import Past, Replay, replay


class CannotReplay(Exception):
    """There is nothing to decide, or nothing to decide it by; the text says what to do."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`python -m training replay --data DIR [--since WHEN] [--until WHEN] [--models DIR] [--policy DIR] [--json]`."""
    parser.add_argument("--data", type=Path, action="append", default=[], metavar="DIR", help="a service's directory")
    parser.add_argument("--journal", type=Path, action="append", default=[], metavar="DIR", help="or its journal alone")
    parser.add_argument("--since", type=moment, default=0.0, metavar="WHEN", help="pinged then or later: 2026-11-21")
    parser.add_argument("--until", type=moment, default=float("inf"), metavar="WHEN", help="pinged then or before")
    parser.add_argument("--models", type=Path, default=models_here(), help="where the versions stand (models)")
    parser.add_argument(
        "--policy",
        type=Path,
        action="append",
        default=[],
        metavar="MODELS/VERTICAL/VERSION",
        help="decide its vertical's pings by this version instead, and compare; may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="print everything as one JSON object")


def run(args: argparse.Namespace) -> int:
    """0 where every ping decided again as it had, or could be compared; 1 where not; 2 where there is none."""
    try:
        journals = _journals(args)
        past, found = Past(journals, args.models), _pings(journals, args.since, args.until)
        if args.policy:
            return _compared(found, past, [_policy(path) for path in args.policy], as_json=args.json)
        return _replayed(found, past, as_json=args.json)
    except (CannotReplay, ParquetError) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename} cannot be used ({error.strerror})", file=sys.stderr)
        return 2


def _journals(args: argparse.Namespace) -> list[Path]:
    journals = [*args.journal, *(data / "journal" for data in args.data)]
    if not journals:
        raise CannotReplay("say where the journal is: --data DIR of a service, or --journal DIR")
    for journal in journals:
        if not journal.is_dir():
            raise CannotReplay(f"{journal} does not exist: name the service's own data directory")
    return journals


def _pings(journals: list[Path], since: float, until: float) -> Iterator[PingLine]:
    for journal in journals:
        yield from (line for line in lines(journal, since, until) if isinstance(line, PingLine))


def _policy(path: Path) -> Model:
    folder = path.resolve()
    try:
        return load_version(folder.parent.parent, folder.parent.name, folder.name)[0]
    except Unusable as unusable:
        raise CannotReplay(f"{path} is no version of a model, such as models/solar/0002: {unusable}") from None


def _replayed(found: Iterator[PingLine], past: Past, *, as_json: bool) -> int:
    done = replay(found, past, _tell)
    if not done.pings:
        raise CannotReplay("the journal holds no ping of that span")
    print(msgspec.json.encode(done).decode() if as_json else "\n".join(_proof(done)))
    return 0 if done.is_proof else 1


def _compared(found: Iterator[PingLine], past: Past, policies: list[Model], *, as_json: bool) -> int:
    done = compare(found, past, {policy.vertical: policy for policy in policies}, _tell)
    if not any(row.pings for row in done.rows):
        raise CannotReplay("the journal holds no ping of that span in what these policies price")
    print(msgspec.json.encode(done).decode() if as_json else "\n".join(_comparison(done)))
    return 1 if done.missing else 0


def _tell(count: int) -> None:
    print(f"{count:,} pings", file=sys.stderr, flush=True)


def _proof(done: Replay) -> Iterator[str]:
    yield f"{done.pings:,} pings: {done.same:,} decided again bit for bit, {done.differing:,} otherwise"
    if done.shadows:
        yield f"{done.shadows:,} shadows: {done.shadows_same:,} again bit for bit"
    yield from _missing(done.missing)
    for line_id in done.different:
        yield f"  differs: {line_id}"
    if done.differing > len(done.different):
        yield f"  and {done.differing - len(done.different):,} more"


def _comparison(done: Comparison) -> Iterator[str]:
    for row in done.rows:
        yield from _row(row)
    yield from _missing(done.missing)
    yield "Each surplus is what that policy itself expects, not what it would have earned."


def _row(row: Row) -> Iterator[str]:
    share = f"{row.changed / row.pings:.1%}" if row.pings else "none"
    yield f"{row.vertical}, by {row.policy}: {row.pings:,} pings, {row.changed:,} answered otherwise ({share})"
    for name, side in (("as it was", row.was), ("by the policy", row.new)):
        price = f"${side.price / 100:.2f}" if side.price is not None else "-"
        expected = f"${side.surplus / 100 / row.pings:.3f} a ping expected" if row.pings else ""
        yield f"  {name:<14} {side.bids:>9,} bids, mean {price:>8}, {expected}"
    if row.ratios:
        ratios = ", ".join(f"{name} {ratio:.3f}" for name, ratio in row.ratios.items())
        yield f"  new to old price where both bid ({row.both:,}): {ratios}"


def _missing(missing: dict[str, int]) -> Iterator[str]:
    for lacking, count in missing.items():
        yield f"{count:,} pings could not be decided: {lacking}"

"""Decides logged pings again: bit for bit, or with another model side by side."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from app.domain.catalogue import Model
from app.journal.lines import PingLine
from app.journal.reader import pings
from app.scoring.artefact import Unusable
from app.scoring.load import load_version
from training.errors import TrainingError
from training.frame import add, show, teller
from training.trial.comparison import Comparison, PolicyComparison, compare
from training.trial.replay import Archive, Replay, replay

_TOLD_EVERY = 20_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`python -m training replay --data DIR [--since WHEN] [--until WHEN] [--models DIR] [--policy DIR] [--json]`."""
    add(parser, "data", "journal", "since", "until", "models")
    parser.add_argument(
        "--policy",
        type=Path,
        action="append",
        default=[],
        metavar="MODELS/VERTICAL/VERSION",
        help="decide the pings of its vertical with this version, and compare; may be repeated",
    )
    add(parser, "json")


def run(args: argparse.Namespace) -> int:
    """0 where every ping decided again as it had, or could be compared; 1 where not; 2 where there is none."""
    journals = _journals(args)
    archive, pings = Archive(journals, args.models), _pings(journals, args.since, args.until)
    if args.policy:
        policies = {policy.vertical: policy for policy in map(_policy, args.policy)}
        compared = compare(pings, archive, policies)
        if not any(row.pings for row in compared.rows):
            raise TrainingError("the journal holds no ping of that span in what these policies price")
        show(args, compared, lambda: "\n".join(_comparison(compared)))
        return 1 if compared.missing else 0
    done = replay(pings, archive)
    if not done.pings:
        raise TrainingError("the journal holds no ping of that span")
    show(args, done, lambda: "\n".join(_proof(done)))
    return 0 if done.is_proof else 1


def _journals(args: argparse.Namespace) -> list[Path]:
    journals = [*args.journal, *(data / "journal" for data in args.data)]
    if not journals:
        raise TrainingError("say where the journal is: --data DIR of a service, or --journal DIR")
    for journal in journals:
        if not journal.is_dir():
            raise TrainingError(f"{journal} does not exist: pass the service's data directory")
    return journals


def _pings(journals: list[Path], since: float, until: float) -> Iterator[PingLine]:
    tell, count = teller(), 0
    for journal in journals:
        for line in pings(journal, since, until):
            count += 1
            if count % _TOLD_EVERY == 0:
                tell(f"{count:,} pings")
            yield line


def _policy(path: Path) -> Model:
    folder = path.resolve()
    try:
        return load_version(folder.parent.parent, folder.parent.name, folder.name)[0]
    except Unusable as unusable:
        raise TrainingError(f"{path} is no version of a model, such as models/solar/0002: {unusable}") from None


def _proof(done: Replay) -> Iterator[str]:
    yield f"{done.pings:,} pings: {done.same:,} decided again bit for bit, {done.differing:,} differently"
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
    yield "Each surplus is what the policy itself expects, not what it would have earned."


def _row(row: PolicyComparison) -> Iterator[str]:
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

"""Compares each challenger with its champion: bids, wins, and matured outcomes."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from app.journal.lines import PingLine
from app.journal.reader import pings
from app.scoring.pointer import Entry
from training.frame import add, add_sources, gathered, show, teller
from training.histories.bids import read_bids
from training.histories.dataset import BIDS
from training.histories.declared import declared
from training.registry.pointer import entries
from training.trial.standing import page, verdicts
from training.trial.trial import BidOutcome, TrialStanding, TrialTally, matured_before, outcome_of

_TOLD_EVERY = 50_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`python -m training status --data DIR --models DIR [--vertical V] [--maturity-days N] [--now WHEN] [--json]`."""
    add_sources(parser)
    add(parser, "models", "vertical", "json")


def run(args: argparse.Namespace) -> int:
    """0 where something is tried, 1 where nothing is, 2 where it could not be asked."""
    trials = list(_trials(args))
    told = [{**msgspec.to_builtins(trial), "verdicts": verdicts(trial)} for trial in trials]
    nothing = "no challenger is tried: `python -m training registry shadow` starts a trial"
    show(args, told, lambda: "\n\n".join(map(page, trials)) or nothing)
    return 0 if trials else 1


def _trials(args: argparse.Namespace) -> Iterator[TrialStanding]:
    tried = {name: entry for name, entry in entries(args.models).items() if _is_asked(args, name, entry)}
    if not tried:
        return
    outcomes: dict[str, dict[str, BidOutcome]] = {}
    with TemporaryDirectory(prefix="leadbid-status-") as folder:
        summary = gathered(args, declared(args.config), Path(folder))
        for name in tried:
            outcomes[name] = {bid.id: outcome_of(bid) for bid in read_bids(Path(folder) / BIDS, name)}
    matured = matured_before(summary.as_of, summary.maturity_s)
    tallies = {
        name: TrialTally(name, entry.live, entry.challenger, outcomes[name], matured) for name, entry in tried.items()
    }
    tell = teller()
    for number, line in enumerate(_pings(args), 1):
        if number % _TOLD_EVERY == 0:
            tell(f"{number:,} pings")
        if line.ping.vertical in tallies:
            tallies[line.ping.vertical].take(line)
    for name, tally in tallies.items():
        yield tally.standing(tried[name].canary)


def _is_asked(args: argparse.Namespace, name: str, entry: Entry) -> bool:
    return bool(entry.challenger) and (not args.vertical or name in args.vertical)


def _pings(args: argparse.Namespace) -> Iterator[PingLine]:
    until = min(args.until, args.now if args.now is not None else float("inf"))
    for journal in (*args.journal, *(data / "journal" for data in args.data)):
        yield from pings(journal, args.since, until)

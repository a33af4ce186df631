"""The one command for a scheduler: trains challengers on the service's own outcomes."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec.structs import replace

from app.bounds import SEED_MAX, whole
from app.packaged import begin_models
from app.scoring.card import read_card
from app.scoring.pointer import Entry
from app.scoring.registry.changes import entries
from app.scoring.registry.versions import Unfit, Verticals, shadow
from training.commands.dataset import gathered
from training.frame import add, add_own_models, add_sources, show, teller
from training.histories.declared import declared
from training.registry.author import author
from training.registry.prune import prune
from training.retraining.retrain import Dataset, Round, retrain
from training.retraining.rounds import round_lines
from training.tracking import Tracker

_WHY = "retrained on its own outcomes"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`python -m training retrain --data DIR --models DIR [--vertical V] [--out DIR] [--json] ...`."""
    add_sources(parser)
    add_own_models(parser)
    add(parser, "vertical")
    parser.add_argument(
        "--out", type=Path, default=None, help="the folder for the dataset (default: dataset in the first --data)"
    )
    parser.add_argument("--seed", type=whole(0, SEED_MAX), default=1, help="the seed of folds and samples (default: 1)")
    add(parser, "keep", "mlflow", "json")


def run(args: argparse.Namespace) -> int:
    """0 where a challenger is tried in any vertical, 1 where every champion stays alone, 2 if it could not be asked."""
    rounds = list(_rounds(args))
    show(args, rounds, lambda: "\n\n".join("\n".join(round_lines(each)) for each in rounds))
    return 0 if any(each.is_tried for each in rounds) else 1


def _rounds(args: argparse.Namespace) -> Iterator[Round]:
    known = declared(args.config)
    chosen = known.chosen(args.vertical)
    begin_models(args.models)
    # Before the long work: a challenger that could not be recorded need not be trained.
    pointed = entries(args.models)
    tracker = Tracker(args.mlflow) if args.mlflow else None
    out = args.out or (args.data[0] / "dataset" if args.data else Path("dataset"))
    past = Dataset(folder=out, summary=gathered(args, known, out), models=args.models, zone=known.zone)
    for name in chosen:
        entry = pointed.get(name)
        tell = teller(name)
        found = retrain(past, known.verticals[name], entry.live if entry else "", seed=args.seed, tell=tell)
        found = tried(args.models, entry, found, known.verticals)
        if tracker is not None and found.challenger:
            folder = args.models / name / found.challenger
            tracker.log(read_card(folder), folder, found.verdict, tell)
        if entry is not None:
            found = replace(found, removed=prune(args.models, name, args.keep, author(_WHY)))
        yield found


def tried(models: Path, entry: Entry | None, found: Round, known: Verticals) -> Round:
    """The round with its verdict: a challenger shadows its champion, unless another one is bidding already.

    One that does not fit what is declared now, as a champion's scorer from before may not, is kept for study.
    """
    if not found.challenger:
        return msgspec.structs.replace(found, verdict="stays live; no challenger was created")
    if entry is None:
        return msgspec.structs.replace(found, verdict=f"nothing is live yet: promote {found.challenger}")
    failed = [gate.name for gate in found.gates if not gate.passed]
    if failed:
        verdict = f"{found.challenger} did not pass: {', '.join(failed)}; it is kept for study"
        return msgspec.structs.replace(found, verdict=verdict)
    if entry.canary > 0.0:
        busy = f"{entry.challenger} is a canary: {found.challenger} waits until that is decided"
        return msgspec.structs.replace(found, verdict=busy)
    try:
        shadow(models, found.vertical, found.challenger, author(_WHY), declared=known)
    except Unfit as why:
        return msgspec.structs.replace(found, verdict=f"{found.challenger} is kept for study: {why}")
    return msgspec.structs.replace(found, verdict=f"{found.challenger} shadows it", is_tried=True)

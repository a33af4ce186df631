"""The scheduler's one command: from the service's own outcomes to a challenger that is tried beside each champion."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import msgspec

from app.packaged import begin_models
from app.parquet import ParquetError
from app.scoring.artefact import Unusable
from app.scoring.pointer import Entry
from training.histories.declared import Declared, NotDeclared, declared
from training.histories.scratch import NoData
from training.histories.sources import add_sources, gathered
from training.registry import registry
from training.registry.author import author
from training.registry.pointer import Refused, entries
from training.retraining.retrain import Past, Round, retrain
from training.retraining.rounds import page

_WHY = "retrained on its own outcomes"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`python -m training retrain --data DIR --models DIR [--vertical V] [--out DIR] [--json] ...`."""
    add_sources(parser)
    parser.add_argument("--models", type=Path, default=Path("models"), help="where the models stand (models)")
    parser.add_argument("--vertical", action="append", default=[], help="only this one; may be repeated")
    parser.add_argument("--out", type=Path, default=None, help="where the dataset goes (dataset in the first --data)")
    parser.add_argument("--seed", type=int, default=1, help="of folds and samples")
    parser.add_argument("--json", action="store_true", help="print every round as one JSON array")


def run(args: argparse.Namespace) -> int:
    """0 where a challenger is tried in any vertical, 1 where every champion stays alone, 2 if it could not be asked."""
    try:
        rounds = list(_rounds(args))
    except (NoData, NotDeclared, ParquetError, Refused, Unusable) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename} cannot be used ({error.strerror})", file=sys.stderr)
        return 2
    print(msgspec.json.encode(rounds).decode() if args.json else "\n\n".join(map(page, rounds)))
    return 0 if any(each.is_tried for each in rounds) else 1


def _rounds(args: argparse.Namespace) -> Iterator[Round]:
    known = declared(args.config)
    chosen = _chosen(known, args.vertical)
    begin_models(args.models)
    # Before the long work: whoever cannot point at a challenger need not learn one.
    pointed = entries(args.models)
    out = args.out or (args.data[0] / "dataset" if args.data else Path("dataset"))
    past = Past(dataset=out, summary=gathered(args, known, out), models=args.models, zone=known.zone)
    for name in chosen:
        began = monotonic()

        def tell(what: str, name: str = name, began: float = began) -> None:
            print(f"{name}: {what} ({monotonic() - began:.0f} s)", file=sys.stderr, flush=True)

        entry = pointed.get(name)
        found = retrain(past, known.verticals[name], entry.live if entry else "", seed=args.seed, tell=tell)
        yield tried(args.models, entry, found)


def _chosen(known: Declared, names: list[str]) -> list[str]:
    for name in names:
        if name not in known.verticals:
            raise NotDeclared(f"no vertical {name!r} is declared; there are: {', '.join(known.verticals)}")
    return names or list(known.verticals)


def tried(models: Path, entry: Entry | None, found: Round) -> Round:
    """The round with its verdict: a challenger shadows its champion, unless another one is bidding already."""
    if not found.challenger:
        return msgspec.structs.replace(found, verdict="stays, and nothing is tried")
    if entry is None:
        return msgspec.structs.replace(found, verdict=f"nothing is live yet: promote {found.challenger}")
    if entry.canary > 0.0:
        busy = f"{entry.challenger} is a canary: {found.challenger} waits until that is decided"
        return msgspec.structs.replace(found, verdict=busy)
    registry.shadow(models, found.vertical, found.challenger, author(_WHY))
    return msgspec.structs.replace(found, verdict=f"{found.challenger} shadows it", is_tried=True)

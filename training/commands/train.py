"""Trains a conversion model per vertical, prints its results, and makes it live if it passes."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from app.bounds import LEADS_MAX, SEED_MAX, whole
from app.domain.catalogue import FactRead
from app.packaged import DEMO_CONFIG, config_here
from app.scoring.card import ModelCard
from app.scoring.fit import untold
from app.scoring.registry.changes import NotChanged, entries
from app.scoring.registry.versions import Unfit, Verticals, promote
from training.conversion.enough import size_of
from training.conversion.features import columns_among
from training.conversion.learn import learn
from training.conversion.report import report, result
from training.errors import TrainingError
from training.frame import Tell, add, own_verticals, teller
from training.histories.dataset import leads_at
from training.histories.declared import declared, spec_of
from training.histories.history import History
from training.histories.spec import Spec, read_spec
from training.histories.specified import read_history
from training.histories.synthetic import ROWS_MIN, synthetic
from training.registry.author import author
from training.tracking import Tracker


class NewVersion(NamedTuple):
    """A model, and why it is not live; empty if it is. `is_fit` says whether its vertical declares what it reads."""

    card: ModelCard
    why_not: str
    is_fit: bool = True

    @property
    def outcome(self) -> str:
        """What became of it in words."""
        return f"NOT LIVE: {self.why_not}" if self.why_not else "live"


_FEW = "a model of fewer leads would not pass its gates"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`python -m training train --data FILE --spec SPEC --out DIR [--json]`, or a synthetic history of --config."""
    parser.add_argument(
        "--data", type=Path, help="leads with their outcomes: a file or directory that `describe` reads"
    )
    parser.add_argument("--spec", type=Path, help="the specification of --data; `describe` drafts one")
    parser.add_argument("--out", type=Path, default=Path("models"), help="the folder of models (default: models)")
    parser.add_argument(
        "--seed",
        type=whole(0, SEED_MAX),
        default=1,
        help="the seed of folds, samples and the synthetic history (default: 1)",
    )
    parser.add_argument("--backend", help="where the search runs: loky, threading, dask or ray (default: this process)")
    add(parser, "mlflow", "json")
    parser.add_argument(
        "--config",
        type=Path,
        help="the configuration that declares the fields, which what becomes live must fit (default: buyer.toml, where "
        "there is one; of a synthetic history the demo's)",
    )
    made_up = parser.add_argument_group("a synthetic history, used without --data")
    add(made_up, "vertical")
    made_up.add_argument(
        "--rows",
        type=whole(ROWS_MIN, LEADS_MAX, _FEW),
        default=30_000,
        help="how many leads of history per vertical (default: 30000)",
    )
    made_up.add_argument(
        "--promote", action="store_true", help="make it live, unless the live model was trained on real outcomes"
    )


def run(args: argparse.Namespace) -> int:
    """0 if every model may price, 1 if a gate failed or a model does not fit its vertical, 2 if nothing is learned."""
    if (args.data is None) != (args.spec is None):
        raise TrainingError("--data needs --spec, and --spec needs --data: `python -m training describe` drafts one")
    # Before the long work: where the pointer cannot be read, nothing could be made live.
    entries(args.out)
    tracker = Tracker(args.mlflow) if args.mlflow else None
    # Those of a synthetic history are made of what is declared.
    fit = own_verticals(args.config or config_here()) if args.data is not None else None
    learned = []
    for history, spec, tell in _histories(args):
        new = _learned(history, spec, args, fit, tell)
        if tracker is not None:
            tracker.log(new.card, args.out / spec.vertical / new.card.version, new.outcome, tell)
        learned.append(new)
    if args.json:
        told = (result(each.card, args.out, promoted=not each.why_not) for each in learned)
        print("\n".join(msgspec.json.encode(each).decode() for each in told))
    else:
        print("\n\n".join(report(each.card, each.outcome) for each in learned))
    return 0 if all(each.card.cleared and each.is_fit for each in learned) else 1


def _histories(args: argparse.Namespace) -> Iterator[tuple[History, Spec, Tell]]:
    """That of the file, or one made up for each vertical."""
    if args.data is not None:
        spec = read_spec(args.spec)
        tell = teller(spec.vertical)
        with leads_at(args.data, args.config or DEMO_CONFIG, tell) as path:
            history = read_history(path, spec, called=args.data.name if args.data.is_dir() else "", tell=tell)
        yield history, spec, tell
        return
    known = declared(args.config or DEMO_CONFIG)
    for name in known.chosen(args.vertical):
        vertical, tell = known.verticals[name], teller(name)

        def drawn(rows: int, tell: Tell = tell) -> None:
            tell(f"{rows:,} leads drawn")

        history = synthetic(vertical, known.zone, rows=args.rows, seed=args.seed, tell=drawn)
        yield history, spec_of(vertical), tell


def _facts_of(spec: Spec) -> Iterator[FactRead]:
    """What a model of this specification will read."""
    columns, _ = columns_among(spec.fields)
    values = {field.name: field.values for field in spec.fields}
    return (FactRead(name=each.name, kind=each.kind, values=values[each.name]) for each in columns)


def _learned(history: History, spec: Spec, args: argparse.Namespace, fit: Verticals | None, tell: Tell) -> NewVersion:
    if fit is not None and spec.vertical in fit:
        # Before the long work: it can be kept for study, and never be made live.
        for why in untold(_facts_of(spec), fit[spec.vertical]):
            tell(f"what is learned will not be made live: it reads {why}")
    past = size_of(history)
    try:
        card = learn(history, spec, args.out, seed=args.seed, tell=tell, backend=args.backend)
    except TrainingError as error:
        raise error if past.is_enough else TrainingError(f"{error}. It has {past.found}") from None
    # One that fails leaves its predecessor live; the others need not wait for it.
    if not card.cleared:
        return NewVersion(card, "kept for study; it is not live")
    if args.data is None and not args.promote:
        return NewVersion(card, "its history is synthetic; --promote makes it live anyway")
    try:
        promote(args.out, spec.vertical, card.version, author("trained"), declared=fit, did="train")
    except NotChanged as refused:
        return NewVersion(card, str(refused), is_fit=not isinstance(refused, Unfit))
    return NewVersion(card, "")

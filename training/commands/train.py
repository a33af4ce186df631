"""Learns a conversion model a vertical, prints what it showed, and makes it live if it may be."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import msgspec

from app.packaged import DEMO_CONFIG
from app.parquet import ParquetError
from training.conversion.artefact import TooLarge
from training.conversion.backends import NoBackend
from training.conversion.card import Card
from training.conversion.export import CannotExport
from training.conversion.learn import learn
from training.conversion.report import report, result
from training.conversion.train import TooFew
from training.histories.declared import Declared, NotDeclared, declared, spec_of
from training.histories.history import History
from training.histories.leads_at import leads_at
from training.histories.scratch import NoData
from training.histories.spec import BadSpec, Spec, read_spec
from training.histories.specified import read_history
from training.histories.synthetic import ROWS_MIN, synthetic
from training.registry.author import author
from training.registry.pointer import Refused, entries, point_at

Tell = Callable[[str], None]

REFUSALS = (BadSpec, CannotExport, NoBackend, NoData, NotDeclared, ParquetError, Refused, TooFew, TooLarge)
"""What cannot be learnt from: each says why, and leaves what is live as it was."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`python -m training train --data FILE --spec SPEC --out DIR [--json]`, or a synthetic history of --config."""
    parser.add_argument(
        "--data", type=Path, help="leads with their outcomes: a file or directory that `describe` reads"
    )
    parser.add_argument("--spec", type=Path, help="what its columns mean; `describe` drafts one")
    parser.add_argument("--out", type=Path, default=Path("models"), help="where the models stand (models)")
    parser.add_argument("--seed", type=int, default=1, help="of folds, samples and the synthetic history")
    parser.add_argument("--backend", help="where the search runs: loky, threading, dask or ray; here if not given")
    parser.add_argument("--json", action="store_true", help="print one JSON object a model")
    made_up = parser.add_argument_group("a synthetic history, where there is no --data")
    made_up.add_argument("--vertical", action="append", default=[], help="only this one; may be repeated")
    made_up.add_argument("--config", type=Path, default=DEMO_CONFIG, help="whose fields to read")
    made_up.add_argument("--rows", type=_rows, default=30_000, help="leads of history a vertical")


def run(args: argparse.Namespace) -> int:
    """0 if every model may price, 1 if a gate failed, 2 if there is nothing to learn from."""
    if (args.data is None) != (args.spec is None):
        print("--data needs --spec, and --spec needs --data: `python -m training describe` drafts one", file=sys.stderr)
        return 2
    try:
        entries(args.out)
        cards = [_from_file(args)] if args.data is not None else _synthetic(args)
    except REFUSALS as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename} cannot be used ({error.strerror})", file=sys.stderr)
        return 2
    if args.json:
        print("\n".join(msgspec.json.encode(result(card, args.out)).decode() for card in cards))
    else:
        print("\n\n".join(report(card) for card in cards))
    return 0 if all(card.passed for card in cards) else 1


def _from_file(args: argparse.Namespace) -> Card:
    spec = read_spec(args.spec)
    tell = _teller(spec.vertical)
    with leads_at(args.data, args.config, tell) as path:
        history = read_history(path, spec, called=args.data.name if args.data.is_dir() else "", tell=tell)
    return _learnt(history, spec, args, tell)


def _synthetic(args: argparse.Namespace) -> list[Card]:
    known = declared(args.config)
    return [_drawn(known, name, args) for name in _chosen(known, args.vertical)]


def _drawn(known: Declared, name: str, args: argparse.Namespace) -> Card:
    vertical, tell = known.verticals[name], _teller(name)
    history = synthetic(
        vertical, known.zone, rows=args.rows, seed=args.seed, tell=lambda rows: tell(f"{rows:,} leads drawn")
    )
    return _learnt(history, spec_of(vertical), args, tell)


def _learnt(history: History, spec: Spec, args: argparse.Namespace, tell: Tell) -> Card:
    card = learn(history, spec, args.out, seed=args.seed, tell=tell, backend=args.backend)
    # One that fails leaves its predecessor live; the others need not wait for it.
    if card.passed:
        point_at(args.out, spec.vertical, card.version, author("trained"), did="train")
    return card


def _teller(name: str) -> Tell:
    """Says on the terminal what is being done, and since when."""
    began = monotonic()

    def tell(what: str) -> None:
        print(f"{name}: {what} ({monotonic() - began:.0f} s)", file=sys.stderr, flush=True)

    return tell


def _rows(text: str) -> int:
    rows = int(text)
    if rows < ROWS_MIN:
        raise argparse.ArgumentTypeError(f"a model of fewer than {ROWS_MIN:,} leads would not pass its gates")
    return rows


def _chosen(known: Declared, names: list[str]) -> list[str]:
    for name in names:
        if name not in known.verticals:
            raise NotDeclared(f"no vertical {name!r} is declared; there are: {', '.join(known.verticals)}")
    return names or list(known.verticals)

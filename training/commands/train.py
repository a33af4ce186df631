"""Learns a conversion model a vertical, prints what it showed, and makes it live if it may be."""

import argparse
import sys
from pathlib import Path
from time import monotonic

import msgspec

from training.conversion.card import Card
from training.conversion.learn import learn
from training.conversion.report import report
from training.histories.declared import Declared, NotDeclared, declared
from training.histories.synthetic import ROWS_MIN, synthetic
from training.lifecycle.author import author
from training.lifecycle.pointer import Refused, entries, point_at


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`python -m training train [--vertical NAME] [--config FILE] [--out DIR] [--rows N] [--seed S] [--json]`."""
    parser.add_argument("--vertical", action="append", default=[], help="only this one; may be repeated")
    parser.add_argument("--config", type=Path, default=Path("fixtures/demo/buyer.toml"), help="whose fields to read")
    parser.add_argument("--out", type=Path, default=Path("models"), help="where the models stand")
    parser.add_argument("--rows", type=_rows, default=30_000, help="leads of history a vertical")
    parser.add_argument("--seed", type=int, default=1, help="of the synthetic history and the folds")
    parser.add_argument("--json", action="store_true", help="print the model cards as one JSON array")


def run(args: argparse.Namespace) -> int:
    """0 if every model may price, 1 if a gate failed, 2 if there is nothing to learn from."""
    try:
        known = declared(args.config)
        verticals = _chosen(known, args.vertical)
        entries(args.out)
    except (NotDeclared, Refused) as error:
        print(error, file=sys.stderr)
        return 2
    cards = [_train(known, vertical, args) for vertical in verticals]
    if args.json:
        print(msgspec.json.encode(cards).decode())
    else:
        print("\n\n".join(report(card) for card in cards))
    return 0 if all(card.passed for card in cards) else 1


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


def _train(known: Declared, name: str, args: argparse.Namespace) -> Card:
    began = monotonic()

    def tell(what: str) -> None:
        print(f"{name}: {what} ({monotonic() - began:.0f} s)", file=sys.stderr, flush=True)

    vertical = known.verticals[name]
    drawn = synthetic(
        vertical, known.zone, rows=args.rows, seed=args.seed, tell=lambda rows: tell(f"{rows:,} leads drawn")
    )
    card = learn(drawn, vertical, args.out, seed=args.seed, tell=tell)
    # One that fails leaves its predecessor live; the others need not wait for it.
    if card.passed:
        point_at(args.out, vertical.name, card.version, author("trained"), did="train")
    return card

"""`python -m training train`: learn a conversion model a vertical, print what it showed, make it live if it may."""

import argparse
import sys
from pathlib import Path
from time import monotonic

import msgspec

from training.artefact import live, point_at
from training.card import Card
from training.declared import Declared, NotDeclared, declared
from training.history import ROWS_MIN, synthetic
from training.learn import learn
from training.report import report


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 if every model may price, 1 if a gate failed, 2 if there is nothing to learn from."""
    options = _parser().parse_args(arguments)
    try:
        known = declared(options.config)
        verticals = _chosen(known, options.vertical)
        live(options.out)
    except NotDeclared as error:
        print(error, file=sys.stderr)
        return 2
    cards = [_train(known, vertical, options) for vertical in verticals]
    if options.json:
        print(msgspec.json.encode(cards).decode())
    else:
        print("\n\n".join(report(card) for card in cards))
    return 0 if all(card.passed for card in cards) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    train = parser.add_subparsers(required=True, metavar="train").add_parser("train", help="learn, judge, make live")
    train.add_argument("--vertical", action="append", default=[], help="only this one; may be repeated")
    train.add_argument("--config", type=Path, default=Path("fixtures/demo/buyer.toml"), help="whose fields to read")
    train.add_argument("--out", type=Path, default=Path("models"), help="where the models stand")
    train.add_argument("--rows", type=_rows, default=30_000, help="leads of history a vertical")
    train.add_argument("--seed", type=int, default=1, help="of the synthetic history and the folds")
    train.add_argument("--json", action="store_true", help="print the model cards as one JSON array")
    return parser


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


def _train(known: Declared, name: str, options: argparse.Namespace) -> Card:
    began = monotonic()

    def tell(what: str) -> None:
        print(f"{name}: {what} ({monotonic() - began:.0f} s)", file=sys.stderr, flush=True)

    vertical = known.verticals[name]
    drawn = synthetic(
        vertical, known.zone, rows=options.rows, seed=options.seed, tell=lambda rows: tell(f"{rows:,} leads drawn")
    )
    card = learn(drawn, vertical, options.out, seed=options.seed, tell=tell)
    # One that fails leaves its predecessor live; the others need not wait for it.
    if card.passed:
        point_at(options.out, vertical.name, card.version)
    return card


if __name__ == "__main__":
    sys.exit(main())

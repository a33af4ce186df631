"""Takes a model that was fitted elsewhere through the gates of our own, and makes it live where that is asked."""

import argparse
from pathlib import Path

import msgspec

from app.bounds import SEED_MAX, whole
from app.packaged import DEMO_CONFIG
from app.scoring.registry.changes import NotChanged, entries
from app.scoring.registry.versions import promote
from training.conversion.imported.judge import import_model
from training.conversion.report import report, result
from training.frame import add, add_own_config, own_verticals, teller
from training.histories.dataset import leads_at
from training.histories.spec import read_spec
from training.histories.specified import read_history
from training.registry.author import author


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`python -m training import-model --file MODEL --spec SPEC --data FILE --out DIR [--promote] [--json]`."""
    parser.add_argument(
        "--file",
        type=Path,
        required=True,
        help="LightGBM .txt, XGBoost .json or .ubj, CatBoost .cbm, or scikit-learn's as skops saves it (.skops)",
    )
    parser.add_argument("--spec", type=Path, required=True, help="the specification of --data; `describe` drafts one")
    parser.add_argument(
        "--data", type=Path, required=True, help="leads with their outcomes; the newest of them judge the model"
    )
    parser.add_argument("--out", type=Path, default=Path("models"), help="the folder of models (default: models)")
    add_own_config(parser)
    parser.add_argument("--seed", type=whole(0, SEED_MAX), default=1, help="the seed of samples (default: 1)")
    parser.add_argument("--promote", action="store_true", help="make it live if it passes its gates")
    add(parser, "json")


def run(args: argparse.Namespace) -> int:
    """0 if it may price, 1 if a gate failed, 2 if it cannot be read or judged."""
    spec = read_spec(args.spec)
    entries(args.out)
    tell = teller(spec.vertical)
    known = own_verticals(args.config)
    with leads_at(args.data, args.config or DEMO_CONFIG, tell) as path:
        history = read_history(path, spec, called=args.data.name if args.data.is_dir() else "", tell=tell)
    card = import_model(args.file, history, spec, args.out, seed=args.seed, tell=tell)
    why_not = "" if card.cleared else "kept for study; it is not live"
    if card.cleared and not args.promote:
        why_not = (
            f"`registry shadow --vertical {card.vertical} --version {card.version}` tries it, --promote makes it live"
        )
    if not why_not:
        try:
            promote(args.out, card.vertical, card.version, author("imported"), declared=known, did="import")
        except NotChanged as refused:
            why_not = str(refused)
    if args.json:
        print(msgspec.json.encode(result(card, args.out, promoted=not why_not)).decode())
    else:
        print(report(card, f"NOT LIVE: {why_not}" if why_not else "live"))
    return 0 if card.cleared else 1

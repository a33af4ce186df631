"""Evaluates whether a model may be promoted: a page, JSON and an exit status."""

import argparse
from pathlib import Path

import msgspec

from app.scoring.artefact import Uncalibrated, Unusable
from app.scoring.card import read_card
from app.scoring.compile import Probability, compiled
from app.scoring.load import load_version
from app.scoring.parse import parse
from training.errors import TrainingError
from training.evaluation.caps import Caps, caps
from training.evaluation.evaluation import EvaluatedModel, Evaluation, evaluate
from training.evaluation.from_card import evaluate_card
from training.evaluation.verdict import exit_status
from training.frame import add, show, teller
from training.histories.bids import LoggedBid, read_bids
from training.histories.dataset import BIDS, SUMMARY, DatasetSummary
from training.histories.declared import declared
from training.histories.scratch import NoData
from training.registry.pointer import live

BIDS_MAX = 100_000
"""The newest so many are judged: more would say little more, and take long."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`python -m training evaluate --vertical V [--data DATASET] [--version N | --policy DIR] --out FILE [--json]`."""
    parser.add_argument("--vertical", required=True, help="the vertical to evaluate")
    parser.add_argument(
        "--data",
        type=Path,
        default=None,
        help="the folder that `python -m training dataset` wrote; without it, report the card",
    )
    add(parser, "models")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--version", default="", help="the version to evaluate (default: the live one)")
    which.add_argument(
        "--policy", type=Path, default=None, help="the version to evaluate, as a folder: .../VERTICAL/VERSION"
    )
    parser.add_argument(
        "--journal",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a journal from which to report caps; may be repeated",
    )
    add(parser, "config", "since", "until")
    parser.add_argument("--out", type=Path, default=None, help="the HTML page to write")
    add(parser, "json")


def run(args: argparse.Namespace) -> int:
    """0 if the candidate may be promoted, 1 if not, 2 if there is too little evidence."""
    found = _evaluation(args)
    if args.out is not None:
        _write(args.out, found)
    show(args, found, lambda: _text(found, args.out))
    return exit_status(found.verdict)


def _evaluation(args: argparse.Namespace) -> Evaluation:
    champion = live(args.models).get(args.vertical, "")
    models, candidate = args.models, args.version or champion
    if args.policy is not None:
        models, candidate = args.policy.resolve().parent.parent, args.policy.resolve().name
    if not candidate:
        raise Unusable(f"{args.models} has no live version of {args.vertical}: name one, --version N")
    if args.data is None:
        return evaluate_card(read_card(models / args.vertical / candidate))
    path: Path = args.data / BIDS
    if not path.exists():
        raise NoData(f"{args.data} holds no dataset: run `python -m training dataset --out {args.data}` first")
    bids = list(read_bids(path, args.vertical, args.since, args.until))[-BIDS_MAX:]
    rival = _evaluated(args.models, args.vertical, champion) if champion and champion != candidate else None
    evaluated = _evaluated(models, args.vertical, candidate)
    return evaluate(
        bids,
        evaluated,
        rival,
        caps=_caps(args, bids, evaluated.model.traffic),
        zone=declared(args.config).zone,
        summary=_summary(args.data),
        source=str(path),
        tell=teller(f"{args.vertical} {candidate}"),
    )


def _caps(args: argparse.Namespace, bids: list[LoggedBid], traffic: tuple[float, ...]) -> Caps | None:
    """How full the caps got while these bids were made, if a journal is named."""
    if not args.journal or not bids:
        return None
    for journal in args.journal:
        if not journal.is_dir():
            raise NoData(f"{journal} is no journal: name the folder `journal` of the service's data directory")
    return caps(args.journal, args.vertical, bids[0].at, bids[-1].at, traffic)


def _evaluated(models: Path, vertical: str, version: str) -> EvaluatedModel:
    model, reads = load_version(models, vertical, version)
    return EvaluatedModel(model=model, reads=reads, raw=_raw(models / vertical / version / "scorer.json"))


def _raw(path: Path) -> Probability | None:
    """P(conversion) before calibration, `None` where nothing calibrates it."""
    scorer = parse(path.read_bytes())
    if isinstance(scorer.calibrator, Uncalibrated):
        return None
    return compiled(msgspec.structs.replace(scorer, calibrator=Uncalibrated()))


def _summary(data: Path) -> DatasetSummary | None:
    path = data / SUMMARY
    if not path.exists():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=DatasetSummary)
    except msgspec.DecodeError as error:
        raise NoData(f"{path} cannot be read ({error}): make the dataset again") from None


def _write(path: Path, found: Evaluation) -> None:
    try:
        from training.evaluation.page.page import page  # noqa: PLC0415 - plots are an optional extra
    except ImportError:
        needed = "the page needs matplotlib: pip install 'leadbid[reports]', or omit --out"
        raise TrainingError(needed) from None
    path.write_text(page(found), encoding="utf-8")


def _text(found: Evaluation, out: Path | None) -> str:
    lines = [f"{found.vertical} {found.candidate}: {found.verdict}", *(f"  {gate.line}" for gate in found.gates)]
    return "\n".join([*lines, *([f"  {out}"] if out is not None else [])])

"""Evaluates whether a model may be promoted: a page, JSON and an exit status."""

import argparse
from pathlib import Path

import msgspec
import numpy as np

from app.scoring.artefact import Uncalibrated, Unusable
from app.scoring.card import ModelCard, read_card
from app.scoring.compile import compiled
from app.scoring.contributions import USUAL_LEADS
from app.scoring.load import load_version
from app.scoring.parse import parse
from app.scoring.registry.changes import live
from training.errors import TrainingError
from training.evaluation.caps import Caps, caps
from training.evaluation.conversions import Conversions, lift, model_figures
from training.evaluation.dependence import dependences
from training.evaluation.evaluation import EvaluatedModel, Evaluation, LogRows, evaluate
from training.evaluation.verdict import exit_status, verdict
from training.frame import add, show, teller
from training.histories.bids import LoggedBid, read_bids
from training.histories.dataset import BIDS, SUMMARY, read_summary
from training.histories.declared import declared
from training.histories.scratch import NoData
from training.statistics import ReliabilityBin, bin_of

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
    found = evaluation(args)
    if args.out is not None:
        _write(args.out, found)
    show(args, found, lambda: _text(found, args.out))
    return exit_status(found.verdict)


def evaluation(args: argparse.Namespace) -> Evaluation:
    """What is found of the candidate that these arguments name. Raises TrainingError, Unusable, ParquetError."""
    champion = live(args.models).get(args.vertical, "")
    models, candidate = args.models, args.version or champion
    if args.policy is not None:
        models, candidate = args.policy.resolve().parent.parent, args.policy.resolve().name
    if not candidate:
        raise Unusable(f"{args.models} has no live version of {args.vertical}: name one, --version N")
    if args.data is None:
        return _of_card(read_card(models / args.vertical / candidate), _evaluated(models, args.vertical, candidate))
    path: Path = args.data / BIDS
    if not path.exists():
        read_summary(args.data)
        raise NoData(f"{args.data} holds no {BIDS}: run `python -m training dataset --out {args.data}` again")
    bids = list(read_bids(path, args.vertical, args.since, args.until))[-BIDS_MAX:]
    rival = _evaluated(args.models, args.vertical, champion) if champion and champion != candidate else None
    evaluated = _evaluated(models, args.vertical, candidate)
    return evaluate(
        bids,
        evaluated,
        rival,
        caps=_caps(args, bids, evaluated.model.traffic),
        zone=declared(args.config).zone,
        summary=read_summary(args.data) if (args.data / SUMMARY).exists() else None,
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
    scorer = parse((models / vertical / version / "scorer.json").read_bytes())
    uncalibrated = compiled(msgspec.structs.replace(scorer, calibrator=Uncalibrated()))
    raw = None if isinstance(scorer.calibrator, Uncalibrated) else uncalibrated
    return EvaluatedModel(model=model, reads=reads, raw=raw)


def _of_card(card: ModelCard, evaluated: EvaluatedModel) -> Evaluation:
    """Of a model that learned from a file without bids: its card on the newest leads, and the gates of its training."""
    figures, past = card.figures, card.history
    sizes = [len(part) for part in np.array_split(np.arange(figures.rows), len(card.deciles))]
    numbered = enumerate(zip(card.deciles, sizes, strict=True), 1)
    tenths = [bin_of(f"tenth {number}", size, each.predicted, each.observed) for number, (each, size) in numbered]
    slices: dict[str, tuple[ReliabilityBin, ...]] = {}
    for each in card.by_value:
        found = bin_of(each.value, each.rows, each.predicted, each.converted)
        slices[each.field] = (*slices.get(each.field, ()), found)
    models = {"model": figures, "before calibration": card.figures_raw}
    models["model, random split"] = card.figures_random_split
    return Evaluation(
        vertical=card.vertical,
        candidate=card.version,
        champion="",
        verdict=verdict(card.gates),
        gates=card.gates,
        rows=LogRows(
            source=past.source,
            matured=past.rows,
            converted=round(past.rows * past.converted),
            maturity_days=card.maturity_days,
        ),
        conversions=Conversions(
            leads=figures.rows,
            converted=round(figures.rows * figures.converted),
            models=tuple(model_figures(name, each) for name, each in models.items()),
            reliability=tuple(tenths),
            lift=lift(tenths[::-1]),
            slices=slices,
        ),
        delays=card.delays,
        dependences=dependences(
            evaluated.model.probability, evaluated.reads, [row.facts for row in card.parity[:USUAL_LEADS]]
        ),
        notes=(
            f"Learned from {past.source}, {past.since} to {past.until}.",
            "It holds no bids, so nothing can be said of what would have been won or earned.",
            *past.notes,
            *card.notes,
        ),
    )


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

"""Reports drift of scores, fields, bids, prices and conversions, with an exit status for schedulers."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from app.domain.calendar import utc_text
from app.scoring.load import load_version
from app.scoring.registry.changes import live
from training.drift.drift import Drift, drift
from training.drift.window import read_reference, sample, window, window_like
from training.frame import add, show, when
from training.histories.bids import read_bids
from training.histories.dataset import BIDS, DAY_S, read_summary
from training.histories.scratch import NoData

RECENT_S = 7 * DAY_S
_SHOWN = 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`python -m training drift --data DATASET --models DIR [--since WHEN] [--vertical NAME] [--at LEVEL] [--json]`."""
    parser.add_argument("--data", type=Path, required=True, help="the folder that `python -m training dataset` wrote")
    add(parser, "models")
    parser.add_argument(
        "--since", type=when, default=None, metavar="WHEN", help="start of the recent window (default: 7 days ago)"
    )
    add(parser, "vertical")
    parser.add_argument(
        "--at", choices=("moderate", "major"), default="major", help="the shift that counts as drift (default: major)"
    )
    add(parser, "json")


def run(args: argparse.Namespace) -> int:
    """0 where nothing has drifted, 1 where something has, 2 where no vertical has enough bids to say."""
    found = list(_drifts(args))
    show(args, found, lambda: "\n\n".join("\n".join(_lines(each)) for each in found))
    alarming = {"major"} if args.at == "major" else {"moderate", "major"}
    if any(each.found in alarming for each in found):
        return 1
    return 0 if any(not each.why_not for each in found) else 2


def _drifts(args: argparse.Namespace) -> Iterator[Drift]:
    path: Path = args.data / BIDS
    summary = read_summary(args.data)
    since = args.since if args.since is not None else summary.until - RECENT_S
    verticals = args.vertical or [trade.vertical for trade in summary.verticals]
    if not verticals:
        raise NoData(f"{path} holds no bid")
    pointers = live(args.models)
    for vertical in verticals:
        version = pointers.get(vertical, "")
        model, reads = load_version(args.models, vertical, version) if version else (None, None)
        score = model.probability if model is not None else None
        now = sample(vertical, read_bids(path, vertical, since=since))
        before = read_reference(args.models, vertical, version)
        if before is None:
            before = window(sample(vertical, read_bids(path, vertical, until=since)), score, reads)
        yield drift(before, window_like(before, now, score))


def _lines(found: Drift) -> Iterator[str]:
    if found.why_not:
        yield f"{found.vertical}: too little data: {found.why_not}"
        return
    before, now = found.before, found.now
    yield f"{found.vertical}: {'no drift' if found.found == 'none' else found.found + ' drift'}"
    yield f"  {before.pings:,} pings from {utc_text(before.since)} to {utc_text(before.until)}, then"
    yield f"  {now.pings:,} pings from {utc_text(now.since)} to {utc_text(now.until)}"
    yield "                                       PSI   by chance up to"
    for each in found.shifts[:_SHOWN]:
        verdict = each.level if each.level != "none" else ""
        yield f"  {each.name:<34} {each.psi:>7.3f} {each.chance:>10.3f}   {verdict}"
    if len(found.shifts) > _SHOWN:
        yield f"  and {len(found.shifts) - _SHOWN} more that moved less"
    if found.level is not None:
        level = found.level
        ratios = f"{level.now:.2f} over {level.conversions} conversions, before {level.before:.2f}"
        yield f"  predicted/observed {ratios}{'   moved' if level.moved else ''}"

"""Compares pricing policies in the simulated market, or in the same market with a file of real leads."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import msgspec
import numpy as np

from app.bounds import LEADS_MAX, real, whole
from training.errors import TrainingError
from training.frame import Tell, add, show, teller
from training.histories.spec import read_spec
from training.histories.specified import read_history
from training.lab.caps import Traffic, pace
from training.lab.compare import compare
from training.lab.market import HouseMarket, RealLeads, market, real_leads, world_of
from training.lab.points import at_points, compare_points
from training.lab.subsources import poison
from training.lab.targets import reach
from training.lab.truth import Rivals, draw
from training.landscape.auctions import columns_of

LEADS = 50_000
LEADS_MIN = 2_000
BIDS_MIN = 300
VALUE = 284.0
MARKETS = {"exclusive": 1, "top3": 3}
RIVALS = get_args(Rivals)

_HEADS = {
    "quality_factor": "quality factor",
    "others_factor": "of the others",
    "bid_share": "bid, of usual",
    "wanted": "wanted",
    "without": "without it",
    "reached": "reached a day",
    "worst_miss": "worst day missed",
    "win_share": "won",
    "share_of_best_fixed": "of best fixed",
    "share_of_clairvoyant": "of clairvoyant",
    "realised_share": "realised",
    "surplus_per_ping": "$ a ping",
}
_KNOWING = ("clairvoyant", "true_landscape")
"""Policies that are told what no bidder knows: the bounds of what can be earned."""

Row = dict[str, Any]
"""A policy over all seeds: its name, the means, and in `sd` their standard deviations by name."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`python -m training simulate --market M [--seeds N] [--rivals R] [--bids N] [--traffic T] [--json]`."""
    parser.add_argument(
        "--market",
        choices=(*MARKETS, "caps", "budget"),
        default="exclusive",
        help="how leads are sold, or which limit is compared",
    )
    parser.add_argument("--seeds", type=whole(1, 1_000), default=5, help="how many markets to simulate (default: 5)")
    parser.add_argument("--rivals", choices=RIVALS, default="house", help="how the rivals bid (default: house)")
    parser.add_argument(
        "--bids",
        type=whole(BIDS_MIN, LEADS_MAX),
        default=None,
        help="how many explored auctions to train on (default: a fifth)",
    )
    parser.add_argument(
        "--per-seed",
        type=whole(LEADS_MIN, LEADS_MAX),
        default=LEADS,
        help=f"how many leads each market has (default: {LEADS})",
    )
    parser.add_argument(
        "--disclosed",
        type=real(0, 1),
        default=0.0,
        metavar="SHARE",
        help="in how many lost exclusive auctions the seller says what won, as a share (default: 0)",
    )
    parser.add_argument(
        "--traffic",
        choices=get_args(Traffic),
        default="flat",
        help="when leads come, of which the plan of --market caps or budget knows nothing (default: flat)",
    )
    parser.add_argument(
        "--price-points",
        type=real(0.01, 600),
        nargs="+",
        default=None,
        metavar="DOLLARS",
        help="the only prices to bid, compared with the best rule that a table of the log gives",
    )
    parser.add_argument(
        "--targets",
        action="store_true",
        help="each target of a campaign over days, compared with the best fixed multiplier of each day",
    )
    parser.add_argument(
        "--subsources",
        action="store_true",
        help="a sub-source of which hardly a lead converts: what is bid for it as its leads mature",
    )
    parser.add_argument("--leads", type=Path, default=None, help="real leads instead of simulated ones: CSV or Parquet")
    parser.add_argument("--spec", type=Path, default=None, help="the specification of --leads (see `describe`)")
    parser.add_argument(
        "--value",
        type=real(0.01, 1_000_000),
        default=VALUE,
        help=f"dollars per conversion, if --leads has none (default: {VALUE:g})",
    )
    add(parser, "json")


def run(args: argparse.Namespace) -> int:
    """0 where every market was held; 2 where there is nothing to hold it with."""
    told = simulated(args)
    show(args, told, lambda: _text(args, told))
    return 0


def simulated(args: argparse.Namespace) -> list[Row]:
    """Every policy over all seeds, as these arguments ask."""
    leads = _leads(args)
    rows = args.per_seed if leads is None else len(leads.history)
    if args.traffic != "flat" and args.market in MARKETS:
        raise TrainingError("--traffic shapes a day of --market caps or budget: name one of them")
    if args.price_points is not None and args.market not in MARKETS:
        raise TrainingError("--price-points compares prices, not limits: use --market exclusive or top3")
    if (args.targets or args.subsources) and (args.market != "exclusive" or args.price_points is not None):
        named = "--targets" if args.targets else "--subsources"
        raise TrainingError(f"{named} has a market of its own: leave out --market and --price-points")
    if args.targets and args.subsources:
        raise TrainingError("--targets and --subsources are two simulations: ask for one of them")
    if args.bids is not None and not BIDS_MIN <= args.bids <= rows // 2:
        rest = f"the rest of the {rows:,} leads train and compare"
        raise TrainingError(f"--bids takes {BIDS_MIN} to {rows // 2:,}: {rest}")
    results: list[Sequence[msgspec.Struct]] = []
    for seed in range(1, args.seeds + 1):
        tell = teller(f"seed {seed} of {args.seeds}")
        tell("drawing leads and training the conversion model")
        world = draw(args.per_seed, seed, args.rivals) if leads is None else world_of(leads, seed, args.rivals)
        columns = columns_of(world.visible) if leads is None else leads.columns
        held = market(world, columns, MARKETS.get(args.market, 1), args.bids, seed, args.disclosed)
        results.append(_results(args, held, seed, tell))
    return _rows(results)


def _results(args: argparse.Namespace, held: HouseMarket, seed: int, tell: Tell) -> Sequence[msgspec.Struct]:
    if args.targets:
        return reach(held, tell)
    if args.subsources:
        return poison(held, seed, tell)
    if args.market not in MARKETS:
        return pace(held, args.market, tell, args.traffic)
    if args.price_points is None:
        return compare(held, tell)
    points = tuple(sorted({round(100.0 * dollars) for dollars in args.price_points}))
    return compare_points(at_points(held, points, seed), tell)


def _leads(args: argparse.Namespace) -> RealLeads | None:
    if args.leads is None:
        return None
    if args.spec is None:
        raise TrainingError("--leads needs --spec: `python -m training describe --data FILE --label COLUMN` drafts one")
    spec, tell = read_spec(args.spec), teller()
    history = read_history(args.leads, spec, tell=tell)
    if len(history) < LEADS_MIN:
        raise TrainingError(f"{args.leads} has {len(history):,} labelled leads: a market takes {LEADS_MIN:,}")
    tell("training what rivals believe")
    return real_leads(history, spec, args.value, seed=0)


def _rows(results: Sequence[Sequence[Any]]) -> list[Row]:
    rows = []
    for same in zip(*results, strict=True):
        names = [name for name in same[0].__struct_fields__ if name != "policy"]
        by_seed = {name: [getattr(each, name) for each in same] for name in names}
        means = {name: float(np.mean(each)) for name, each in by_seed.items()}
        sd = {name: float(np.std(each, ddof=1)) if len(each) > 1 else 0.0 for name, each in by_seed.items()}
        rows.append({"policy": same[0].policy, **means, "sd": sd, "by_seed": by_seed})
    return rows


def _text(args: argparse.Namespace, rows: Sequence[Row]) -> str:
    shown = [(name, head) for name, head in _HEADS.items() if name in rows[0]]
    head = f"  {'policy':<18}" + "".join([f"{head:>18}" for _, head in shown])
    body = [f"  {row['policy']:<18}" + "".join([_figure(row, name, args.seeds) for name, _ in shown]) for row in rows]
    source = f"{args.per_seed:,} leads" if args.leads is None else f"the leads of {args.leads.name}"
    title = f"{_subject(args)}, rivals {args.rivals}, {args.seeds} seeds of {source}"
    return "\n".join([title, head, *body, reading(args.seeds, rows)])


def _subject(args: argparse.Namespace) -> str:
    if args.targets:
        return "targets, each on its own"
    return "a poisoned sub-source, by leads bought of it" if args.subsources else str(args.market)


def _figure(row: Row, name: str, seeds: int) -> str:
    return f"{row[name]:>10.3f} +-{row['sd'][name]:>5.3f}" if seeds > 1 else f"{row[name]:>18.3f}"


def reading(seeds: int, rows: Sequence[Row]) -> str:
    """How far these figures can be trusted, and where our policy stood among those that do not know the market."""
    if seeds == 1:
        return "One seed shows no spread, and another may turn the order round: use --seeds 5."
    shares = {row["policy"]: row["by_seed"]["share_of_clairvoyant"] for row in rows if "share_of_clairvoyant" in row}
    best = "+- is the standard deviation over the seeds."
    if "ours" not in shares:
        return best
    others = [each for policy, each in shares.items() if policy not in _KNOWING and not policy.startswith("ours")]
    if "ours_exploring" in shares and np.mean(shares["ours"]) > 0.0:
        cost = 1.0 - np.mean(shares["ours_exploring"]) / np.mean(shares["ours"])
        best += f" Exploring costs {cost:.1%} of what `ours` earns."
    if "ours_taught" in shares and np.mean(shares["ours"]) > 0.0:
        taught = np.mean(shares["ours_taught"]) / np.mean(shares["ours"])
        best += f" Learned anew from the exploring bids alone it earns {taught:.1%} of that."
    first = sum(mine > max(theirs) for mine, *theirs in zip(shares["ours"], *others, strict=True))
    return f"{best} `ours` came before every policy that does not know the market in {first} of {seeds} seeds."

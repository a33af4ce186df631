"""Trains the win model on auctions won and lost, as a new version with the live scorer."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

import msgspec

from app.bounds import whole
from app.domain.money import money
from app.packaged import begin_models
from app.scoring.card import Gate
from app.scoring.landscape import FILE
from app.scoring.load import load_version
from app.scoring.registry.changes import live
from app.wire.ping import Leg
from training.errors import TrainingError
from training.frame import add, add_own_models, show, teller
from training.landscape.auctions import auction_log
from training.landscape.export import artefact_of
from training.landscape.learn import FormAttempt, LearnedLandscape, LearnedLeg, learn_landscape
from training.retraining.renew import Parts, renewed
from training.statistics import ReliabilityBin


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`python -m training landscape --data DIR --vertical V [--models DIR] [--winners N] [--json]`."""
    parser.add_argument(
        "--data", type=Path, required=True, help="the folder that `training dataset` wrote, or its bids.parquet"
    )
    parser.add_argument("--vertical", required=True, help="the vertical of the auctions")
    add_own_models(parser)
    parser.add_argument(
        "--winners", type=whole(1, 100), default=None, help="how many buyers a shared lead has (default: estimated)"
    )
    add(parser, "json")


def run(args: argparse.Namespace) -> int:
    """0 where a version was written that predicts better, 1 where it does not; 2 where none can be learned."""
    path = args.data / "bids.parquet" if args.data.is_dir() else args.data
    logs = [log for leg in get_args(Leg) if (log := auction_log(path, args.vertical, leg)) is not None]
    begin_models(args.models)
    base = live(args.models).get(args.vertical)
    if base is None:
        raise TrainingError(f"{args.models} has no live model of {args.vertical!r}: train one first")
    learnt = learn_landscape(logs, winners=args.winners, tell=teller(args.vertical))
    served = [leg for leg in learnt.legs if leg.landscape.sellers]
    if not served:
        why = "; ".join(learnt.thin) or f"{path} holds no decided auction of {args.vertical!r} above a seller's floor"
        raise TrainingError(f"nothing can be learned: {why}")
    gates = [_gate(leg) for leg in learnt.legs]
    told = "; ".join(f"{leg.leg}: {leg.landscape.form} from {len(leg.log):,} auctions" for leg in learnt.legs)
    body = msgspec.json.encode(artefact_of(args.vertical, served)) + b"\n"
    version = renewed(args.models, args.vertical, base, Parts(files={FILE: body}, gates=gates, told={FILE: told}))
    load_version(args.models, args.vertical, version)
    passed, legs = all(gate.passed for gate in gates), [_json(leg) for leg in learnt.legs]
    found = {"version": version, "passed": passed, "legs": legs, "thin": learnt.thin}
    show(args, found, lambda: "\n".join(_lines(args, learnt, gates, version)))
    return 0 if passed else 1


def _gate(leg: LearnedLeg) -> Gate:
    """A landscape must predict the newest auctions better than one curve a seller does."""
    others = f"one curve a seller {leg.log_loss_ortb:.4f}, constant baseline {leg.log_loss_constant:.4f}"
    found = f"log-loss {leg.log_loss:.4f} on the newest {len(leg.newest):,} auctions, {others}"
    return Gate(name=f"landscape, {leg.leg}", passed=leg.log_loss < leg.log_loss_ortb, found=found)


def _json(leg: LearnedLeg) -> dict[str, Any]:
    def bins(found: tuple[ReliabilityBin, ...]) -> list[dict[str, Any]]:
        return [{"name": e.name, "rows": e.count, "won": e.observed, "predicted": e.predicted} for e in found]

    return {
        "leg": leg.leg,
        "rows": len(leg.log),
        "won": float(leg.log.won.mean()),
        "form": leg.landscape.form,
        "winners": leg.landscape.winners,
        "disclosed_prices": leg.priced,
        "sellers": list(leg.landscape.sellers),
        "log_loss": leg.log_loss,
        "log_loss_ortb": leg.log_loss_ortb,
        "log_loss_constant": leg.log_loss_constant,
        "by_bid": bins(leg.by_bid),
        "by_seller": bins(leg.by_seller),
    }


def _attempt(each: FormAttempt) -> str:
    extras = ", spread by facts" * each.moves_spread + ", disclosed prices" * each.priced
    return f"{each.form} with {each.winners} winners{extras} log-loss {each.log_loss:.4f}, {money(each.surplus)} a bid"


def _lines(args: argparse.Namespace, learnt: LearnedLandscape, gates: Sequence[Gate], version: str) -> Iterator[str]:
    yield f"{args.vertical} {version}"
    yield from (f"  left out: {why}" for why in learnt.thin)
    for leg in learnt.legs:
        tried = ", ".join(_attempt(each) for each in leg.attempts)
        sellers = ", ".join(leg.landscape.sellers) or "none"
        yield f"\n  {leg.leg}: {len(leg.log):,} auctions, {leg.log.won.mean():.1%} won; sellers {sellers}"
        yield f"  chosen: {leg.landscape.form} with {leg.landscape.winners} winners; on the newest: {tried}"
        yield f"  {'newest auctions':<26}{'rows':>7}{'won':>8}{'predicted':>11}"
        for each in (*leg.by_bid, *leg.by_seller):
            yield f"  {each.name:<26}{each.count:>7,}{each.observed:>8.1%}{each.predicted:>11.1%}"
    yield ""
    yield from (f"  {gate.line}" for gate in gates)
    words = f"--models {args.models} --vertical {args.vertical} --version {version}"
    yield f"  to let it bid: python -m training registry promote {words}"

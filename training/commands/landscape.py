"""Learns how rivals bid from auctions won and lost, and puts it beside the live scorer as a version of its own."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any, get_args

import msgspec

from app.parquet import ParquetError
from app.scoring.landscape import FILE
from app.scoring.load import load_version
from app.wire.ping import Leg
from training.conversion.gates import Gate
from training.landscape.auctions import auction_log
from training.landscape.export import artefact_of
from training.landscape.learn import LearnedLeg, learn_landscape
from training.registry.pointer import Refused, live
from training.retraining.renew import Parts, renewed
from training.statistics import ReliabilityBin


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`python -m training landscape --data DIR --vertical V [--models DIR] [--winners N] [--json]`."""
    parser.add_argument("--data", type=Path, required=True, help="what `training dataset` wrote, or its bids.parquet")
    parser.add_argument("--vertical", required=True, help="whose auctions")
    parser.add_argument("--models", type=Path, default=Path("models"), help="where the models are")
    parser.add_argument("--winners", type=int, default=None, help="buyers of a shared lead (default: found out)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """0 where a version was written that predicts better, 1 where it does not, 2 where none can be learned."""
    began = monotonic()

    def tell(what: str) -> None:
        print(f"{args.vertical}: {what} ({monotonic() - began:.0f} s)", file=sys.stderr, flush=True)

    path = args.data / "bids.parquet" if args.data.is_dir() else args.data
    try:
        logs = {leg: log for leg in get_args(Leg) if (log := auction_log(path, args.vertical, leg)) is not None}
        base = live(args.models).get(args.vertical)
    except (ParquetError, Refused, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    if base is None:
        print(f"{args.models} has no live model of {args.vertical!r}: train one first", file=sys.stderr)
        return 2
    learnt = learn_landscape(logs, winners=args.winners, tell=tell)
    served = [leg for leg in learnt.legs if leg.landscape.sellers]
    if not served:
        why = "; ".join(learnt.thin) or f"{path} holds no decided auction of {args.vertical!r} above a seller's floor"
        print(f"nothing can be learned: {why}", file=sys.stderr)
        return 2
    gates = tuple(_gate(leg) for leg in learnt.legs)
    told = "; ".join(f"{leg.leg}: {leg.fitted.form} from {len(leg.log):,} auctions" for leg in learnt.legs)
    body = msgspec.json.encode(artefact_of(args.vertical, served)) + b"\n"
    version = renewed(args.models, args.vertical, base, Parts(files={FILE: body}, gates=gates, told={FILE: told}))
    load_version(args.models, args.vertical, version)
    passed = all(gate.passed for gate in gates)
    if args.json:
        legs = [_json(leg) for leg in learnt.legs]
        found = {"version": version, "passed": passed, "legs": legs, "thin": learnt.thin}
        print(msgspec.json.encode(found).decode())
    else:
        print(f"{args.vertical} {version}", *(f"  left out: {why}" for why in learnt.thin), sep="\n")
        print(*(line for leg in learnt.legs for line in ("", *_text(leg))), "", sep="\n")
        print(*(f"  {'pass' if gate.passed else 'FAIL'}  {gate.name}: {gate.found}" for gate in gates), sep="\n")
        words = f"--models {args.models} --vertical {args.vertical} --version {version}"
        print(f"  to let it bid: python -m training registry promote {words}")
    return 0 if passed else 1


def _gate(leg: LearnedLeg) -> Gate:
    """A landscape must predict the newest auctions better than one curve a seller does."""
    return Gate(
        name=f"landscape, {leg.leg}",
        passed=leg.log_loss < leg.log_loss_ortb,
        found=f"log-loss {leg.log_loss:.4f} on the newest {len(leg.newest):,} auctions, one curve a seller "
        f"{leg.log_loss_ortb:.4f}, constant baseline {leg.log_loss_constant:.4f}",
    )


def _json(leg: LearnedLeg) -> dict[str, Any]:
    def bins(found: tuple[ReliabilityBin, ...]) -> list[dict[str, Any]]:
        return [{"name": e.name, "rows": e.count, "won": e.observed, "predicted": e.predicted} for e in found]

    return {
        "leg": leg.leg,
        "rows": len(leg.log),
        "won": float(leg.log.won.mean()),
        "form": leg.fitted.form,
        "winners": leg.fitted.winners,
        "sellers": list(leg.landscape.sellers),
        "log_loss": leg.log_loss,
        "log_loss_ortb": leg.log_loss_ortb,
        "log_loss_constant": leg.log_loss_constant,
        "by_bid": bins(leg.by_bid),
        "by_seller": bins(leg.by_seller),
    }


def _text(leg: LearnedLeg) -> Iterator[str]:
    tried = ", ".join(f"{each.form} with {each.winners} winners {each.log_loss:.4f}" for each in leg.attempts)
    sellers = ", ".join(leg.landscape.sellers) or "none"
    yield f"  {leg.leg}: {len(leg.log):,} auctions, {leg.log.won.mean():.1%} won; sellers {sellers}"
    yield f"  taken: {leg.fitted.form} with {leg.fitted.winners} winners; log-loss on the newest: {tried}"
    yield f"  {'newest auctions':<26}{'rows':>7}{'won':>8}{'predicted':>11}"
    for each in (*leg.by_bid, *leg.by_seller):
        yield f"  {each.name:<26}{each.count:>7,}{each.observed:>8.1%}{each.predicted:>11.1%}"

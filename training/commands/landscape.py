"""Learns how rivals bid from auctions won and lost, and puts it beside the live scorer as a version of its own."""

import argparse
import sys
from pathlib import Path
from time import monotonic
from typing import get_args

import msgspec

from app.packaged import begin_models
from app.parquet import ParquetError
from app.scoring.landscape import FILE
from app.scoring.load import load_version
from app.wire.ping import Leg
from training.conversion.gates import Gate
from training.histories.auctions import auction_log
from training.landscape.learn import Bucket, LearnedLeg
from training.landscape.whole import LearnedLandscape, learn_landscape
from training.registry.pointer import Refused, live
from training.retraining.renew import Parts, renewed


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One leg as `--json` tells it."""

    leg: str
    rows: int
    won: float
    form: str
    winners: int
    sellers: tuple[str, ...]
    log_loss: float
    log_loss_ortb: float
    log_loss_constant: float
    by_bid: tuple[Bucket, ...]
    by_seller: tuple[Bucket, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`python -m training landscape --data DIR --vertical V [--models DIR] [--winners N] [--json]`."""
    parser.add_argument("--data", type=Path, required=True, help="what `training dataset` wrote, or its bids.parquet")
    parser.add_argument("--vertical", required=True, help="whose auctions")
    parser.add_argument("--models", type=Path, default=Path("models"), help="where the models stand")
    parser.add_argument("--winners", type=int, default=None, help="buyers of a shared lead (default: found out)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """0 where a version was written that foretells better, 1 where it does not, 2 where none can be learned."""
    began = monotonic()

    def tell(what: str) -> None:
        print(f"{args.vertical}: {what} ({monotonic() - began:.0f} s)", file=sys.stderr, flush=True)

    path = args.data / "bids.parquet" if args.data.is_dir() else args.data
    try:
        begin_models(args.models)
        logs = {leg: log for leg in get_args(Leg) if (log := auction_log(path, args.vertical, leg)) is not None}
        base = live(args.models).get(args.vertical)
    except (ParquetError, Refused, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    if base is None:
        print(f"{args.models} has no live model of {args.vertical!r}: train one first", file=sys.stderr)
        return 2
    learnt = learn_landscape(args.vertical, logs, winners=args.winners, tell=tell)
    if not learnt.body:
        why = "; ".join(learnt.thin) or f"{path} holds no decided auction of {args.vertical!r}"
        print(f"nothing can be learned: {why}", file=sys.stderr)
        return 2
    version = renewed(args.models, args.vertical, base, parts_of(learnt))
    load_version(args.models, args.vertical, version)
    passed = all(gate.passed for gate in gates_of(learnt))
    print(_json(learnt, version, passed=passed) if args.json else _text(args, learnt, version))
    return 0 if passed else 1


def parts_of(learnt: LearnedLandscape) -> Parts:
    """What is put beside a scorer."""
    return Parts(
        files={FILE: learnt.body},
        gates=gates_of(learnt),
        told={
            FILE: "; ".join(f"{leg.leg}: {leg.fitted.form} from {leg.rows:,} auctions" for leg in learnt.legs),
        },
    )


def gates_of(learnt: LearnedLandscape) -> tuple[Gate, ...]:
    """A landscape must foretell the newest auctions better than one curve a seller does."""
    return tuple(
        Gate(
            name=f"landscape, {leg.leg}",
            passed=leg.log_loss < leg.log_loss_ortb,
            found=f"log-loss {leg.log_loss:.4f} on the newest {leg.newest:,} auctions, one curve a seller "
            f"{leg.log_loss_ortb:.4f}, a constant {leg.log_loss_constant:.4f}",
        )
        for leg in learnt.legs
    )


def _json(learnt: LearnedLandscape, version: str, *, passed: bool) -> str:
    legs = [
        Told(
            leg=leg.leg,
            rows=leg.rows,
            won=leg.won,
            form=leg.fitted.form,
            winners=leg.fitted.winners,
            sellers=tuple(leg.landscape.sellers),
            log_loss=leg.log_loss,
            log_loss_ortb=leg.log_loss_ortb,
            log_loss_constant=leg.log_loss_constant,
            by_bid=leg.by_bid,
            by_seller=leg.by_seller,
        )
        for leg in learnt.legs
    ]
    return msgspec.json.encode({"version": version, "passed": passed, "legs": legs, "thin": learnt.thin}).decode()


def _text(args: argparse.Namespace, learnt: LearnedLandscape, version: str) -> str:
    lines = [f"{args.vertical} {version}", *(f"  left out, {why}" for why in learnt.thin)]
    for leg in learnt.legs:
        lines += ["", *_leg(leg)]
    lines += ["", *(f"  {'pass' if gate.passed else 'FAIL'}  {gate.name}: {gate.found}" for gate in gates_of(learnt))]
    lines.append(
        f"  to let it bid: python -m training registry promote --models {args.models} --vertical {args.vertical} "
        f"--version {version}"
    )
    return "\n".join(lines)


def _leg(leg: LearnedLeg) -> list[str]:
    tried = ", ".join(f"{each.form} with {each.winners} winners {each.log_loss:.4f}" for each in leg.attempts)
    return [
        f"  {leg.leg}: {leg.rows:,} auctions, {leg.won:.1%} won; sellers {', '.join(leg.landscape.sellers) or 'none'}",
        f"  taken: {leg.fitted.form} with {leg.fitted.winners} winners; log-loss on the newest: {tried}",
        f"  {'newest auctions':<26}{'rows':>7}{'won':>8}{'foretold':>10}",
        *(_bucket(each) for each in (*leg.by_bid, *leg.by_seller)),
    ]


def _bucket(bucket: Bucket) -> str:
    return f"  {bucket.name:<26}{bucket.rows:>7,}{bucket.won:>8.1%}{bucket.predicted:>10.1%}"

"""Decides logged pings again: bit for bit, or with another model side by side."""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from math import fsum
from pathlib import Path

import msgspec
import numpy as np

from app.domain.auction.decide import Decision
from app.domain.catalogue import Catalogue, Model
from app.domain.money import money
from app.journal.lines import PingLine
from app.scoring.artefact import Unusable
from app.scoring.load import load_version
from training.errors import TrainingError
from training.frame import add, journals_of, show, told_pings
from training.statistics import quantiles
from training.trial.replay import Archive, Missing, Replay, decided_again, replay


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One policy's bids. Money in cents: `price` is the mean of a ping's best bid.

    `surplus` is the sum of what it expects, by its own numbers: win probability times what the price leaves.
    """

    bids: int
    price: float | None
    surplus: float


class PolicyComparison(msgspec.Struct, frozen=True, kw_only=True):
    """One vertical: `was` is what decided, `new` the other policy, `changed` how many pings it answers otherwise.

    `ratios` are quantiles of new to old price where both bid.
    """

    vertical: str
    policy: str
    pings: int
    changed: int
    both: int
    was: Side
    new: Side
    ratios: dict[str, float]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """By vertical; and the pings that could not be decided, by what was lacking."""

    rows: list[PolicyComparison]
    missing: dict[str, int]


_Best = tuple[int, float] | None
"""Price and surplus of the best bid of a ping, if there is one."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`python -m training replay --data DIR [--since WHEN] [--until WHEN] [--models DIR] [--policy DIR] [--json]`."""
    add(parser, "data", "journal", "since", "until", "models")
    parser.add_argument(
        "--policy",
        type=Path,
        action="append",
        default=[],
        metavar="MODELS/VERTICAL/VERSION",
        help="decide the pings of its vertical with this version, and compare; may be repeated",
    )
    add(parser, "json")


def run(args: argparse.Namespace) -> int:
    """0 where every ping decided again as it had, or could be compared; 1 where not; 2 where there is none."""
    journals = journals_of(args)
    if not journals:
        raise TrainingError("say where the journal is: --data DIR of a service, or --journal DIR")
    for journal in journals:
        if not journal.is_dir():
            raise TrainingError(f"{journal} does not exist: pass the service's data directory")
    archive, pings = Archive(journals, args.models), told_pings(journals, args.since, args.until)
    if args.policy:
        policies = {policy.vertical: policy for policy in map(_policy, args.policy)}
        compared = _compare(pings, archive, policies)
        if not any(row.pings for row in compared.rows):
            raise TrainingError("the journal holds no ping of that span in what these policies price")
        show(args, compared, lambda: "\n".join(_comparison(compared)))
        return 1 if compared.missing else 0
    done = replay(pings, archive)
    if not done.pings:
        raise TrainingError("the journal holds no ping of that span")
    show(args, done, lambda: "\n".join(_proof(done)))
    return 0 if done.is_proof else 1


def _policy(path: Path) -> Model:
    folder = path.resolve()
    try:
        return load_version(folder.parent.parent, folder.parent.name, folder.name)[0]
    except Unusable as unusable:
        raise TrainingError(f"{path} is no version of a model, such as models/solar/0002: {unusable}") from None


def _proof(done: Replay) -> Iterator[str]:
    yield f"{done.pings:,} pings: {done.same:,} decided again bit for bit, {done.differing:,} differently"
    if done.shadows:
        yield f"{done.shadows:,} shadows: {done.shadows_same:,} again bit for bit"
    yield from _missing(done.missing)
    yield from (f"  differs: {line_id}" for line_id in done.different)
    if done.differing > len(done.different):
        yield f"  and {done.differing - len(done.different):,} more"


def _comparison(done: Comparison) -> Iterator[str]:
    yield from chain.from_iterable(map(_row, done.rows))
    yield from _missing(done.missing)
    yield "Each surplus is what the policy itself expects, not what it would have earned."


def _row(row: PolicyComparison) -> Iterator[str]:
    share = f"{row.changed / row.pings:.1%}" if row.pings else "none"
    yield f"{row.vertical}, by {row.policy}: {row.pings:,} pings, {row.changed:,} answered otherwise ({share})"
    for name, side in (("as it was", row.was), ("by the policy", row.new)):
        price = money(side.price) if side.price is not None else "-"
        expected = f"${side.surplus / 100 / row.pings:.3f} a ping expected" if row.pings else ""
        yield f"  {name:<14} {side.bids:>9,} bids, mean {price:>8}, {expected}"
    if row.ratios:
        ratios = ", ".join(f"{name} {ratio:.3f}" for name, ratio in row.ratios.items())
        yield f"  new to old price where both bid ({row.both:,}): {ratios}"


def _missing(missing: dict[str, int]) -> Iterator[str]:
    return (f"{count:,} pings could not be decided: {lacking}" for lacking, count in missing.items())


def _compare(lines: Iterable[PingLine], archive: Archive, policies: Mapping[str, Model]) -> Comparison:
    """Decide every ping by its vertical's policy too; tests are left out, since nobody buys them."""
    pairs: dict[str, list[tuple[_Best, _Best]]] = {vertical: [] for vertical in policies}
    priced: dict[tuple[str, str], Catalogue] = {}
    pings, changed, missing = Counter[str](), Counter[str](), Counter[str]()
    for line in lines:
        vertical, key = line.ping.vertical, (line.config, line.ping.vertical)
        if vertical not in policies or line.ping.test:
            continue
        pings[vertical] += 1
        try:
            if key not in priced:
                priced[key] = archive.priced_by(line, policies[vertical])
            decision = decided_again(line, priced[key])
        except Missing as lacking:
            missing[str(lacking)] += 1
        else:
            changed[vertical] += _sent(decision) != _sent(line.decision)
            pairs[vertical].append((_best(line.decision), _best(decision)))
    rows = [_compared(policy, pings[name], changed[name], pairs[name]) for name, policy in policies.items()]
    return Comparison(rows=rows, missing=dict(missing))


def _compared(policy: Model, pings: int, changed: int, pairs: Sequence[tuple[_Best, _Best]]) -> PolicyComparison:
    ratios = [new[0] / was[0] for was, new in pairs if was and new]
    return PolicyComparison(
        vertical=policy.vertical,
        policy=policy.version,
        pings=pings,
        changed=changed,
        both=len(ratios),
        was=_side([was for was, _ in pairs if was]),
        new=_side([new for _, new in pairs if new]),
        ratios=quantiles(ratios),
    )


def _best(decision: Decision) -> _Best:
    best = max(decision.bids, key=lambda bid: bid.surplus, default=None)
    return (best.price_cents, best.surplus) if best is not None else None


def _side(bids: Sequence[tuple[int, float]]) -> Side:
    price = float(np.mean([price for price, _ in bids])) if bids else None
    return Side(bids=len(bids), price=price, surplus=fsum(surplus for _, surplus in bids))


def _sent(decision: Decision) -> object:
    """What the seller would get: the bids, or the code of the refusal."""
    bids = [(bid.campaign, bid.leg, bid.price_cents) for bid in decision.bids]
    return bids or (decision.refusal.code if decision.refusal is not None else "")

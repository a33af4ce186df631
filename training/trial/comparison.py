"""What another policy would have bid on the pings that are logged, beside what was bid."""

from collections import Counter
from collections.abc import Iterable, Mapping
from math import fsum

import msgspec
import numpy as np

from app.domain.auction.decide import Decision
from app.domain.catalogue import Catalogue, Model
from app.journal.lines import PingLine
from training.statistics import quantiles
from training.trial.replay import Archive, Missing, decided_again


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


class _Tally:
    """One vertical under way: its best bids as they were, and as the policy makes them."""

    def __init__(self, policy: Model) -> None:
        self.policy = policy
        self.priced: dict[str, Catalogue] = {}
        self.pings = self.changed = 0
        self.was: list[tuple[int, float]] = []
        self.new: list[tuple[int, float]] = []
        self.ratios: list[float] = []

    def take(self, line: PingLine, archive: Archive) -> None:
        self.pings += 1
        if line.config not in self.priced:
            self.priced[line.config] = archive.priced_by(line, self.policy)
        decision = decided_again(line, self.priced[line.config])
        self.changed += _sent(decision) != _sent(line.decision)
        before, after = _best(line.decision), _best(decision)
        self.was += before
        self.new += after
        self.ratios += [new / was for (was, _), (new, _) in zip(before, after, strict=False)]

    def row(self) -> PolicyComparison:
        return PolicyComparison(
            vertical=self.policy.vertical,
            policy=self.policy.version,
            pings=self.pings,
            changed=self.changed,
            both=len(self.ratios),
            was=_side(self.was),
            new=_side(self.new),
            ratios=quantiles(self.ratios),
        )


def _best(decision: Decision) -> list[tuple[int, float]]:
    """Price and surplus of the best bid of a ping, if there is one."""
    best = sorted(decision.bids, key=lambda bid: -bid.surplus)[:1]
    return [(bid.price_cents, bid.surplus) for bid in best]


def _side(bids: list[tuple[int, float]]) -> Side:
    price = float(np.mean([price for price, _ in bids])) if bids else None
    return Side(bids=len(bids), price=price, surplus=fsum(surplus for _, surplus in bids))


def compare(
    lines: Iterable[PingLine],
    archive: Archive,
    policies: Mapping[str, Model],
) -> Comparison:
    """Decide every ping by its vertical's policy too; tests are left out, because they are not bought."""
    tallies = {vertical: _Tally(policy) for vertical, policy in policies.items()}
    missing: Counter[str] = Counter()
    for line in lines:
        if line.ping.vertical in tallies and not line.ping.test:
            try:
                tallies[line.ping.vertical].take(line, archive)
            except Missing as lacking:
                missing[str(lacking)] += 1
    return Comparison(rows=[tally.row() for tally in tallies.values()], missing=dict(missing))


def _sent(decision: Decision) -> object:
    """What the seller would get: the bids, or the code of the refusal."""
    bids = [(bid.campaign, bid.leg, bid.price_cents) for bid in decision.bids]
    return bids or (decision.refusal.code if decision.refusal is not None else "")

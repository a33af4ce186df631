"""What another policy would have bid on the pings that are logged, beside what was bid."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from math import fsum

import msgspec
import numpy as np

from app.domain.auction.decide import Decision
from app.domain.catalogue import Catalogue, Model
from app.journal.lines import PingLine
from training.trial.replay import Missing, Past, decided_again

_TOLD_EVERY = 20_000
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One policy's bids. Money in cents: `price` is the mean of a ping's best bid.

    `surplus` is the sum of what it expects, by its own numbers: win probability times what the price leaves.
    """

    bids: int
    price: float | None
    surplus: float


class Row(msgspec.Struct, frozen=True, kw_only=True):
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

    rows: list[Row]
    missing: dict[str, int]


class _Bids:
    """The best bids of one policy, as they come."""

    def __init__(self) -> None:
        self._prices: list[int] = []
        self._surpluses: list[float] = []

    def take(self, decision: Decision) -> int | None:
        """Note a decision; its price."""
        best = max(decision.bids, key=lambda bid: bid.surplus, default=None)
        if best is None:
            return None
        self._prices.append(best.price_cents)
        self._surpluses.append(best.surplus)
        return best.price_cents

    def side(self) -> Side:
        price = float(np.mean(self._prices)) if self._prices else None
        return Side(bids=len(self._prices), price=price, surplus=fsum(self._surpluses))


class _Tally:
    """One vertical under way."""

    def __init__(self, policy: Model) -> None:
        self.policy = policy
        self.priced: dict[str, Catalogue] = {}
        self.pings = self.changed = 0
        self.was, self.new = _Bids(), _Bids()
        self.ratios: list[float] = []

    def take(self, line: PingLine, past: Past) -> None:
        self.pings += 1
        if line.config not in self.priced:
            self.priced[line.config] = past.priced_by(line, self.policy)
        decision = decided_again(line, self.priced[line.config])
        before, after = self.was.take(line.decision), self.new.take(decision)
        self.changed += _sent(decision) != _sent(line.decision)
        if before is not None and after is not None:
            self.ratios.append(after / before)

    def row(self) -> Row:
        quantiles = {f"{each:.0%}": float(np.quantile(self.ratios, each)) for each in _QUANTILES if self.ratios}
        return Row(
            vertical=self.policy.vertical,
            policy=self.policy.version,
            pings=self.pings,
            changed=self.changed,
            both=len(self.ratios),
            was=self.was.side(),
            new=self.new.side(),
            ratios=quantiles,
        )


def compare(
    lines: Iterable[PingLine],
    past: Past,
    policies: Mapping[str, Model],
    tell: Callable[[int], None] = lambda _: None,
) -> Comparison:
    """Decide every ping by its vertical's policy too; tests are left out, since nobody buys them."""
    tallies = {vertical: _Tally(policy) for vertical, policy in policies.items()}
    missing: Counter[str] = Counter()
    for number, line in enumerate(lines, 1):
        if number % _TOLD_EVERY == 0:
            tell(number)
        if line.ping.vertical in tallies and not line.ping.test:
            try:
                tallies[line.ping.vertical].take(line, past)
            except Missing as lacking:
                missing[str(lacking)] += 1
    return Comparison(rows=[tally.row() for tally in tallies.values()], missing=dict(missing))


def _sent(decision: Decision) -> object:
    """What a seller would be told: the bids, or the code of the refusal."""
    bids = [(bid.campaign, bid.leg, bid.price_cents) for bid in decision.bids]
    return bids or (decision.refusal.code if decision.refusal is not None else "")

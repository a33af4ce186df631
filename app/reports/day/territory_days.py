"""What a territory's demand does to a campaign's bids, shown by the two territories that differ most."""

from itertools import combinations
from math import sqrt

import msgspec

from app.reports.day.bins import Series, Sums


class TerritoryDay(msgspec.Struct, frozen=True, kw_only=True):
    """One campaign's bids in a territory with reported demand, and the shadow price of that demand, in cents."""

    campaign: str
    territory: str
    price: Series
    shadow: Series


class TerritoryBook:
    """Every campaign's bids and shadow prices in every territory with reported demand."""

    def __init__(self, bins: int) -> None:
        self._bins = bins
        self._sums: dict[tuple[str, str], tuple[Sums, Sums]] = {}

    def bid(self, campaign: str, territory: str, at: int, price_cents: int) -> None:
        """A bid was made there."""
        self._of(campaign, territory)[0].add(at, price_cents)

    def value(self, campaign: str, territory: str, at: int, shadow_cents: float) -> None:
        """A lead from there was valued with this shadow price."""
        self._of(campaign, territory)[1].add(at, shadow_cents)

    def contrast(self) -> tuple[TerritoryDay, ...]:
        """The two of one campaign that differ most, the one that seeks leads first; the one there is, or none.

        Where nothing was bid there is nothing to see.
        """
        days = [
            TerritoryDay(campaign=campaign, territory=name, price=price.series(), shadow=shadow.series())
            for (campaign, name), (price, shadow) in sorted(self._sums.items(), key=lambda item: item[0])
            if any(price.counts)
        ]
        pairs = [pair for pair in combinations(days, 2) if pair[0].campaign == pair[1].campaign]
        if not pairs:
            return tuple(days[:1])
        one, other = max(pairs, key=lambda pair: _difference(*pair))
        return (one, other) if one.shadow.mean <= other.shadow.mean else (other, one)

    def _of(self, campaign: str, territory: str) -> tuple[Sums, Sums]:
        return self._sums.setdefault((campaign, territory), (Sums(self._bins), Sums(self._bins)))


def _difference(one: TerritoryDay, other: TerritoryDay) -> float:
    """A difference that many bids show counts more than one of a few."""
    return abs(one.shadow.mean - other.shadow.mean) * sqrt(min(one.price.count, other.price.count))

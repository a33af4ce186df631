"""One campaign's day: what it traded, what it bid, and what pushed its bids up or held them down."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from app.domain.pricing.pricing import Valuation
from app.reports.day.bins import A_HOUR, Series, Sums
from app.reports.tally import CampaignTrade

Kind = Literal["boost", "signal"]
Terms = Iterable[tuple[str, float]]


class DayTrade(msgspec.Struct, frozen=True, kw_only=True):
    """What bidding came to. `bids` are pings with a bid; `spend_cents` was paid, `value_cents` conversions brought."""

    bids: int = 0
    leads: int = 0
    spend_cents: int = 0
    conversions: int = 0
    value_cents: int = 0

    @property
    def profit_cents(self) -> int:
        return self.value_cents - self.spend_cents


class Push(msgspec.Struct, frozen=True, kw_only=True):
    """A boost or signal: `cents` on the leads that it touched."""

    campaign: str
    kind: Kind
    name: str
    cents: Series

    @property
    def spans(self) -> list[tuple[int, int]]:
        """From which bin up to which other it was on; an hour without a lead does not end it."""
        spans: list[tuple[int, int]] = []
        for at in [at for at, count in enumerate(self.cents.counts) if count]:
            if spans and at - spans[-1][1] <= A_HOUR:
                spans[-1] = (spans[-1][0], at + 1)
            else:
                spans.append((at, at + 1))
        return spans


class CampaignDay(msgspec.Struct, frozen=True, kw_only=True):
    """`price` is what was bid, `shadows` what each cap took off every lead that was valued, in cents.

    `budget` among the shadows is what all budgets together take off.
    """

    name: str
    trade: DayTrade
    price: Series
    shadows: dict[str, Series]
    pushes: tuple[Push, ...]


class CampaignBook:
    """One campaign's day in the making."""

    def __init__(self, name: str, bins: int) -> None:
        self._name = name
        self._bins = bins
        self.conversions = self.value_cents = 0
        self.price = Sums(bins)
        self._valued = Sums(bins)
        self._shadows: dict[str, Sums] = {}
        self._pushes: dict[tuple[Kind, str], Sums] = {}

    def value(self, at: int, valuation: Valuation, caps: Terms) -> None:
        """Take down what moved the value of one lead; `caps` are the shadow prices of its caps."""
        self._valued.add(at)
        for name, cents in caps:
            self._shadows.setdefault(name, Sums(self._bins)).add(at, cents)
        if valuation.budget > 0.0:
            off = valuation.budget * max(valuation.bid_value, 0.0)
            self._shadows.setdefault("budget", Sums(self._bins)).add(at, off)
        self._push("boost", at, valuation.boosts)
        self._push("signal", at, valuation.signals)

    def day(self, traded: CampaignTrade) -> CampaignDay:
        """The day with what was counted of the campaign's trade."""
        valued = tuple(self._valued.counts)
        return CampaignDay(
            name=self._name,
            trade=DayTrade(
                bids=traded.pings,
                leads=traded.leads,
                spend_cents=traded.spend_cents,
                conversions=self.conversions,
                value_cents=self.value_cents,
            ),
            price=self.price.series(),
            # Where a lead was valued without this shadow it took nothing off.
            shadows={name: Series(counts=valued, totals=tuple(sums.totals)) for name, sums in self._shadows.items()},
            pushes=tuple(
                [
                    Push(campaign=self._name, kind=kind, name=name, cents=sums.series())
                    for (kind, name), sums in self._pushes.items()
                ]
            ),
        )

    def _push(self, kind: Kind, at: int, terms: Terms) -> None:
        for name, cents in terms:
            self._pushes.setdefault((kind, name), Sums(self._bins)).add(at, cents)

"""One campaign's day: what it traded, what it bid, and what pushed its bids up or held them down."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from app.domain.pricing.pricing import Valuation
from app.reports.day.bins import Series, Sums
from app.reports.rates import win_rate
from app.reports.tally import CampaignTrade

Kind = Literal["boost", "signal", "target"]
_ANYWHERE = ""
_TARGETS = "targets"

Terms = Iterable[tuple[str, float]]


class DayTrade(msgspec.Struct, frozen=True, kw_only=True):
    """What bidding came to. `bids` are pings with a bid, of which `repeats` were answered before and `won` were posted.

    `spend_cents` was paid for leads and `handling_cents` for working them; `value_cents` is what conversions brought.
    """

    bids: int = 0
    repeats: int = 0
    won: int = 0
    leads: int = 0
    spend_cents: int = 0
    handling_cents: int = 0
    conversions: int = 0
    value_cents: int = 0

    @property
    def win_rate(self) -> float | None:
        """Of bids; one that was asked for again is one bid."""
        return win_rate(self.won, self.bids - self.repeats)

    @property
    def profit_cents(self) -> int:
        """What conversions left after leads were paid and worked."""
        return self.value_cents - self.spend_cents - self.handling_cents


class Push(msgspec.Struct, frozen=True, kw_only=True):
    """A boost, a signal, or a target that pays more: `cents` on the leads that it touched.

    `off` are the bins in which it touched none, although there were leads of the places where it touches some.
    """

    campaign: str
    kind: Kind
    name: str
    cents: Series
    off: tuple[int, ...] = ()

    @property
    def spans(self) -> list[tuple[int, int]]:
        """From which bin up to which other it was on: only a lead that it passed over ends it, and no lack of leads."""
        spans: list[tuple[int, int]] = []
        for at in [at for at, count in enumerate(self.cents.counts) if count]:
            if spans and not any(spans[-1][1] <= off < at for off in self.off):
                spans[-1] = (spans[-1][0], at + 1)
            else:
                spans.append((at, at + 1))
        return spans


class CampaignDay(msgspec.Struct, frozen=True, kw_only=True):
    """`price` is what was bid, `shadows` what each cap took off every lead that was valued, in cents.

    `budget` among the shadows is what all budgets together take off, `targets` what all targets do. A
    target that pays more is a push.
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
        # By place: the bins with a lead from there. A boost knows no places, a signal those that it was seen at.
        self._seen: dict[str, set[int]] = {}
        self._places: dict[tuple[Kind, str], set[str]] = {}

    def value(self, at: int, place: str, valuation: Valuation, caps: Terms) -> None:
        """Take down what moved the value of one lead from a place; `caps` are the shadow prices of its caps."""
        self._valued.add(at)
        for each in (_ANYWHERE, place):
            self._seen.setdefault(each, set()).add(at)
        for name, cents in caps:
            self._shadows.setdefault(name, Sums(self._bins)).add(at, cents)
        if valuation.budget > 0.0:
            off = valuation.budget * max(valuation.bid_value, 0.0)
            self._shadows.setdefault("budget", Sums(self._bins)).add(at, off)
        off = valuation.without_targets - valuation.bid_value if valuation.targets else 0.0
        if off > 0.0:
            self._shadows.setdefault(_TARGETS, Sums(self._bins)).add(at, off)
        owed = [(term.name, term.cents) for term in valuation.targets if term.cents > 0.0]
        self._push("target", at, _ANYWHERE, owed)
        self._push("boost", at, _ANYWHERE, valuation.boosts)
        self._push("signal", at, place, valuation.signals)

    def day(self, traded: CampaignTrade, handling_cents: int) -> CampaignDay:
        """The day with what was counted of the campaign's trade, in which each lead takes so much to work."""
        valued = tuple(self._valued.counts)
        return CampaignDay(
            name=self._name,
            trade=DayTrade(
                bids=traded.pings,
                won=traded.won,
                leads=traded.leads,
                spend_cents=traded.spend_cents,
                handling_cents=handling_cents * traded.leads,
                conversions=self.conversions,
                value_cents=self.value_cents,
            ),
            price=self.price.series(),
            # Where a lead was valued without this shadow it took nothing off.
            shadows={name: Series(counts=valued, totals=tuple(sums.totals)) for name, sums in self._shadows.items()},
            pushes=tuple(
                [
                    Push(campaign=self._name, kind=kind, name=name, cents=sums.series(), off=self._off(kind, name))
                    for (kind, name), sums in self._pushes.items()
                ]
            ),
        )

    def _push(self, kind: Kind, at: int, place: str, terms: Terms) -> None:
        for name, cents in terms:
            self._pushes.setdefault((kind, name), Sums(self._bins)).add(at, cents)
            self._places.setdefault((kind, name), set()).add(place)

    def _off(self, kind: Kind, name: str) -> tuple[int, ...]:
        """The bins in which leads came from places of this push, and it touched none of them."""
        seen = set().union(*[self._seen[place] for place in self._places[kind, name]])
        counts = self._pushes[kind, name].counts
        return tuple(sorted(at for at in seen if not counts[at]))

"""What a market comes to: per buyer, per seller, per mode. It counts leads as they come and keeps none."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from statistics import quantiles
from typing import Any

import msgspec

from app.mock_exchange.market.audit import Audited

MS_MAX = 4_000
"""Answer times kept a buyer, every other one thrown away when there are more."""


class BuyerTally(msgspec.Struct, kw_only=True):
    """One buyer's trade. `lost` counts why bids were not sold, `failed` how asking went wrong."""

    pings: int = 0
    bids: int = 0
    bid_cents: int = 0
    won: int = 0
    spend_cents: int = 0
    posts_refused: int = 0
    lost: Counter[str] = msgspec.field(default_factory=Counter)
    failed: Counter[str] = msgspec.field(default_factory=Counter)
    no_bids: Counter[str] = msgspec.field(default_factory=Counter)
    ms: list[float] = []
    step: int = 1


class SellerTally(msgspec.Struct, kw_only=True):
    """One seller's, or one mode's. A lead that is sold to three is one lead and three sales."""

    leads: int = 0
    dropped: int = 0
    sold: int = 0
    sales: int = 0
    revenue_cents: int = 0


class MarketTally:
    """Add every lead, then ask for the tables."""

    def __init__(self) -> None:
        self.buyers: defaultdict[str, BuyerTally] = defaultdict(BuyerTally)
        self.sellers: defaultdict[str, SellerTally] = defaultdict(SellerTally)
        self.modes: defaultdict[str, SellerTally] = defaultdict(SellerTally)

    @property
    def whole(self) -> SellerTally:
        """The market as one."""
        fields = SellerTally.__struct_fields__
        return SellerTally(**{name: sum(getattr(each, name) for each in self.sellers.values()) for name in fields})

    def add(self, audited: Audited) -> None:
        """One lead more."""
        sold = audited.sold
        for tally in (self.sellers[audited.seller], self.modes[f"{audited.mode}, {audited.selection}"]):
            tally.leads += 1
            tally.dropped += bool(audited.dropped)
            tally.sold += bool(sold)
            tally.sales += len(sold)
            tally.revenue_cents += sum(post.price_cents for post in sold)
        for ask in audited.asks:
            buyer = self.buyers[ask.buyer]
            buyer.pings += 1
            _keep(buyer, ask.ms)
            if ask.outcome == "bid":
                buyer.bids += 1
                buyer.bid_cents += max(cents for _, cents in ask.offers)
                if ask.fate != "won":
                    buyer.lost[ask.fate] += 1
            elif ask.outcome == "no_bid":
                buyer.no_bids[ask.reason or "no reason"] += 1
            else:
                buyer.failed[f"{ask.outcome} {ask.reason}".strip()] += 1
        for post in audited.posts:
            buyer = self.buyers[post.buyer]
            if post.outcome == "accepted":
                buyer.won += 1
                buyer.spend_cents += post.price_cents
            else:
                buyer.posts_refused += 1

    def buyer_rows(self) -> list[tuple[str, ...]]:
        """As `BUYER_HEADS` says, who spends most first."""
        rows: list[tuple[str, ...]] = []
        for name, buyer in sorted(self.buyers.items(), key=lambda item: -item[1].spend_cents):
            p50, p99 = _p50_p99(buyer.ms)
            rows.append(
                (
                    name,
                    str(buyer.pings),
                    _share(buyer.bids, buyer.pings),
                    _dollars(buyer.bid_cents, buyer.bids),
                    str(buyer.won),
                    _dollars(buyer.spend_cents, buyer.won),
                    _dollars(buyer.spend_cents, 1),
                    str(buyer.posts_refused),
                    str(buyer.failed.total()),
                    f"{p50:.1f}",
                    f"{p99:.1f}",
                )
            )
        return rows

    def summary(self) -> dict[str, Any]:
        """All of it as plain values: money in cents, times in milliseconds."""
        return {
            "market": self.whole,
            "sellers": self.sellers,
            "modes": self.modes,
            "buyers": {
                name: {
                    "pings": each.pings,
                    "bids": each.bids,
                    "won": each.won,
                    "spend_cents": each.spend_cents,
                    "posts_refused": each.posts_refused,
                    "no_bids": each.no_bids,
                    "lost": each.lost,
                    "failed": each.failed,
                    "ping_ms": dict(zip(("p50", "p99"), _p50_p99(each.ms), strict=True)),
                }
                for name, each in self.buyers.items()
            },
        }

    def seller_rows(self, tallies: Mapping[str, SellerTally]) -> list[tuple[str, ...]]:
        """As `SELLER_HEADS` says, of sellers or modes."""
        return [
            (
                name,
                str(each.leads),
                str(each.sold),
                _share(each.sold, each.leads),
                str(each.sales),
                _dollars(each.revenue_cents, each.sales),
                _dollars(each.revenue_cents, 1),
            )
            for name, each in sorted(tallies.items())
        ]


BUYER_HEADS = (
    "buyer", "pings", "bid", "usual bid", "bought", "paid each", "spend", "refused", "failed", "ms", "p99",
)  # fmt: skip
SELLER_HEADS = ("", "leads", "sold", "share", "sales", "each", "revenue")


def _keep(buyer: BuyerTally, ms: float) -> None:
    """A sample of the answer times that stays small: when full it loses every other one, and takes half as many."""
    if buyer.pings % buyer.step == 0:
        buyer.ms.append(ms)
        if len(buyer.ms) > MS_MAX:
            buyer.ms = buyer.ms[::2]
            buyer.step *= 2


def _p50_p99(ms: list[float]) -> tuple[float, float]:
    if len(ms) < 2:
        return (ms[0], ms[0]) if ms else (0.0, 0.0)
    cuts = quantiles(ms, n=100, method="inclusive")
    return cuts[49], cuts[98]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "-"


def _dollars(cents: int, count: int) -> str:
    return f"${cents / count / 100.0:,.2f}" if count else "-"

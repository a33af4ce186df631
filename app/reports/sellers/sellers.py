"""Sellers side by side, and each to its sub-sources."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from app.domain.catalogue import Model
from app.domain.seller import Habits, Seller
from app.reports.rates import bid_rate, win_rate
from app.reports.tally import SellerTrade
from app.reports.trading import named


class SellerRow(msgspec.Struct, frozen=True, kw_only=True):
    """A seller and what came of it; `status` is open, paused or suspended, and `why` it is.

    `is_live` is whether its leads are bought for real, `keys` how many it has.
    """

    seller: str
    title: str
    dialect: str
    mode: str
    is_live: bool
    status: str
    why: str
    keys: int
    pings: int
    bids: int
    bid_rate: float | None
    win_rate: float | None
    leads: int
    spend_cents: int
    mismatched: int
    certificate_failures: int
    tests: int


class SourceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A sub-source of a seller. `quality_factors` are what its leads were worth over what was predicted, by vertical,
    where that was measured; `blocked` is whether nothing is bought of it.
    """

    source: str
    pings: int
    bids: int
    won: int
    leads: int
    spend_cents: int
    quality_factors: dict[str, float]
    blocked: bool


class SellerHabit(msgspec.Struct, frozen=True, kw_only=True):
    """What a seller's leads of one vertical turned out to be; `measured` where a model learned it."""

    vertical: str
    quality_factor: float
    return_rate: float
    measured: bool


def seller_row(seller: Seller, trade: SellerTrade, *, is_live: bool, suspended: str | None) -> SellerRow:
    """The row of a seller; `suspended` is why it is, None where it is not."""
    status = "paused" if seller.paused else "open" if suspended is None else "suspended"
    return SellerRow(
        seller=seller.name,
        title=seller.title,
        dialect=seller.dialect,
        mode=seller.mode,
        is_live=is_live,
        status=status,
        why=suspended or "",
        keys=len(seller.key_sha256),
        pings=trade.pings,
        bids=trade.bids,
        bid_rate=bid_rate(trade.bids, trade.pings),
        win_rate=win_rate(trade.won, trade.bids),
        leads=trade.accepted,
        spend_cents=trade.spend_cents,
        mismatched=sum(trade.mismatched.values()),
        certificate_failures=trade.certificate_failures,
        tests=trade.test_pings + trade.test_posts,
    )


def source_rows(seller: Seller, trade: SellerTrade, models: Iterable[Model]) -> Iterator[SourceRow]:
    """Its sub-sources, those on which most was spent first."""
    measured: dict[str, dict[str, float]] = {}
    for model in models:
        for source, factor in model.habits.get(seller.name, Habits()).sub_sources.items():
            measured.setdefault(source, {})[model.vertical] = factor
    counted = dict(named(trade.sources))
    for source, share in sorted(counted.items(), key=lambda item: (-item[1].spend_cents, -item[1].pings, item[0])):
        yield SourceRow(
            source=source,
            pings=share.pings,
            bids=share.bids,
            won=share.won,
            leads=share.leads,
            spend_cents=share.spend_cents,
            quality_factors=measured.get(source, {}),
            blocked=source in seller.blocked_sub_sources,
        )


def seller_habits(seller: Seller, models: Mapping[str, Model]) -> Iterator[SellerHabit]:
    """By vertical, as bids are priced by them."""
    for vertical, model in sorted(models.items()):
        habits = model.habits.get(seller.name)
        used = habits if habits is not None else seller.habits
        yield SellerHabit(
            vertical=vertical,
            quality_factor=used.quality_factor,
            return_rate=used.return_rate,
            measured=habits is not None,
        )

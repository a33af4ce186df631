"""Gathers what the console shows of sellers: their trade, their tests, their keys and their links."""

import msgspec

from app.domain.onboarding.certification import Event
from app.domain.onboarding.link import signature
from app.domain.seller import Seller
from app.reports.counting import SellersTrade
from app.reports.scorecard import first_hour, scorecard
from app.reports.sellers.sellers import SellerHabit, SellerRow, SourceRow, seller_habits, seller_row, source_rows
from app.reports.tally import JournalTally, SellerTrade
from app.usecases.bidder import Bidder
from app.usecases.onboarding.certify import Certifier, StepStanding
from app.wire.scorecard import Scorecard

TESTS_SHOWN = 20
LINK_DAYS = 30
_DAY_S = 86_400


class SellersView(msgspec.Struct, frozen=True, kw_only=True):
    """All sellers over the last `days`; `since` is UTC epoch seconds."""

    days: int
    since: float
    sellers: tuple[SellerRow, ...]


class SellerView(msgspec.Struct, frozen=True, kw_only=True):
    """One seller. `card` is its scorecard with every reason, `steps` is its certification, `tests` are its latest.

    `keys` are the first characters of their SHA-256. The links open its pages without a key until `links_end`; they
    begin at the service's address.
    """

    row: SellerRow
    card: Scorecard
    sources: tuple[SourceRow, ...]
    habits: tuple[SellerHabit, ...]
    steps: tuple[StepStanding, ...]
    tests: tuple[Event, ...]
    keys: tuple[str, ...]
    instructions_link: str
    certification_link: str
    links_end: float


async def sellers_view(bidder: Bidder, tally: JournalTally, days: int, now: float) -> SellersView:
    """Those that sold most first. Raises StoreUnavailable."""
    suspended = await _suspended(bidder, now)
    rows = [_row(bidder, seller, tally, suspended) for seller in bidder.catalogue.sellers.values()]
    rows.sort(key=lambda row: (-row.spend_cents, -row.pings, row.seller))
    return SellersView(days=days, since=first_hour(now, days), sellers=tuple(rows))


async def seller_view(
    bidder: Bidder, certifier: Certifier, seller: Seller, tally: JournalTally, days: int, now: float
) -> SellerView:
    """One of them. Raises StoreUnavailable."""
    since = first_hour(now, days)
    returns = await bidder.store.return_counts(seller.name, since, now)
    trade = SellersTrade(sellers=tally.sellers)
    until = (int(now) // _DAY_S + 1 + LINK_DAYS) * _DAY_S
    models = bidder.catalogue.models
    return SellerView(
        row=_row(bidder, seller, tally, await _suspended(bidder, now)),
        card=scorecard(seller.name, "full", trade, returns, since, now),
        sources=tuple(source_rows(seller, tally.sellers.get(seller.name, SellerTrade()), models.values())),
        habits=tuple(seller_habits(seller, models)),
        steps=tuple(certifier.standing(seller.name)),
        tests=tuple(certifier.latest(seller.name, TESTS_SHOWN)),
        keys=tuple([key[:8] for key in seller.key_sha256]),
        instructions_link=_link(bidder, seller, "instructions", until),
        certification_link=_link(bidder, seller, "certification", until),
        links_end=float(until),
    )


async def _suspended(bidder: Bidder, now: float) -> dict[str, str]:
    return {each.target: each.why for each in await bidder.store.switches(now) if each.kind == "pause"}


def _row(bidder: Bidder, seller: Seller, tally: JournalTally, suspended: dict[str, str]) -> SellerRow:
    trade = tally.sellers.get(seller.name, SellerTrade())
    is_live = seller.is_live(bidder.certified)
    return seller_row(seller, trade, is_live=is_live, suspended=suspended.get(seller.name))


def _link(bidder: Bidder, seller: Seller, page: str, until: int) -> str:
    signed = signature(bidder.keys.index, seller.name, until)
    return f"/sellers/{seller.name}/{page}?until={until}&sig={signed}"

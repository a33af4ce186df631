"""After a restart: the bids that were promises before it are promises still, and count as such."""

from collections.abc import Iterable, Iterator

import msgspec

from app.domain.seller import Seller
from app.domain.token import read
from app.journal.lines import AnyLine, NoticeLine, PingLine, PostLine
from app.usecases.answer_ping import promised
from app.usecases.book import LiveBid
from app.usecases.counter import Counter
from app.usecases.desk import Desk


def restore_bids(desk: Desk, lines: Iterable[AnyLine], now: float) -> int:
    """Put the bids of these journal lines (oldest first) that live at `now` back into the book; how many there are."""
    for line in lines:
        if isinstance(line, PingLine) and line.bid_ids:
            _restore(desk, line, now)
        elif (isinstance(line, PostLine) and line.status == "accepted") or (
            isinstance(line, NoticeLine) and line.result == "lost"
        ):
            _forget(desk, line.ping_id)
    return desk.book.live_bids


def _restore(desk: Desk, line: PingLine, now: float) -> None:
    bid = read(line.bid_ids[0], desk.keys.signing)
    seller = desk.catalogue.sellers.get(line.seller)
    if bid is None or seller is None or now >= bid.expires_at:
        return
    live = LiveBid(
        seller=line.seller,
        at=line.at,
        expires_at=bid.expires_at,
        terms=bid.terms,
        test=bid.test,
        # The warnings that were told are in no journal: a repeat after a restart goes without them.
        text=msgspec.json.encode(line),
    )
    desk.book.open(bid.nonce, live, [] if bid.test else list(_promised(desk, line, seller)))


def _promised(desk: Desk, line: PingLine, seller: Seller) -> Iterator[tuple[list[Counter], int]]:
    """Counters and price of the campaigns that are declared still."""
    for name, price_cents in promised(line.decision).items():
        campaign = desk.catalogue.campaigns.get(name)
        if campaign is not None:
            yield desk.book.counters(campaign, seller, line.ping.zip, line.ping.state, line.at), price_cents


def _forget(desk: Desk, ping_id: str) -> None:
    bid = read(ping_id, desk.keys.signing)
    if bid is not None:
        desk.book.forget(bid.nonce)

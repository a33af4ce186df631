"""After a restart: the bids that were promises before it are promises still, and count as such."""

from collections.abc import Iterable, Iterator

import msgspec

from app.domain.seller import Seller
from app.domain.token import read
from app.journal.lines import AnyLine, NoticeLine, PingLine, PostLine
from app.usecases.answer_ping import promised
from app.usecases.bidder import Bidder
from app.usecases.book import LiveBid
from app.usecases.counter import Counter


def restore_bids(bidder: Bidder, lines: Iterable[AnyLine], now: float) -> int:
    """Put the bids of these journal lines (oldest first) that live at `now` back into the book; how many there are."""
    for line in lines:
        if isinstance(line, PingLine) and line.bid_ids:
            _restore(bidder, line, now)
        elif (isinstance(line, PostLine) and line.status == "accepted") or (
            isinstance(line, NoticeLine) and line.result == "lost"
        ):
            _forget(bidder, line.ping_id)
    return bidder.book.live_bids


def _restore(bidder: Bidder, line: PingLine, now: float) -> None:
    bid = read(line.bid_ids[0], bidder.keys.signing)
    seller = bidder.catalogue.sellers.get(line.seller)
    if bid is None or seller is None or now >= bid.expires_at:
        return
    live = LiveBid(
        seller=line.seller,
        at=line.at,
        expires_at=bid.expires_at,
        terms=bid.terms,
        test=bid.test,
        # The journal does not hold warnings, so a repeat after a restart has none.
        text=msgspec.json.encode(line),
    )
    bidder.book.open(bid.nonce, live, [] if bid.test else list(_promised(bidder, line, seller)))


def _promised(bidder: Bidder, line: PingLine, seller: Seller) -> Iterator[tuple[list[Counter], int]]:
    """Counters and price of the campaigns that are declared still."""
    for name, price_cents in promised(line.decision).items():
        campaign = bidder.catalogue.campaigns.get(name)
        if campaign is not None:
            yield bidder.book.counters(campaign, seller, line.ping.zip, line.ping.state, line.at), price_cents


def _forget(bidder: Bidder, ping_id: str) -> None:
    bid = read(ping_id, bidder.keys.signing)
    if bid is not None:
        bidder.book.forget(bid.nonce)

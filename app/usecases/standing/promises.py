"""Live bids, each until its own expiry, however long the bids made before and after it live."""

from collections import deque
from collections.abc import Iterator
from heapq import heappop, heappush

from app.domain.auction.decide import Decision
from app.usecases.standing.changes import BidMade

LIVE_MAX = 200_000
"""Bids remembered for repeats and evidence. A bid that falls out is honored anyway: its token says all."""


class Promises:
    """The live bids by nonce; a lead has one at most."""

    def __init__(self) -> None:
        self._bids: dict[bytes, BidMade] = {}
        # Nonces by the second in which their bids expire, and these seconds as a heap. Whatever ended earlier stays
        # there until its second comes: it is not in `_bids` any more, or with another expiry.
        self._expiring: dict[int, deque[bytes]] = {}
        self._seconds: list[int] = []

    def __len__(self) -> int:
        return len(self._bids)

    def find(self, nonce: bytes, now: float) -> BidMade | None:
        """The live bids for one lead of one seller."""
        bid = self._bids.get(nonce)
        return bid if bid is not None and now < bid.expires_at else None

    def make(self, bid: BidMade) -> BidMade | None:
        """Remember a bid, in the place of the one that is returned.

        That is the former bid for its lead, since a lead is sold once; or what expires next, where there are too many.
        """
        former = self._bids.pop(bid.nonce, None)
        if former is None and len(self._bids) >= LIVE_MAX:
            former = self._end_next()
        self._bids[bid.nonce] = bid
        nonces = self._expiring.get(bid.expires_at)
        if nonces is None:
            nonces = self._expiring[bid.expires_at] = deque()
            heappush(self._seconds, bid.expires_at)
        nonces.append(bid.nonce)
        return former

    def end(self, nonce: bytes) -> BidMade | None:
        """Forget the bid for a lead, live or just expired; `None` where there is none."""
        return self._bids.pop(nonce, None)

    def expired(self, now: float) -> int:
        """How many bids at most there are to forget by now."""
        return sum([len(self._expiring[second]) for second in self._seconds if second <= now])

    def end_expired(self, now: float, most: int) -> Iterator[BidMade]:
        """Forget bids whose time is over, of so many at most. What is left is found no more either."""
        while most > 0 and self._seconds and self._seconds[0] <= now:
            nonces = self._expiring[self._seconds[0]]
            for _ in range(min(most, len(nonces))):
                most -= 1
                bid = self._bids.get(nonces.popleft())
                if bid is not None and bid.expires_at <= now:
                    yield self._bids.pop(bid.nonce)
            if not nonces:
                del self._expiring[heappop(self._seconds)]

    def move(self, by: int) -> None:
        """Live on under a clock that was moved by so many seconds."""
        self._bids = {nonce: bid.moved(by) for nonce, bid in self._bids.items()}
        self._expiring = {second + by: nonces for second, nonces in self._expiring.items()}
        # Still a heap: all of it moves by the same.
        self._seconds = [second + by for second in self._seconds]

    def _end_next(self) -> BidMade:
        """Forget the bid that expires next."""
        while True:
            nonces = self._expiring[self._seconds[0]]
            while nonces:
                bid = self._bids.get(nonces.popleft())
                if bid is not None and bid.expires_at == self._seconds[0]:
                    return self._bids.pop(bid.nonce)
            del self._expiring[heappop(self._seconds)]


def promised(decision: Decision) -> dict[str, int]:
    """What each campaign's caps may have to give, in cents: one that bids on both legs counts once, at the higher."""
    prices: dict[str, int] = {}
    for offer in decision.bids:
        if offer.price_cents > prices.get(offer.campaign, 0):
            prices[offer.campaign] = offer.price_cents
    return prices

"""How much a price wins: the bids of each leg by price, and which of them sellers posted."""

from collections.abc import Collection

import msgspec

from app.domain.auction.weighing import Offer
from app.journal.lines import PingLine
from app.reports.day.bins import Band, Bands

PARTS = 10
"""Into how many parts bids are cut by price."""

_OPEN_S = 3_600.0
"""How long a bid is remembered for its post: no bid lives longer."""


class LegWins(msgspec.Struct, frozen=True, kw_only=True):
    """The bids on one leg of a vertical, by price in cents: how many were won, and how many should be.

    Where `learned` is false no auction has taught the prediction yet: it is the curve that the seller is declared with.
    """

    vertical: str
    leg: str
    learned: bool
    bands: tuple[Band, ...]


class WinBook:
    """The bids of a day in the making; only those that may still be posted are held one by one."""

    def __init__(self) -> None:
        self._legs: dict[tuple[str, str], Bands] = {}
        self._open: dict[str, tuple[float, Bands, Offer]] = {}

    def bid(self, line: PingLine, offer: Offer, bid_id: str) -> None:
        """A bid was made; they come in the order of time."""
        bands = self._legs.setdefault((line.ping.vertical, offer.leg), Bands())
        bands.add(offer.price_cents, offer.win_probability, hit=False)
        while self._open and next(iter(self._open.values()))[0] < line.at - _OPEN_S:
            del self._open[next(iter(self._open))]
        self._open[bid_id] = line.at, bands, offer

    def win(self, bid_id: str) -> None:
        """This bid was posted, for the first time or again; what is no bid of ours is passed over."""
        if bid_id in self._open:
            _, bands, offer = self._open.pop(bid_id)
            bands.hit(offer.price_cents)

    def by_leg(self, learned: Collection[str]) -> tuple[LegWins, ...]:
        """What each leg came to; `learned` are the verticals whose win model was learned from auctions."""
        return tuple(
            [
                LegWins(vertical=vertical, leg=leg, learned=vertical in learned, bands=bands.cut(PARTS))
                for (vertical, leg), bands in sorted(self._legs.items())
            ]
        )

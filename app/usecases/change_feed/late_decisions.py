"""Tells a sale of the decision behind its bid, where a balancer led the post to another replica than the ping."""

from collections.abc import Iterator

import msgspec

from app.domain.auction.weighing import Offer
from app.domain.targets.targets import TargetUse
from app.store.change_feed.late_decisions import LateDecision
from app.usecases.bidder import Bidder
from app.usecases.make_sale import offer_of, sealed_piece
from app.usecases.standing.changes import BidMade, Sold


class LateDecisions:
    """Those that are not written yet: whoever sold knew by the bid's token alone what to pay."""

    def __init__(self, bidder: Bidder) -> None:
        self._bidder = bidder
        self._waiting: list[LateDecision] = []

    def look(self, sale: Sold) -> None:
        """Remember what we know of a sale that is told, before the bid is over with it."""
        bid = self._bidder.standing.live(sale.nonce, sale.at)
        if bid is not None and sale.undecided is not None:
            self._waiting.extend(self._of(sale, *sale.undecided, bid))

    async def write(self) -> None:
        """Complete the sales. StoreUnavailable leaves them for the next time."""
        if self._waiting:
            await self._bidder.store.complete_sales(self._waiting)
            self._waiting = []

    def _of(self, sale: Sold, lead_id: str, leg: str, bid: BidMade) -> Iterator[LateDecision]:
        line = bid.bid_line()
        offer = offer_of(line, sale.campaign, leg)
        if line is not None and offer is not None:
            yield LateDecision(
                lead_id=lead_id,
                nonce=sale.nonce,
                decision=msgspec.json.encode(offer).decode(),
                model_version=line.model,
                ping=sealed_piece(self._bidder, lead_id, "ping", msgspec.json.encode(bid.ping_of(line))),
                targets=self._targets(sale, bid.seller, offer),
            )

    def _targets(self, sale: Sold, seller: str, offer: Offer) -> tuple[TargetUse, ...]:
        """What it counts for those of its campaign's targets that need more than a price."""
        campaign = self._bidder.catalogue.campaigns.get(sale.campaign)
        if campaign is None or not campaign.targets:
            return ()
        counted = {use.ledger for use in sale.targets}
        uses = self._bidder.standing.targets.uses(campaign, seller, offer, offer.price_cents, sale.at)
        return tuple([use for use in uses if use.ledger not in counted])

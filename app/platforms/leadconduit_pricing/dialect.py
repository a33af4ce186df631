"""LeadConduit's external pricing service: a flow asks us for a price alone and buys by itself."""

from app.dialects.dialect import Dialect, Price
from app.dialects.written import Body, plain
from app.platforms.leadconduit.dialect import DIALECT as LEADCONDUIT
from app.wire.ping import PingAnswer


def _ping(answer: PingAnswer, price: Price) -> Body:
    """A price of 0 where we would not bid; the `reference` lets the flow post the lead to us if it sells to us."""
    bids = answer.bids
    return {
        "price": price(bids[0].price_cents if bids else 0),
        "reason": plain(answer.reason),
        "reference": plain(answer.ping_id),
    }


DIALECT = Dialect(
    name="leadconduit_pricing",
    title="LeadConduit's external pricing service",
    ping=_ping,
    post=LEADCONDUIT.post,
    bought=LEADCONDUIT.bought,
    sends=LEADCONDUIT.sends,
)

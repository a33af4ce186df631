"""LeadConduit's answers: `outcome`, `reason` and `price`; HTTP 201 for a sale."""

from app.dialects.dialect import Dialect, Price
from app.dialects.sending import Sending
from app.dialects.written import Body, plain
from app.wire.ping import PingAnswer
from app.wire.post import PostAnswer


def _ping(answer: PingAnswer, price: Price) -> Body:
    bids = answer.bids
    outcome = "success" if bids else "error" if answer.status == "error" else "failure"
    return {
        "outcome": outcome,
        "reason": plain(answer.reason),
        "price": price(bids[0].price_cents if bids else 0),
        "reference": plain(answer.ping_id),
        "expires_in": answer.expires_in,
    }


def _post(answer: PostAnswer, price: Price) -> Body:
    sold = answer.status == "accepted"
    return {
        "outcome": "success" if sold else "error" if answer.status == "error" else "failure",
        "reason": plain(answer.reason),
        "price": price(answer.price_cents if sold else 0),
        "reference": plain(answer.ping_id),
        "lead": {"id": plain(answer.lead_id)},
    }


_SENDS = Sending(
    id="reference",
    names={
        "zip": "postal_code",
        "phone": "phone_1",
        "leadid_token": "universal_leadid",
        "tcpa_text": "tcpa_consent_text",
        "created_at": "originally_created",
        "address": "address_1",
    },
)

DIALECT = Dialect(
    name="leadconduit",
    title="LeadConduit",
    ping=_ping,
    post=_post,
    formats=("json", "xml", "text"),
    bought=201,
    sends=_SENDS,
)

"""Phonexa's answers: `continue` with a `promise` that the post repeats, then `sold`."""

from collections.abc import Mapping

from app.dialects.dialect import Dialect, Price
from app.dialects.sending import Sending
from app.dialects.text import Scalar, flagged
from app.dialects.written import Body, plain
from app.wire.ping import PingAnswer
from app.wire.post import PostAnswer


def _ping(answer: PingAnswer, price: Price) -> Body:
    bids = answer.bids
    return {
        "status": "continue" if bids else "error" if answer.status == "error" else "reject",
        "promise": plain(answer.ping_id),
        "price": price(bids[0].price_cents if bids else 0),
        "reason": plain(answer.reason),
    }


def _post(answer: PostAnswer, price: Price) -> Body:
    sold = answer.status == "accepted"
    return {
        "status": "sold" if sold else {"duplicate": "duplicate", "error": "error"}.get(answer.status, "reject"),
        "id": plain(answer.lead_id),
        "promise": plain(answer.ping_id),
        "price": price(answer.price_cents if sold else 0),
        "reason": plain(answer.reason),
    }


def _requested_outcome(fields: Mapping[str, Scalar]) -> str:
    """`testMode` alone asks for a refusal, with `testSold` for a sale."""
    if flagged(fields, "testsold"):
        return "bid"
    return "low_value" if flagged(fields, "testmode") else ""


_SENDS = Sending(
    id="promise",
    key="apiKey",
    names={"trustedform_cert_url": "trustedFormUrl", "leadid_token": "jornaya_id", "phone": "homePhone"},
)

DIALECT = Dialect(
    name="phonexa",
    title="Phonexa",
    ping=_ping,
    post=_post,
    root="response",
    sends=_SENDS,
    requested_outcome=_requested_outcome,
)

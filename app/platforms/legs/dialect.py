"""Answers in auctions by legs, as InsuranceAgents defined them: a `reply` with a `payout`, 0.00 for a refusal."""

from app.dialects.dialect import Dialect, Price
from app.dialects.sending import Sending
from app.dialects.written import Body, plain
from app.wire.ping import PingAnswer
from app.wire.post import PostAnswer

_TAKEN, _FAULTY, _REFUSED = 1, -2, -3


def _ping(answer: PingAnswer, price: Price) -> Body:
    bids = answer.bids
    return {
        "code": _FAULTY if answer.status == "error" else _TAKEN if bids else _REFUSED,
        "comment": plain(answer.reason),
        "id": "",
        "lead": plain(answer.ping_id),
        "payout": price(bids[0].price_cents if bids else 0),
        "legs": [
            {"id": plain(bid.bid_id), "company_id": plain(bid.brand), "type": bid.type, "price": price(bid.price_cents)}
            for bid in bids
        ],
    }


def _post(answer: PostAnswer, price: Price) -> Body:
    sold = answer.status == "accepted"
    return {
        "code": _TAKEN if sold else _FAULTY if answer.status == "error" else _REFUSED,
        "comment": plain(answer.reason),
        "id": plain(answer.lead_id),
        "lead": plain(answer.ping_id),
        "payout": price(answer.price_cents if sold else 0),
    }


_SENDS = Sending(
    id="lead",
    key="key",
    form="xml in a form",
    one_endpoint=True,
    always={"leg_bid": "1"},
    modes={"ping": {"action": "ping"}, "post": {"action": "post"}},
    names={"trustedform_cert_url": "trusted_form_cert_url", "ip_address": "ip"},
)

DIALECT = Dialect(
    name="legs",
    title="Auctions by legs",
    ping=_ping,
    post=_post,
    format="xml",
    formats=("xml", "json"),
    root="reply",
    sends=_SENDS,
)

"""Lead Prosper's answers: `ACCEPTED`, `DUPLICATED`, `REJECTED` or `ERROR`, with a `payout` for each bid."""

from app.dialects.dialect import Dialect, Price
from app.dialects.sending import Sending
from app.dialects.written import Body, plain
from app.wire.ping import PingAnswer
from app.wire.post import PostAnswer

_POSTED = {"accepted": "ACCEPTED", "duplicate": "DUPLICATED", "rejected": "REJECTED", "reping": "REPING"}


def _ping(answer: PingAnswer, price: Price) -> Body:
    bids = answer.bids
    if not bids:
        status = "ERROR" if answer.status == "error" else _refused(answer.reason_code)
        return {"status": status, "ping_id": plain(answer.ping_id), "payout": 0, "message": plain(answer.reason)}
    return {
        "status": "ACCEPTED",
        "ping_id": plain(answer.ping_id),
        "payout": price(bids[0].price_cents),
        "bids": [
            {"bid_id": plain(bid.bid_id), "payout": price(bid.price_cents), "buyer": plain(bid.brand)} for bid in bids
        ],
    }


def _refused(reason_code: str) -> str:
    return "DUPLICATED" if reason_code == "duplicate" else "REJECTED"


def _post(answer: PostAnswer, price: Price) -> Body:
    sold = answer.status == "accepted"
    return {
        "status": _POSTED.get(answer.status, "ERROR"),
        "lead_id": plain(answer.lead_id),
        "ping_id": plain(answer.ping_id),
        "payout": price(answer.price_cents if sold else 0),
        "message": plain(answer.reason),
    }


_SENDS = Sending(
    id="lp_ping_id",
    key="lp_key",
    campaign="lp_campaign_id",
    always={"lp_campaign_id": "2210", "lp_supplier_id": "88"},
    names={"zip": "zip_code", "leadid_token": "jornaya_leadid"},
)

DIALECT = Dialect(
    name="leadprosper",
    title="Lead Prosper",
    ping=_ping,
    post=_post,
    sends=_SENDS,
)

"""boberdoo's words: `Matched`, `Unmatched` or `Error` in a `response`, the bid's id as `lead_id`; XML unless asked."""

from app.dialects.platforms.dialect import Dialect, Price
from app.dialects.written import Body, plain
from app.wire.ping import PingAnswer
from app.wire.post import PostAnswer


def _ping(answer: PingAnswer, price: Price) -> Body:
    if not answer.bids:
        return _refused(answer.status, answer.ping_id, answer.reason)
    best = answer.bids[0]
    return {
        "status": "Matched",
        "lead_id": plain(answer.ping_id),
        "price": price(best.price_cents),
        "total_bids": len(answer.bids),
        "best_bid": price(best.price_cents),
        "bids": [
            {
                "bid_id": plain(bid.bid_id),
                "seller_id": plain(bid.brand),
                "seller_company_name": plain(bid.brand),
                "seller_lead_bid": price(bid.price_cents),
            }
            for bid in answer.bids
        ],
    }


def _post(answer: PostAnswer, price: Price) -> Body:
    if answer.status != "accepted":
        return _refused(answer.status, answer.ping_id, answer.reason)
    return {"status": "Matched", "lead_id": plain(answer.lead_id), "price": price(answer.price_cents)}


def _refused(status: str, lead_id: str, reason: str) -> Body:
    if status == "error":
        return {"status": "Error", "error": plain(reason)}
    return {"status": "Unmatched", "lead_id": plain(lead_id), "unmatched_reason": plain(reason)}


DIALECT = Dialect(
    name="boberdoo",
    title="boberdoo",
    ping=_ping,
    post=_post,
    format="xml",
    root="response",
    wrapped=True,
    guarded=False,
)

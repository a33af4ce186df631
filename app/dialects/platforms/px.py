"""PX's words: `Success` as a boolean, a `TransactionId` that the post repeats, the price as `Payout`."""

from app.dialects.platforms.dialect import Dialect, Price
from app.dialects.written import Body, plain
from app.wire.ping import PingAnswer
from app.wire.post import PostAnswer


def _ping(answer: PingAnswer, price: Price) -> Body:
    bids = answer.bids
    return {
        "TransactionId": plain(answer.ping_id),
        "Success": bool(bids),
        "Payout": price(bids[0].price_cents if bids else 0),
        "Message": "" if bids else plain(answer.reason),
        "Errors": [plain(answer.reason)] if answer.status == "error" else [],
        "Sold": False,
    }


def _post(answer: PostAnswer, price: Price) -> Body:
    sold = answer.status == "accepted"
    return {
        "TransactionId": plain(answer.ping_id),
        "Success": sold,
        "Payout": price(answer.price_cents if sold else 0),
        "Message": plain(answer.reason),
        "Errors": [plain(answer.reason)] if answer.status == "error" else [],
        "Sold": sold,
        "LeadId": plain(answer.lead_id),
    }


DIALECT = Dialect(name="px", title="PX", ping=_ping, post=_post, root="Response", guarded=False)

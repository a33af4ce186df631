"""Our own answers: flat, the same keys always in the same order, and no word in a refusal that reads as a sale."""

from functools import lru_cache

import msgspec

from app.dialects.dialect import Dialect, Price
from app.dialects.written import Body, plain
from app.domain.calendar import utc_text
from app.wire.ping import Leg, PingAnswer
from app.wire.post import PostAnswer

_NOTHING = msgspec.Raw(b"0")


class _OneBid(msgspec.Struct, gc=False):
    bid_id: str
    type: Leg
    price: msgspec.Raw
    brand: str


class _Bids(msgspec.Struct, gc=False):
    """What is answered to every ping, in this order. A struct, of which the names are not written anew each time."""

    status: str
    outcome: str
    ping_id: str
    price: msgspec.Raw
    currency: str
    expires_in: int
    expires_at: str
    reason: str
    reason_code: str
    bids: list[_OneBid]
    warnings: list[str]


def _ping(answer: PingAnswer, price: Price) -> _Bids:
    """`price` and `ping_id` are those of the first bid."""
    bids = answer.bids
    return _Bids(
        status=answer.status,
        outcome="success" if bids else "error" if answer.status == "error" else "failure",
        ping_id=answer.ping_id if bids else plain(answer.ping_id),
        price=price(bids[0].price_cents) if bids else _NOTHING,
        currency="USD",
        expires_in=answer.expires_in,
        expires_at=_time(answer.expires_at) if answer.expires_at else "",
        reason=plain(answer.reason) if answer.reason else "",
        reason_code=plain(answer.reason_code) if answer.reason_code else "",
        bids=[_OneBid(bid.bid_id, bid.type, price(bid.price_cents), plain(bid.brand)) for bid in bids],
        warnings=[plain(warning) for warning in answer.warnings] if answer.warnings else [],
    )


def _post(answer: PostAnswer, price: Price) -> Body:
    """Only a sale has a price and a `lead_id`, whose presence is all that some clients look for."""
    sold = answer.status == "accepted"
    return {
        "status": answer.status,
        "outcome": "success" if sold else "error" if answer.status == "error" else "failure",
        **({"lead_id": plain(answer.lead_id)} if sold else {}),
        "ping_id": plain(answer.ping_id),
        "price": price(answer.price_cents) if sold else _NOTHING,
        "reason": plain(answer.reason),
        "reason_code": plain(answer.reason_code),
        "redirect_url": plain(answer.redirect_url),
        "warnings": [plain(warning) for warning in answer.warnings],
    }


@lru_cache(maxsize=1024)
def _time(at: int) -> str:
    return utc_text(at)


GENERIC = Dialect(name="generic", title="leadbid", ping=_ping, post=_post, formats=("json", "xml", "text"))

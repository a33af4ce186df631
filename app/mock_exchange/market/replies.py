"""Reads a buyer's answer, whatever it consists of: an offer, a refusal, or the problem with it."""

from typing import Any, Literal

import msgspec

from app.mock_exchange.market.prices import cents_of
from app.wire.ping import Leg


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """One leg that a buyer would take, at a price above zero."""

    bid_id: str
    leg: Leg
    price_cents: int


class PingReply(msgspec.Struct, frozen=True, kw_only=True):
    """`offers` stand with `bid` only, as the buyer ordered them.

    `reason` is the buyer's reason code for a `no_bid`, and otherwise what is wrong ("html", "http 503", "no price");
    it may be empty. `ms` is how long it took.
    """

    outcome: Literal["bid", "no_bid", "timeout", "malformed", "error"]
    offers: tuple[Offered, ...] = ()
    ping_id: str = ""
    reason: str = ""
    ms: float


class PostReply(msgspec.Struct, frozen=True, kw_only=True):
    """`price_cents` and `lead_id` stand with `accepted` only. After anything but `accepted` and `rejected` the lead may
    have been sold all the same.
    """

    outcome: Literal["accepted", "rejected", "timeout", "malformed", "error"]
    price_cents: int = 0
    lead_id: str = ""
    reason: str = ""
    ms: float


class Answered(msgspec.Struct, frozen=True):
    """An HTTP answer that came as a whole."""

    status: int
    content: bytes
    etag: str = ""


class ListedRow(msgspec.Struct, frozen=True):
    """What a buyer says of one vertical, state and leg."""

    vertical: str
    state: str
    leg: Leg
    open: bool


class PublishedAppetite(msgspec.Struct, frozen=True, kw_only=True):
    """All that a buyer buys of one seller, under a validator; or that it is what it was."""

    etag: str = ""
    rows: tuple[ListedRow, ...] = ()
    is_unchanged: bool = False


class Unanswered(msgspec.Struct, frozen=True):
    """No answer, or none that says anything."""

    outcome: Literal["timeout", "malformed", "error"]
    reason: str = ""


def published_appetite(answered: Answered | Unanswered) -> PublishedAppetite | None:
    """A buyer's list; `None` where it has none that can be read."""
    if isinstance(answered, Unanswered) or answered.status not in (200, 304):
        return None
    if answered.status == 304:
        return PublishedAppetite(is_unchanged=True)
    try:
        rows = msgspec.json.decode(answered.content, type=tuple[ListedRow, ...])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return PublishedAppetite(etag=answered.etag, rows=rows)


def ping_reply(answered: Answered | Unanswered, ms: float) -> PingReply:
    """The answer to a ping. A price without `bids` is an exclusive offer, whose bid is the ping itself."""
    said = _read(answered)
    if isinstance(said, Unanswered):
        return PingReply(outcome=said.outcome, reason=said.reason, ms=ms)
    ping_id = _line(said.ping_id)
    if said.status in _REFUSALS:
        return PingReply(outcome="no_bid", ping_id=ping_id, reason=_line(said.reason_code) or said.status, ms=ms)
    offers = _offers(said)
    if isinstance(offers, str):
        return PingReply(outcome="malformed", ping_id=ping_id, reason=offers, ms=ms)
    if not offers:
        return PingReply(outcome="no_bid", ping_id=ping_id, reason="price is zero", ms=ms)
    return PingReply(outcome="bid", offers=offers, ping_id=ping_id or offers[0].bid_id, ms=ms)


def post_reply(answered: Answered | Unanswered, ms: float) -> PostReply:
    """The answer to a post, or the one that the buyer kept."""
    said = _read(answered)
    if isinstance(said, Unanswered):
        return PostReply(outcome=said.outcome, reason=said.reason, ms=ms)
    if said.status in _REFUSALS:
        return PostReply(outcome="rejected", reason=_line(said.reason_code) or said.status, ms=ms)
    if said.status != "accepted":
        return PostReply(outcome="malformed", reason="no status", ms=ms)
    price_cents = cents_of(said.price) or "price is zero"
    if isinstance(price_cents, str):
        return PostReply(outcome="malformed", reason=price_cents, ms=ms)
    return PostReply(outcome="accepted", price_cents=price_cents, lead_id=_line(said.lead_id), ms=ms)


_REFUSALS = ("rejected", "duplicate", "reping")
_LINE_MAX = 200


class _Said(msgspec.Struct):
    """What we look at in a body. Of each field nothing is known yet, so that one that is odd spoils no other."""

    status: Any = ""
    ping_id: Any = ""
    lead_id: Any = ""
    price: Any = None
    bids: Any = ()
    reason_code: Any = ""


_decode = msgspec.json.Decoder(_Said).decode


def _read(answered: Answered | Unanswered) -> _Said | Unanswered:
    """A body whose status is a word that we know or empty. A 4xx counts only where its body refuses, too."""
    if isinstance(answered, Unanswered):
        return answered
    said = _decoded(answered.content)
    refuses = isinstance(said, _Said) and said.status in _REFUSALS
    if not (200 <= answered.status < 300 or (400 <= answered.status < 500 and refuses)):
        return Unanswered("error", f"http {answered.status}")
    if isinstance(said, Unanswered):
        return said
    if said.status == "error":
        return Unanswered("error", _line(said.reason_code))
    return said if said.status in ("", "accepted", *_REFUSALS) else Unanswered("malformed", "status is unknown")


def _decoded(content: bytes) -> _Said | Unanswered:
    start = content[:64].lstrip()[:1]
    if start in _NO_OBJECTS:
        return Unanswered("malformed", _NO_OBJECTS[start])
    try:
        return _decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Unanswered("malformed", "not json")


_NO_OBJECTS = {b"": "empty", b"<": "html", b"[": "root array"}


def _offers(said: _Said) -> tuple[Offered, ...] | str:
    bids = said.bids or [{"bid_id": said.ping_id, "type": "exclusive", "price": said.price}]
    if not isinstance(bids, list):
        return "bids are no array"
    offers = []
    for bid in bids:
        offer = _offered(bid)
        if isinstance(offer, str):
            return offer
        if offer.price_cents:
            offers.append(offer)
    return tuple(offers)


def _offered(bid: object) -> Offered | str:
    if not isinstance(bid, dict):
        return "a bid is no object"
    price_cents, bid_id, leg = cents_of(bid.get("price")), _line(bid.get("bid_id")), bid.get("type")
    if isinstance(price_cents, str):
        return price_cents
    if leg not in ("exclusive", "shared"):
        return "leg is unknown"
    if price_cents and not bid_id:
        return "no bid_id"
    return Offered(bid_id=bid_id, leg=leg, price_cents=price_cents)


def _line(value: object) -> str:
    """An id or a code: one short printable line, or nothing; some number their pings."""
    text = str(value) if isinstance(value, int) and abs(value) < 1 << 64 else value
    return text if isinstance(text, str) and len(text) <= _LINE_MAX and text.isprintable() else ""

"""A seller's answer: made from a decision or a refusal, and reduced to its level of disclosure."""

from collections.abc import Sequence
from typing import Literal

from app.domain.auction.weighing import Offer
from app.domain.reasons import Refusal, disclosed, sentence, status_of
from app.domain.seller import Seller
from app.domain.token import looks_like_token
from app.wire.feedback import Receipt
from app.wire.ping import Bid, PingAnswer
from app.wire.post import PostAnswer

NOTHING_BOUGHT = "test: nothing is bought, counted or delivered"
"""What each note begins with."""


def bids_answer(
    offers: Sequence[Offer], bid_ids: Sequence[str], at: float, expires_at: int, warnings: tuple[str, ...]
) -> PingAnswer:
    """Bids, the dearest first, each with the id that its post must carry; times are UTC epoch seconds."""
    return PingAnswer(
        status="accepted",
        ping_id=bid_ids[0],
        bids=tuple(map(_bid, bid_ids, offers)),
        expires_in=expires_at - int(at),
        expires_at=expires_at,
        warnings=warnings,
    )


def _bid(bid_id: str, offer: Offer) -> Bid:
    return Bid(bid_id=bid_id, type=offer.leg, price_cents=offer.price_cents, brand=offer.brand)


def refused_ping(refusal: Refusal, seller: Seller | None, line_id: str, warnings: tuple[str, ...] = ()) -> PingAnswer:
    """The answer to a refused ping. `line_id` names it in the journal; `seller` is `None` if unknown."""
    code, reason = _disclosed(refusal, seller)
    status: Literal["rejected", "error"] = "error" if refusal.code == "internal" else "rejected"
    return PingAnswer(status=status, ping_id=line_id, reason=reason, reason_code=code, warnings=warnings)


def sale_answer(ping_id: str, lead_id: str, price_cents: int, warnings: tuple[str, ...] = ()) -> PostAnswer:
    """A lead was bought at the price that was bid for it."""
    return PostAnswer(status="accepted", ping_id=ping_id, lead_id=lead_id, price_cents=price_cents, warnings=warnings)


def refused_post(refusal: Refusal, seller: Seller | None, ping_id: str, warnings: tuple[str, ...] = ()) -> PostAnswer:
    """A post's no; as above."""
    code, reason = _disclosed(refusal, seller)
    return PostAnswer(
        # Of the reason as it is told: a status of its own would tell more.
        status=status_of(code),
        # Only a text of a bid's form is said back: anything else may hold anything.
        ping_id=ping_id if looks_like_token(ping_id) else "",
        reason=reason,
        reason_code=code,
        warnings=warnings,
    )


def unsold_post(ping: PingAnswer) -> PostAnswer:
    """A lead that came without a ping, and for which we would not have bid."""
    return PostAnswer(
        status=status_of(ping.reason_code),
        ping_id="",
        reason=ping.reason,
        reason_code=ping.reason_code,
        warnings=ping.warnings,
        test=ping.test,
    )


def note_of_test(seller: Seller, *, is_live: bool) -> str:
    """The note for a test of this seller; the same for as long as its mode is, since a retry gets the same bytes."""
    if is_live:
        return f"{NOTHING_BOUGHT}; what you send to the live endpoints without a test flag is"
    if seller.mode == "certify":
        return f"{NOTHING_BOUGHT}; to go live, complete the steps at /sellers/{seller.name}/certification"
    return f"{NOTHING_BOUGHT}; all you send is a test until the buyer switches you live"


def refused_receipt(refusal: Refusal) -> Receipt:
    """Why a notice, an outcome, a demand or a signal was refused; its sender always gets the full reason."""
    status: Literal["rejected", "error"] = "error" if refusal.code == "internal" else "rejected"
    return Receipt(status=status, reason=sentence(refusal), reason_code=refusal.code)


def _disclosed(refusal: Refusal, seller: Seller | None) -> tuple[str, str]:
    return disclosed(refusal, seller.disclosure if seller is not None else "full")

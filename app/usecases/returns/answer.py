"""A seller answers a return; the room that a credit gives back is there for the next bid."""

from app.domain.answers import refused_receipt
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.usecases.bidder import Bidder
from app.usecases.standing.changes import Returned
from app.wire.feedback import Receipt
from app.wire.returns import ReturnReply


async def answer_return(bidder: Bidder, seller: Seller, reply: ReturnReply, now: float) -> Receipt:
    """Take an answer once; what cannot change any more is refused with what it is."""
    result = await bidder.store.answer_return(reply, f"seller:{seller.name}", now, seller.name)
    if result.remedy:
        return refused_receipt(Refusal("invalid_field", result.remedy))
    if result.status == "repeated":
        return Receipt(status="repeated")
    bidder.metrics.count("returns_total", seller.name, reply.answer)
    if reply.answer == "accepted":
        await hear_credits(bidder)
    return Receipt(status="recorded")


async def hear_credits(bidder: Bidder) -> None:
    """Count what was credited since, by whomever: here, by a command, or by another replica."""
    for credit in await bidder.store.credits_after(bidder.standing.credited):
        sale = {name: getattr(credit, name) for name in ("campaign", "seller", "zip", "state", "sold_at")}
        bidder.standing.apply(Returned(number=credit.number, uses=tuple(credit.uses.items()), **sale))

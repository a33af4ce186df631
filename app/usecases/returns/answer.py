"""Returns while the service runs: the buyer asks and withdraws, and the room of a credit is there for the next bid."""

from app.domain.answers import refused_receipt
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.store.returns.requests import ReturnResult, ReturnWanted
from app.usecases.bidder import Bidder
from app.usecases.returns.by_rule import terms_of
from app.usecases.standing.changes import Returned
from app.wire.feedback import Receipt
from app.wire.returns import ReturnAsked, ReturnReply


async def ask_for_return(bidder: Bidder, lead: str, asked: ReturnAsked, by: str, now: float) -> Receipt:
    """Ask the seller of a lead to take it back, within its terms."""
    wanted = ReturnWanted(lead=lead, reason=asked.reason, why=asked.why, by=by)
    result = await bidder.store.request_return(wanted, terms_of(bidder.catalogue.sellers.values()), now)
    # What a seller is told waits in the same queue as leads.
    bidder.sold()
    return _receipt(bidder, result, "all")


async def withdraw_return(bidder: Bidder, lead: str, why: str, by: str, now: float) -> Receipt:
    """Ask for it no longer."""
    return _receipt(bidder, await bidder.store.withdraw_return(lead, by, why, now), "all")


async def answer_return(bidder: Bidder, seller: Seller, reply: ReturnReply, now: float) -> Receipt:
    """Take a seller's answer once; what cannot change any more is refused with what it is."""
    result = await bidder.store.answer_return(reply, f"seller:{seller.name}", now, seller.name)
    return await _answered(bidder, result, seller.name)


async def enter_answer(bidder: Bidder, reply: ReturnReply, by: str, now: float) -> Receipt:
    """Take what a seller told the buyer, the same way."""
    return await _answered(bidder, await bidder.store.answer_return(reply, by, now), "all")


async def _answered(bidder: Bidder, result: ReturnResult, seller: str) -> Receipt:
    if result.status == "recorded" and result.state == "accepted":
        await hear_credits(bidder)
    return _receipt(bidder, result, seller)


def _receipt(bidder: Bidder, result: ReturnResult, seller: str) -> Receipt:
    if result.remedy:
        return refused_receipt(Refusal("invalid_field", result.remedy))
    if result.status == "recorded":
        bidder.metrics.count("returns_total", seller, str(result.state))
    return Receipt(status="recorded" if result.status == "recorded" else "repeated")


async def hear_credits(bidder: Bidder) -> None:
    """Count what was credited since, by whomever: here, by a command, or by another replica."""
    for credit in await bidder.store.credits_after(bidder.standing.credited):
        sale = {name: getattr(credit, name) for name in ("campaign", "seller", "zip", "state", "sold_at")}
        bidder.standing.apply(Returned(number=credit.number, uses=tuple(credit.uses.items()), **sale))

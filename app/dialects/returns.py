"""Returns as sellers see them and answer them, whatever word they have for yes and no."""

from collections.abc import Iterable, Mapping

import msgspec

from app.dialects.text import Scalar, alike, text_of
from app.dialects.values.guard import is_personal
from app.dialects.written import price
from app.domain.calendar import utc_text
from app.domain.delivery.record_id import plain_id
from app.domain.reasons import Refusal
from app.domain.returns.policy import REASONS_OF_RETURNS
from app.wire.returns import LeadReturn, ReturnAnswer, ReturnAsked, ReturnReason, ReturnReply

NOTE_MAX = 500

_WORDS: dict[ReturnAnswer, str] = {
    "accepted": "accepted accept approved approve yes y true 1 credited credit refunded refund granted ok returned",
    "refused": "refused refuse rejected reject declined decline denied deny no n false 0 disputed dispute",
}
_ANSWER_OF: dict[str, ReturnAnswer] = {
    alike(word): answer for answer, words in _WORDS.items() for word in words.split()
}
_NAMES = {
    "answer": "answer decision status result outcome response resolution return_status accepted approved",
    "note": "note notes why reason comment comments message remark remarks",
}
RETURN_COLUMNS = {name: frozenset(map(alike, names.split())) for name, names in _NAMES.items()}
"""Under which names an answer and its note may come."""


def answer_word(text: str) -> ReturnAnswer | None:
    """What a seller's word means, None where it means neither."""
    return _ANSWER_OF.get(alike(text))


def read_return_reply(lead_id: str, raw: Mapping[str, Scalar]) -> ReturnReply | Refusal:
    """What a seller says of the return of this lead."""
    said = {name: _first(raw, names) for name, names in RETURN_COLUMNS.items()}
    if not said["answer"]:
        return Refusal("missing_field", "answer")
    answer = answer_word(said["answer"])
    if answer is None:
        return Refusal("invalid_field", "answer: yes or no, in these words or the documented ones")
    return ReturnReply(lead_id=plain_id(lead_id), answer=answer, note=said["note"][:NOTE_MAX])


def read_return_asked(raw: Mapping[str, Scalar]) -> ReturnAsked | Refusal:
    """Why the buyer gives a lead back: a code, and a sentence for its seller."""
    reason = _first(raw, ["reason"]).lower()
    if reason and reason not in REASONS_OF_RETURNS:
        return Refusal("invalid_field", f"reason: one of {', '.join(REASONS_OF_RETURNS)}")
    why = read_why(raw)
    if isinstance(why, Refusal):
        return why
    if not (reason and why):
        return Refusal("missing_field", "why" if reason else "reason")
    return ReturnAsked(reason=msgspec.convert(reason, ReturnReason), why=why)


def read_why(raw: Mapping[str, Scalar]) -> str | Refusal:
    """The buyer's sentence, which may be empty."""
    why = _first(raw, ["why"])[:NOTE_MAX]
    trouble = why_trouble(why)
    return Refusal("invalid_field", f"why: it {trouble}") if trouble else why


def why_trouble(why: str) -> str:
    """What is wrong with the buyer's sentence about a return, empty where nothing is."""
    return "holds a phone number or an email address: sellers and the audit log read it" if is_personal(why) else ""


def write_returns(returns: Iterable[LeadReturn], limit: int, *, for_buyer: bool = False) -> bytes:
    """A page of returns as JSON; `next` is where the next page begins, null on the last one."""
    listed = [buyers_body(each) if for_buyer else return_body(each) for each in returns]
    following = listed[-1]["lead_id"] if len(listed) >= limit else None
    return msgspec.json.encode({"returns": listed, "next": following})


def buyers_body(each: LeadReturn) -> dict[str, object]:
    """One return as the buyer sees it."""
    whose = {"seller": each.seller, "campaign": each.campaign}
    return return_body(each) | whose | {"requested_by": each.requested_by, "settled_by": each.settled_by}


def return_body(each: LeadReturn) -> dict[str, object]:
    """One return, in dollars and ISO 8601; who asked and answered stays with the buyer."""
    return {
        "lead_id": each.lead_id,
        "ping_id": each.ping_id,
        "seller_lead_id": each.seller_lead_id,
        "sub_id": each.sub_id,
        "vertical": each.vertical,
        "price": price(each.price_cents),
        "sold_at": utc_text(each.sold_at),
        "state": each.state,
        "reason": each.reason,
        "reason_text": REASONS_OF_RETURNS[each.reason],
        "why": each.why,
        "requested_at": utc_text(each.requested_at),
        "answer_due_at": None if each.answer_due_at is None else utc_text(each.answer_due_at),
        "settled_at": None if each.settled_at is None else utc_text(each.settled_at),
        "note": each.note,
    }


def _first(raw: Mapping[str, Scalar], names: Iterable[str]) -> str:
    return next((text_of(value).strip() for name, value in raw.items() if alike(name) in names), "")

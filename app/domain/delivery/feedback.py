"""What a seller is told of a lead that it sold: a return, how far the lead came, or that it became a customer."""

from typing import Literal

import msgspec

from app.domain.calendar import utc_text
from app.domain.delivery.sold_lead import LeadDocument
from app.wire.feedback import OutcomeKind
from app.wire.returns import ReturnReason

FeedbackKind = Literal["return", "conversion", "disposition"]
FeedbackWord = Literal[OutcomeKind, "return"]
"""What a seller may ask to be told."""


class Feedback(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to tell. `reason` is a return's reason or the outcome, `code` the same in the words of `form`.

    `form` names the platform in whose form it goes, empty for none. `at` is UTC epoch seconds.
    """

    type: FeedbackKind
    reason: ReturnReason | OutcomeKind
    code: str
    form: str
    at: float
    text: str = ""
    value_cents: int | None = None


_OF_THE_LEAD = ("lead_id", "ping_id", "seller", "seller_lead_id", "sub_id", "campaign", "vertical", "leg", "price")

FEEDBACK_PATHS = frozenset(f"feedback.{name}" for name in ("type", "reason", "code", "text", "at", "value"))
"""The paths that only such a document has."""


def feedback_document(lead: LeadDocument, told: Feedback) -> LeadDocument:
    """What is sent of it: which lead it was and what it cost, and nothing of the person. `value` is in dollars."""
    document = {name: lead[name] for name in _OF_THE_LEAD}
    document["sold_at"] = lead["sold_at"]
    document["feedback"] = {
        "type": told.type,
        "reason": told.reason,
        "code": told.code,
        "text": told.text,
        "at": utc_text(told.at),
        "value": None if told.value_cents is None else told.value_cents / 100,
    }
    return document

"""Leads that the buyer gives back: what is asked of a seller, and what it answers."""

from typing import Literal

import msgspec

ReturnReason = Literal[
    "invalid_phone",
    "invalid_email",
    "duplicate",
    "wrong_person",
    "outside_criteria",
    "no_consent",
    "test_lead",
    "fraud",
    "other",
]
ReturnAnswer = Literal["accepted", "refused"]
ReturnState = Literal["requested", ReturnAnswer, "expired", "withdrawn"]
"""Asked of the seller, credited, not credited, not answered in time, and no longer asked for."""


class LeadReturn(msgspec.Struct, frozen=True, kw_only=True):
    """One lead that is given back. Times are UTC epoch seconds.

    `why` is the buyer's sentence and `note` the seller's, or the buyer's on withdrawing it. `answer_due_at` is until
    when the seller may answer, None without an end.
    """

    lead_id: str
    ping_id: str
    seller: str
    seller_lead_id: str
    sub_id: str
    campaign: str
    vertical: str
    price_cents: int
    sold_at: float
    state: ReturnState
    reason: ReturnReason
    why: str
    requested_by: str
    requested_at: float
    answer_due_at: float | None
    settled_by: str
    settled_at: float | None
    note: str


class ReturnAsked(msgspec.Struct, frozen=True, kw_only=True):
    """The buyer wants to give a lead back; its seller reads `why`."""

    reason: ReturnReason
    why: str


class ReturnReply(msgspec.Struct, frozen=True, kw_only=True):
    """What the seller says of one, by our `lead_id` or `ping_id`."""

    lead_id: str
    answer: ReturnAnswer
    note: str = ""

"""One lead on its way to one destination: what a worker claims, and what it reports back."""

from typing import Literal

import msgspec

from app.domain.delivery.feedback import Feedback
from app.domain.delivery.sold_lead import LeadDocument

DeliveryStatus = Literal["pending", "delivered", "duplicate", "rejected", "dead"]
"""`pending` waits for its next attempt; `dead` used up all, `rejected` is refused for good: both can be replayed."""


class ClaimedDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery that is ours until its lease ends.

    `attempt` counts from 1 and includes this one; (`owner`, `attempt`) is the fence: a report under a claim that has
    since passed to another worker changes nothing. `webhook_id` is the same in every attempt. `feedback` goes to
    the seller in the place of the lead.
    """

    delivery_id: str
    destination: str
    webhook_id: str
    owner: str
    attempt: int
    lead: LeadDocument
    feedback: Feedback | None = None

    def __repr__(self) -> str:
        return f"ClaimedDelivery(delivery_id={self.delivery_id!r}, attempt={self.attempt}, ***)"

    __str__ = __repr__


class AttemptReport(msgspec.Struct, frozen=True, kw_only=True):
    """What one attempt came to. It holds nothing of the lead's identity.

    `due_at` is set while `status` is `pending`. `http_status` is `None` and `failure` names the trouble where there was
    no answer. `disables` asks that the destination be left alone until an operator enables it; its leads wait.
    """

    delivery_id: str
    destination: str
    owner: str
    attempt: int
    status: DeliveryStatus
    started_at: float
    took_ms: int
    due_at: float | None = None
    http_status: int | None = None
    failure: str = ""
    crm_id: str = ""
    note: str = ""
    disables: bool = False

"""What sellers, the buyer's CRM and operators report besides leads."""

from typing import Literal

import msgspec

NoticeResult = Literal["won", "lost"]
OutcomeKind = Literal["contacted", "not_contacted", "qualified", "quoted", "sold", "invalid", "opted_out"]
EventWord = Literal[OutcomeKind, "ignore"]
"""What a word of the CRM can mean to a buyer."""


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A seller says whether our bid won and, where it discloses, the selling price."""

    ping_id: str
    result: NoticeResult
    price_cents: int | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a lead, from the buyer's CRM. (`source`, `event_id`) makes it idempotent.

    The lead is named by our `lead_id` or `ping_id`, or by the CRM's own id: `lead_id` may hold any of them.
    `occurred_at` is UTC epoch seconds; `value_cents` counts with `sold` only.
    """

    lead_id: str = ""
    crm_id: str = ""
    event: OutcomeKind
    event_id: str = ""
    source: str = ""
    value_cents: int | None = None
    occurred_at: float | None = None


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """How many leads a territory (state, ZIP prefix or ZIP) can still work until `until`.

    `expected` is how many leads are expected to come by then; `campaign` narrows it to one campaign. It moves prices;
    with `limit`, nothing is bought beyond it either.
    """

    open: int
    expected: int
    campaign: str = ""
    limit: bool = False
    until: float | None = None
    why: str = ""


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """A timed premium (or discount, below zero) on a territory with its cause: storm, frost, push."""

    premium_cents: int
    cause: str
    until: float
    vertical: str = ""
    why: str = ""


class PauseAsked(msgspec.Struct, frozen=True, kw_only=True):
    """An operator pauses a campaign or seller, until a time or until it is resumed."""

    why: str
    until: float | None = None


class MuteAsked(msgspec.Struct, frozen=True, kw_only=True):
    """An operator has nobody told of an alert until a time or until it is unmuted: of one `target`, or of any."""

    why: str
    until: float | None = None
    target: str = ""


class BoostAsked(msgspec.Struct, frozen=True, kw_only=True):
    """An operator adds so much to the value of each of a campaign's leads until a time."""

    premium_cents: int
    why: str
    until: float


class LimitAsked(msgspec.Struct, frozen=True, kw_only=True):
    """An operator puts another limit in the place of a cap's: leads, or dollars of one that counts spend.

    `yes` says that also more than ten times the declared one is meant.
    """

    limit: str
    why: str
    until: float | None = None
    yes: bool = False


class UndoAsked(msgspec.Struct, frozen=True, kw_only=True):
    """An operator takes back what was asked for; `campaign`, `cause` or `target` narrow down which."""

    why: str = ""
    campaign: str = ""
    cause: str = ""
    target: str = ""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """We have it: `status` is `recorded`, or `repeated` where we had it already; or `rejected` with a reason.

    `ignored` is an event that the buyer wants passed over. `warnings` say what of it has no effect.
    """

    status: Literal["recorded", "repeated", "ignored", "rejected", "error"]
    reason: str = ""
    reason_code: str = ""
    warnings: tuple[str, ...] = ()

"""Which leads a seller takes back: for which reasons, until when, and what follows where it does not answer."""

from collections.abc import Mapping
from typing import Literal, get_args

import msgspec

from app.wire.feedback import OutcomeKind
from app.wire.returns import ReturnReason

REASONS_OF_RETURNS: dict[ReturnReason, str] = {
    "invalid_phone": "the phone does not work, or is a fax",
    "invalid_email": "the email does not arrive",
    "duplicate": "we had this person already",
    "wrong_person": "the phone or email is somebody else's",
    "outside_criteria": "outside of what we buy",
    "no_consent": "the person never asked, or asked somebody else",
    "test_lead": "a test, or a competitor",
    "fraud": "made up, or by a bot",
    "other": "another reason, in words",
}
"""What each code says to a seller."""

_DAY_S = 86_400.0


class ReturnPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """By default a seller takes back any lead within thirty days, and its answer may take as long as it likes.

    `by_outcome` asks by itself where the CRM reports such an outcome. After `answer_s`, 0 for never, a return without
    an answer counts as `unanswered` says.
    """

    window_s: float = 30 * _DAY_S
    reasons: tuple[ReturnReason, ...] = get_args(ReturnReason)
    by_outcome: Mapping[OutcomeKind, ReturnReason] = {}
    answer_s: float = 0.0
    unanswered: Literal["accepted", "expired"] = "expired"


def objection(policy: ReturnPolicy, reason: ReturnReason, sold_at: float, now: float) -> str:
    """Why this seller need not take a lead back, empty where it must."""
    if reason not in policy.reasons:
        return f"reason: this seller takes no lead back for {reason}, only for {', '.join(policy.reasons)}"
    if now > sold_at + policy.window_s:
        return f"lead_id: it was bought {_days(now - sold_at)} ago, and may be returned within {_days(policy.window_s)}"
    return ""


def _days(seconds: float) -> str:
    return f"{seconds / 3_600.0:.0f} hours" if seconds < 4 * _DAY_S else f"{seconds / _DAY_S:.0f} days"

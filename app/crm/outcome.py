"""Interprets a CRM's answer: the declared outcome rules first, then the HTTP status."""

import msgspec

from app.crm.pick import picked
from app.crm.redaction import hidden, redacted
from app.domain.delivery.destination import Destination
from app.domain.delivery.outcome_rule import DeliveryOutcome, OutcomeRule, When
from app.domain.delivery.sold_lead import LeadDocument
from app.outbound.message import OutboundAnswer
from app.wire.ping import Value

CRM_ID_LENGTH_MAX = 100

_CREDENTIALS_REFUSED = frozenset((401, 403, 407))
"""Our credentials are wrong, not the lead: it waits until they are put right."""


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """`disables`: the receiver asked never to be called again. `note` says why, without the lead's identity."""

    outcome: DeliveryOutcome
    crm_id: str = ""
    note: str = ""
    disables: bool = False


def judge(destination: Destination, answer: OutboundAnswer, lead: LeadDocument) -> Judgement:
    """The outcome of one attempt."""
    if answer.trouble:
        return Judgement(outcome="retry", note=f"no answer: {answer.trouble}")
    rule = next((rule for rule in destination.outcomes if _holds(rule.when, answer)), None)
    if rule is None:
        outcome, note, disables = _by_status(destination, answer)
    else:
        outcome, note, disables = rule.then, _explained(rule, answer, lead), False
    return Judgement(
        outcome=outcome,
        crm_id=_crm_id(destination, answer, lead) if outcome in ("delivered", "duplicate") else "",
        note=note,
        disables=disables,
    )


def _holds(when: When, answer: OutboundAnswer) -> bool:
    if when.status != "" and not _status_holds(str(when.status), answer.status):
        return False
    if not when.place and when.equals is None and not when.contains:
        return True
    text = picked(when, answer)
    if text is None:
        return False
    if when.equals is not None and text.strip().lower() != _as_answered(when.equals).strip().lower():
        return False
    return when.contains.lower() in text.lower()


def _status_holds(wanted: str, status: int) -> bool:
    if wanted.endswith("xx"):
        return status // 100 == int(wanted[0])
    low, _, high = wanted.partition("-")
    return int(low) <= status <= int(high or low)


def _as_answered(value: Value) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _by_status(destination: Destination, answer: OutboundAnswer) -> tuple[DeliveryOutcome, str, bool]:
    status, note = answer.status, f"HTTP {answer.status}"
    if 200 <= status < 300:
        if any(rule.then == "delivered" for rule in destination.outcomes):
            # Sending again could call one consumer many times; a person must look.
            return "rejected", f"{note}, but no outcome rule knows this answer", False
        return "delivered", note, False
    if status == 409:
        return "duplicate", note, False
    if status == 410:
        return "retry", f"{note}: the receiver wants no more leads", True
    if status in _CREDENTIALS_REFUSED:
        return "retry", f"{note}: check the credentials", False
    if answer.is_temporary:
        return "retry", note, False
    return "rejected", f"{note}: redirects are not followed" if 300 <= status < 400 else note, False


def _explained(rule: OutcomeRule, answer: OutboundAnswer, lead: LeadDocument) -> str:
    reason = picked(rule.reason, answer) if rule.reason is not None else None
    own = rule.note or f"HTTP {answer.status}{', ' if rule.when.place else ''}{rule.when.place}"
    return f"{own}: {redacted(reason, lead)}" if reason else own


def _crm_id(destination: Destination, answer: OutboundAnswer, lead: LeadDocument) -> str:
    crm_id = (picked(destination.crm_id, answer) or "").strip() if destination.crm_id is not None else ""
    # A CRM that names its records by phone or email has no id that we may keep.
    usable = len(crm_id) <= CRM_ID_LENGTH_MAX and crm_id.isprintable() and hidden(crm_id, lead) == crm_id
    return crm_id if usable else ""

"""Interprets a CRM's answer: the declared outcome rules first, then the HTTP status."""

import msgspec

from app.crm.pick import is_page, names_in, picked, text_of
from app.crm.redaction import hidden, redacted
from app.domain.delivery.destination import Destination
from app.domain.delivery.outcome_rule import DeliveryOutcome, OutcomeRule, Pick, When
from app.domain.delivery.record_id import as_record_id
from app.domain.delivery.sold_lead import LeadDocument
from app.outbound.message import OutboundAnswer
from app.wire.ping import Value

CRM_ID_LENGTH_MAX = 100

_OF_THE_LEAD = frozenset((400, 413, 422))
"""What is said of this lead and will be said again. Any other status that is no success speaks of the address, our
credentials or the other side's state: the lead waits until they are put right, and its notes say what is wrong."""

_REMEDIES = {
    **dict.fromkeys((401, 403, 407), "check the credentials"),
    **dict.fromkeys((404, 405, 501), "check `url` and `method`"),
    **dict.fromkeys((406, 415), "check `encoding` and `headers`"),
    402: "the account may be unpaid",
}
_DENIALS = (
    *[When(json=name, equals=False) for name in ("success", "ok")],
    *[When(json=name, equals=word) for name in ("status", "result") for word in ("error", "failed", "failure", "fail")],
)
"""How an answer takes back what its status says."""

_DENYING = frozenset(when.json for when in _DENIALS)

_STEPS_OF_THE_LEAD = ("MAIL", "RCPT", "DATA")
_UNAUTHENTICATED = (530, 534, 535, 538)
_TOKEN_PLACES = tuple([Pick(json=place) for place in ("code", "error", "0.errorCode")])
_TOKEN_WORDS = frozenset(("INVALID_TOKEN", "INVALID_SESSION_ID", "TOKEN_EXPIRED", "EXPIRED_TOKEN"))


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """`disables`: the receiver asked never to be called again. `note` says why, without the lead's identity."""

    outcome: DeliveryOutcome
    crm_id: str = ""
    note: str = ""
    disables: bool = False


def judge(destination: Destination, answer: OutboundAnswer, lead: LeadDocument) -> Judgement:
    """The outcome of one attempt."""
    if answer.trouble:
        return Judgement(outcome="retry", note=_untold(answer))
    if destination.mail is not None:
        return _of_mail(answer, lead, len(destination.mail.to))
    rule = next((rule for rule in destination.outcomes if _holds(rule.when, answer)), None)
    if rule is None:
        outcome, note, disables = _by_status(destination, answer)
    else:
        outcome, note, disables = rule.then, _explained(rule, answer, lead), False
    place = rule.crm_id if rule is not None and rule.crm_id is not None else destination.crm_id
    crm_id = _crm_id(place, answer, lead) if outcome in ("delivered", "duplicate") else ""
    doubt = _doubt(destination, answer, crm_id, is_declared=rule is not None) if outcome == "delivered" else ""
    return Judgement(outcome=outcome, crm_id=crm_id, note=f"{note}, but {doubt}" if doubt else note, disables=disables)


def _untold(answer: OutboundAnswer) -> str:
    """Why there is no answer; of a file, what the system says."""
    return f"not written: {text_of(answer)}" if answer.trouble == "disk" else f"no answer: {answer.trouble}"


def _of_mail(answer: OutboundAnswer, lead: LeadDocument, recipients: int) -> Judgement:
    """By the class of the reply; what is said before there is a lead speaks of our account, and the lead waits."""
    step, status = answer.step, answer.status
    note = f"SMTP {status} at {step}"
    if 200 <= status < 300:
        doubt = f", but {answer.refused} of {recipients} recipients were refused: check `mail.to`"
        return Judgement(outcome="delivered", note=note + doubt if answer.refused else note)
    if step not in _STEPS_OF_THE_LEAD or status in _UNAUTHENTICATED:
        note = f"{note}: check `mail`"
    is_of_lead = status >= 500 and step in _STEPS_OF_THE_LEAD and status not in _UNAUTHENTICATED
    said = redacted(text_of(answer), lead)
    return Judgement(outcome="rejected" if is_of_lead else "retry", note=f"{note}: {said}" if said else note)


def refuses_token(answer: OutboundAnswer) -> bool:
    """Whether an access token was not taken: by the status, or by a word in a body of any status."""
    return answer.status == 401 or any((picked(place, answer) or "").upper() in _TOKEN_WORDS for place in _TOKEN_PLACES)


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
    if status in _OF_THE_LEAD:
        return "rejected", note, False
    if 300 <= status < 400:
        return "retry", f"{note}: redirects are not followed; name the final address in `url`", False
    return "retry", f"{note}: {_REMEDIES[status]}" if status in _REMEDIES else note, False


def _explained(rule: OutcomeRule, answer: OutboundAnswer, lead: LeadDocument) -> str:
    reason = picked(rule.reason, answer) if rule.reason is not None else None
    own = rule.note or f"HTTP {answer.status}{', ' if rule.when.place else ''}{rule.when.place}"
    return f"{own}: {redacted(reason, lead)}" if reason else own


def _crm_id(place: Pick | None, answer: OutboundAnswer, lead: LeadDocument) -> str:
    crm_id = as_record_id(picked(place, answer) or "") if place is not None else ""
    if not crm_id:
        return ""
    # A CRM that names its records by phone or email has no id that we may keep.
    usable = len(crm_id) <= CRM_ID_LENGTH_MAX and crm_id.isprintable() and hidden(crm_id, lead) == crm_id
    return crm_id if usable else ""


def _doubt(destination: Destination, answer: OutboundAnswer, crm_id: str, *, is_declared: bool) -> str:
    """What an answer that counts as a success lacks or says besides, for a person to look at."""
    may_deny = not is_declared and not _DENYING.isdisjoint(names_in(answer))
    denial = next((when for when in _DENIALS if _holds(when, answer)), None) if may_deny else None
    if denial is not None:
        return f"it says `{denial.json}` {_as_answered(denial.equals or False)}: declare an outcome rule for it"
    if destination.crm_id is None or crm_id:
        return ""
    place = f" at {destination.crm_id.place}" if destination.crm_id.place else ""
    return f"{'a web page, with ' if is_page(answer) else ''}no id{place}: see whether the CRM has the lead"

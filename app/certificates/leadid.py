"""LeadiD (Jornaya): whether a token is genuine, and an audit of its lead. Every failure comes as HTTP 200.

A token dies after 100 look-ups, so each is asked once, and never again unless nothing came back.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from app.certificates.provider import (
    ANSWER_BYTES_MAX,
    Asking,
    IsKept,
    ProviderAnswer,
    Reaction,
    Secrets,
    Subject,
    is_transport_trouble,
    verdict,
)
from app.domain.checks.check import Check
from app.domain.checks.verdict import CheckOutcome, CheckVerdict
from app.outbound.message import OutboundRequest

Json = Mapping[str, Any]

_REASONS: Mapping[int, tuple[str, str]] = {
    1: ("consent_expired", "leadid_token: it is older than a year, or LeadiD does not know it"),
    2: ("consent_invalid", "leadid_token: it was looked up too often"),
    3: ("suppressed", ""),
    4: ("consent_invalid", "leadid_token: LeadiD has not issued it"),
}
"""What stands against a token that is not authentic. Who opted out there is suppressed here."""

_LABELS = (
    ("f_name", "first_name"),
    ("l_name", "last_name"),
    ("address1", "address"),
    ("city", "city"),
    ("state", "state"),
    ("zip", "zip"),
)
_SEPARATORS = str.maketrans({"|": " ", ";": " "})
_DATA_INTEGRITY = {0: "it differs from what was typed", 2: "it differs from what was disclosed", 3: "it was pre-filled"}


class LeadId:
    """`Authenticate` on a ping, `SingleQuery` on a post where there is an audit profile."""

    def questions(self, check: Check, subject: Subject) -> tuple[str, ...]:
        """Without a profile there is only one."""
        if subject.leadid is None:
            return ()
        if subject.stage == "ping" or not check.leadid.profile:
            return ("certificate",)
        return ("certificate", "data_integrity", "audit", *(("insights",) if check.rules else ()))

    def askings(self, check: Check, subject: Subject, secrets: Secrets, is_kept: IsKept) -> Sequence[Asking]:
        """One request, with what identifies the person only where it is to be compared."""
        del is_kept
        if subject.leadid is None:
            return ()
        token = subject.leadid.id
        account = {"lac": secrets[check.secret], "id": token, "format": "json"}
        if subject.stage == "ping" or not check.leadid.profile:
            # The same of a ping and its post, so that the post need not ask again.
            cost = check.ping_millicents if "ping" in check.on else check.post_millicents
            return (_asking(check, "Authenticate", account, cost),)
        more = {"lak": secrets[check.leadid.profile], "data": _data(subject)}
        if code := check.leadid.provider_codes.get(subject.seller):
            more["lpc"] = code
        if subject.reference:
            more["recordid"] = subject.reference
        return (_asking(check, "SingleQuery", {**account, **more}, check.post_millicents, token),)

    def react(self, check: Check, answered: ProviderAnswer) -> Reaction:
        """A request that may have counted is not repeated; what was answered is never asked again in its time."""
        answer = answered.answer
        if answered.why_not:
            return Reaction()
        if answer.status in (401, 402, 403):
            return Reaction(our_fault=f"LeadiD does not take our account (HTTP {answer.status})")
        body = _json(answered)
        error = _table(body, "error")
        if error:
            return Reaction(our_fault=f"LeadiD does not take our request (error {error.get('code')})")
        if is_transport_trouble(answer) or answer.status != 200 or not _audit(body):
            return Reaction(failed=True)
        return Reaction(keep_s=check.cache_s)

    def read(self, check: Check, subject: Subject, answers: Sequence[ProviderAnswer]) -> Sequence[CheckVerdict]:
        """The verdict on every question. Of a token that is not genuine nothing else is said."""
        questions = self.questions(check, subject)
        audit = next((_audit(_json(each)) for each in answers if not self.react(check, each).failed), {})
        genuine = _genuine(check, audit)
        if genuine.outcome == "fail":
            return (genuine,)
        return [genuine if question == "certificate" else _judged(check, question, audit) for question in questions]


def _asking(check: Check, call: str, values: Mapping[str, str], millicents: int, token: str = "") -> Asking:
    """By POST, so that no proxy writes down who was asked about. Brand names travel in a body of JSON only."""
    brands = check.leadid.brand_names if call == "SingleQuery" else ()
    url, body, kind = f"{check.url}/{call}", urlencode(values).encode(), "application/x-www-form-urlencoded"
    if brands:
        url = f"{url}?{urlencode(values)}"
        body = msgspec.json.encode({"single_query": {"lead_id": token, "brand_names": "|".join(brands)}})
        kind = "application/json"
    request = OutboundRequest(
        method="POST",
        url=url,
        headers={"content-type": kind, "accept": "application/json"},
        body=body,
        timeout_s=1.0,
        body_bytes_max=ANSWER_BYTES_MAX,
        private_hosts=frozenset(check.private_hosts),
    )
    return Asking(operation=call, request=request, millicents=millicents)


def _data(subject: Subject) -> str:
    """Labels and values as LeadiD writes them, which has no way to escape its separators."""
    contact = subject.contact
    values = [(label, str(getattr(contact, name))) for label, name in _LABELS]
    values += [("phone1", subject.phone), ("email", subject.email)]
    return "|".join(f"{label};{value.translate(_SEPARATORS).strip()}" for label, value in values if value.strip())


def _genuine(check: Check, audit: Json) -> CheckVerdict:
    """The status says nothing: `authentic` alone does."""
    authentic = _number(audit.get("authentic"))
    if authentic == 1:
        return verdict(check, "certificate", "pass")
    if authentic != 0:
        return verdict(check, "certificate", "unknown")
    reason = _number(audit.get("reason"))
    code, detail = _REASONS.get(reason if reason is not None else -1, ("consent_invalid", "leadid_token: not genuine"))
    return verdict(check, "certificate", "fail", detail, code)


def _judged(check: Check, question: str, audit: Json) -> CheckVerdict:
    if question == "data_integrity":
        value = _number(audit.get("data_integrity"))
        if value is None:
            return verdict(check, question, "unknown")
        if value in check.leadid.data_integrity:
            return verdict(check, question, "pass")
        return verdict(check, question, "fail", f"leadid_token: {_DATA_INTEGRITY.get(value, 'its data do not match')}")
    if question == "audit":
        value = _number(audit.get("result"))
        if value not in (1, 2, 3):
            return verdict(check, question, "unknown")
        is_good = value <= check.leadid.worst_result
        return verdict(
            check, question, "pass" if is_good else "fail", "" if is_good else "leadid_token: its audit fails"
        )
    return _insights(check, audit)


def _insights(check: Check, audit: Json) -> CheckVerdict:
    """The buyer's own rules on the audit; texts that stand in the place of a number are no number."""
    outcomes: list[CheckOutcome] = []
    for rule in check.rules:
        outcome = rule.judge(audit)
        if outcome == "fail" and not rule.price_cut:
            return verdict(check, "insights", "fail", rule.property, rule.code)
        outcomes.append(outcome)
    return verdict(check, "insights", "unknown" if "unknown" in outcomes or not audit else "pass")


def _audit(body: Json) -> Json:
    """What either call answers with."""
    return _table(body, "audit") or _table(body, "authenticate")


def _json(answered: ProviderAnswer) -> Json:
    try:
        body = msgspec.json.decode(answered.answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _table(holder: Json, name: str) -> Json:
    inner = holder.get(name)
    return inner if isinstance(inner, dict) else {}


def _number(value: object) -> int | None:
    """A whole number, also as text."""
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value.strip())
    return value if isinstance(value, int) and not isinstance(value, bool) else int(value) if value is True else None

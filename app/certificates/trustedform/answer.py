"""What TrustedForm's answers mean: by status, by outcome, by reason, and by what each operation found.

`outcome` decides whether to buy; whether the certificate was stored is a fact of its own, as it may be where the match
failed.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from app.certificates.evidence import ProviderExchange
from app.certificates.provider import ProviderAnswer, Reaction, is_cut, is_transport_trouble, verdict
from app.domain.checks.check import Check, ConsentVerification
from app.domain.checks.verdict import CheckVerdict

_NOT_FOUND_S = 60.0
"""A certificate that was just made may be found a little later, so its absence is remembered for no longer."""

Json = Mapping[str, Any]

_OUR_FAULTS = {
    401: "TrustedForm does not know our API key",
    402: "our TrustedForm account is inactive: see to its bill",
    403: "our TrustedForm account has no contract for an operation that is asked for",
}
_REFUSED: Mapping[int, tuple[str, str]] = {
    400: ("consent_invalid", "certificate: TrustedForm has issued none with this id"),
    404: ("consent_invalid", "certificate: TrustedForm holds it no longer, or never did"),
    405: ("consent_invalid", "certificate: it is a test certificate"),
    406: ("consent_invalid", "certificate: TrustedForm has issued none with this id"),
    410: ("consent_expired", "certificate: it has expired"),
}
"""Statuses that speak against the certificate itself."""

_CLAIMED_TOO_OFTEN = "claimed too many times"

_REASONS: Sequence[tuple[str, str, str, str]] = (
    ("sandbox", "certificate", "consent_invalid", "certificate: it is a test certificate"),
    (_CLAIMED_TOO_OFTEN, "certificate", "certificate_reused", ""),
    ("cert has expired", "certificate", "consent_expired", "certificate: it has expired"),
    ("could not be retained", "retain", "consent_invalid", "certificate: it cannot be stored"),
    ("requires a web certificate", "match", "consent_invalid", "certificate: it is not one of a web form"),
    ("consent language not detected", "verify", "consent_invalid", "consent text: none is on the page"),
    ("were not approved", "verify", "consent_invalid", "consent text: it is not one of ours"),
    ("not been setup to allow", "verify", "consent_invalid", "consent: the form asks for no one-to-one consent"),
    ("submission of the form is required", "verify", "consent_invalid", "consent: the form was not submitted"),
    ("was not granted consent", "verify", "consent_invalid", "consent: it is not to this advertiser alone"),
    ("opt-in was not selected", "verify", "consent_invalid", "consent: the opt-in was not selected"),
    ("consent elements required", "verify", "consent_invalid", "consent: the form lacks elements of it"),
    ("advertiser name elements", "verify", "consent_invalid", "consent: the form names no such advertiser"),
    ("no matches found", "match", "consent_invalid", "certificate: it is another person's"),
)
"""(part of a reason in lower case, the question that it answers with no, code, detail)."""

_OUR_REASONS = (
    "no valid products",
    "expected schema",
    "fields not included",
    "must be a list",
    "invalid property key",
    "unavailable product",
)
"""Parts of reasons that say that the request was wrong, which no seller can help."""

_MISMATCH = "certificate: it is another person's"


def react(check: Check, answered: ProviderAnswer) -> Reaction:
    """What to make of one answer as such."""
    answer = answered.answer
    if answered.why_not:
        return Reaction()
    if answer.status in _OUR_FAULTS:
        return Reaction(our_fault=_OUR_FAULTS[answer.status])
    if is_transport_trouble(answer):
        return Reaction(failed=True)
    if answer.status == 404:
        return Reaction(ask_again=True, keep_s=_NOT_FOUND_S)
    if answer.status in _REFUSED or (answer.status == 422 and _CLAIMED_TOO_OFTEN in _reason(_json(answered))):
        return Reaction(keep_s=check.cache_s)
    body = _json(answered)
    if answer.status == 422 or _is_our_fault(_reason(body)):
        return Reaction(our_fault=f"TrustedForm does not take our request (HTTP {answer.status}): see its reason")
    is_settled = _is_explained(body) or _is_mapped(_reason(body))
    if answer.status != 200 or not is_settled:
        return Reaction(failed=body.get("outcome") != "failure")
    wants_storage = "retain" in answered.asking.operation
    is_whole = not wants_storage or is_stored(_table(_table(body, "retain"), "results"))
    return Reaction(keep_s=check.cache_s if is_whole or body.get("outcome") == "failure" else 0.0)


def read(check: Check, questions: Sequence[str], answers: Sequence[ProviderAnswer]) -> Sequence[CheckVerdict]:
    """The verdict on every question, from the answers that there are."""
    refused = next((found for each in answers if (found := _refused(check, each)) is not None), None)
    if refused is not None:
        return (refused,)
    findings = _Findings(check, [_json(each) for each in answers if _is_meant(each)])
    return [findings.verdict(question) for question in questions]


class _Findings:
    """What answers with HTTP 200 say, operation by operation."""

    def __init__(self, check: Check, bodies: Sequence[Json]) -> None:
        self._check = check
        self._bodies = bodies

    def verdict(self, question: str) -> CheckVerdict:
        """Of a question that was asked."""
        said = self._said(question)
        if said is not None:
            return said
        if question == "certificate":
            is_known = any(_is_explained(body) for body in self._bodies)
            return verdict(self._check, question, "pass" if is_known else "unknown")
        if question == "match":
            return self._match()
        if question == "retain":
            return self._retain()
        return self._verify() if question == "verify" else self._insights()

    def operation(self, name: str) -> Json:
        """What an operation came to, an empty table where it did not."""
        return next((found for body in self._bodies if (found := _table(body, name))), {})

    @property
    def properties(self) -> Json:
        """The insights."""
        return _table(self.operation("insights"), "properties")

    def _said(self, question: str) -> CheckVerdict | None:
        """What the reason in words says to this question."""
        for body in self._bodies:
            reason = _reason(body)
            for part, asked, code, detail in _REASONS:
                if asked == question and part in reason and not self._passes_as_test(part):
                    # Of a masked copy the replay may be missing, so that nothing can be matched with it.
                    if question == "match" and self.properties.get("is_masked") is True:
                        return verdict(self._check, question, "unknown", "a masked certificate")
                    return verdict(self._check, question, "fail", detail, code)
        return None

    def _passes_as_test(self, part: str) -> bool:
        return part == "sandbox" and self._check.test_certificates

    def _match(self) -> CheckVerdict:
        result = _table(self.operation("match_lead"), "result")
        phone, email = result.get("phone_match"), result.get("email_match")
        wanted = {"phone": [phone], "email": [email], "both": [phone, email], "any": []}[self._match_of]
        if wanted:
            is_match = False if False in wanted else None if any(each is not True for each in wanted) else True
        else:
            is_match = True if True in (phone, email) else False if False in (phone, email) else None
        if is_match is False and self.properties.get("is_masked") is True:
            return verdict(self._check, "match", "unknown", "a masked certificate")
        outcome: Literal["pass", "fail", "unknown"] = "unknown" if is_match is None else "pass" if is_match else "fail"
        return verdict(self._check, "match", outcome, _MISMATCH if outcome == "fail" else "")

    @property
    def _match_of(self) -> str:
        return self._check.trustedform.match

    def _retain(self) -> CheckVerdict:
        results = _table(self.operation("retain"), "results")
        if not is_stored(results):
            return verdict(self._check, "retain", "unknown")
        again = "stored before" if is_true(results.get("previously_retained")) else ""
        return verdict(self._check, "retain", "pass", again)

    def _verify(self) -> CheckVerdict:
        wanted = self._check.trustedform.verify or ConsentVerification()
        result = _table(self.operation("verify"), "result")
        facts = {name: value for name, value in result.items() if isinstance(value, bool)}
        required = ["language_approved"] + (["one_to_one"] if wanted.one_to_one else [])
        broken = [name for name, value in facts.items() if value is False and name in _VERIFIED]
        # The submission only matters to one-to-one consent.
        broken = [name for name in broken if name != "form_submitted" or wanted.one_to_one]
        if broken or facts.get("success") is False:
            detail = f"consent: {_VERIFIED.get(broken[0], 'it')} fails" if broken else "consent: verification fails"
            return verdict(self._check, "verify", "fail", detail)
        is_proven = facts.get("success") is True and all(facts.get(name) is True for name in required)
        return verdict(self._check, "verify", "pass" if is_proven else "unknown")

    def _insights(self) -> CheckVerdict:
        properties, insights = self.properties, self.operation("insights")
        if not insights:
            return verdict(self._check, "insights", "unknown")
        outcomes = [(rule.judge(properties), rule) for rule in self._check.rules]
        for outcome, rule in outcomes:
            if outcome == "fail" and not rule.price_cut:
                return verdict(self._check, "insights", "fail", rule.property, rule.code)
        scanned = _table(_table(insights, "scans"), "result").get("success")
        if scanned is False:
            return verdict(self._check, "insights", "fail", "page: its text is not as agreed")
        needs_scan = bool(self._check.trustedform.required_terms or self._check.trustedform.forbidden_terms)
        is_open = any(outcome == "unknown" for outcome, _ in outcomes) or (needs_scan and scanned is not True)
        whole = verdict(self._check, "insights", "unknown" if is_open else "pass")
        cut = max([rule.price_cut for outcome, rule in outcomes if outcome == "fail"], default=0.0)
        return msgspec.structs.replace(whole, price_cut=max(whole.price_cut, cut))


def _is_explained(body: Json) -> bool:
    """Whether a success, or a failure of which we see what failed: another one speaks against we know not what."""
    if body.get("outcome") != "failure":
        return body.get("outcome") == "success"
    results = [_table(_table(body, name), "result") for name in ("match_lead", "verify")]
    results.append(_table(_table(_table(body, "insights"), "scans"), "result"))
    return any(result.get("success") is False for result in results) or _is_mapped(_reason(body))


def _is_mapped(reason: str) -> bool:
    return any(part in reason for part, *_ in _REASONS)


_VERIFIED = {
    "language_approved": "the approved consent text",
    "one_to_one": "the one-to-one consent",
    "min_font_size_px_satisfied": "the size of the consent text",
    "min_contrast_ratio_satisfied": "the contrast of the consent text",
    "opt_in_types_satisfied": "the kind of opt-in",
    "form_submitted": "the submission of the form",
}


class Storage(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a certificate is stored for us, whatever became of the match; until `expires_at` (UTC epoch seconds)."""

    is_stored: bool = False
    previously: bool = False
    expires_at: float | None = None


def storage_of(answers: Sequence[ProviderAnswer]) -> Storage:
    """What these answers say of the certificate's storage."""
    bodies = [_json(each) for each in answers if _is_meant(each)]
    results = next((found for body in bodies if (found := _table(_table(body, "retain"), "results"))), {})
    return Storage(
        is_stored=is_stored(results),
        previously=is_true(results.get("previously_retained")),
        expires_at=_moment(results.get("expires_at")),
    )


def has_refused(answered: ProviderAnswer) -> bool:
    """Whether the certificate will never be stored, however often it is tried."""
    if answered.answer.status in _REFUSED:
        return answered.answer.status != 404
    reason = _reason(_json(answered))
    final = ("sandbox", _CLAIMED_TOO_OFTEN, "cert has expired", "could not be retained", "requires a web certificate")
    return answered.answer.status in (200, 422) and any(part in reason for part in final)


def claim_by(exchanges: Iterable[ProviderExchange]) -> float | None:
    """When the certificate is gone, as far as these exchanges say."""
    for exchange in exchanges:
        properties = _table(_table(_decoded(exchange.response.encode()), "insights"), "properties")
        at = _moment(properties.get("expires_at"))
        if at is not None:
            return at
    return None


def is_stored(results: Json) -> bool:
    """Whether the provider holds a copy for us: it says until when."""
    return isinstance(results.get("expires_at"), str) or isinstance(results.get("masked_cert_url"), str)


def is_true(value: object) -> bool:
    """A yes, also as text, as which it has been seen."""
    return value is True or (isinstance(value, str) and value.strip().lower() in ("true", "1", "yes"))


def _refused(check: Check, answered: ProviderAnswer) -> CheckVerdict | None:
    """What a status says against the certificate; one of a sandbox may pass where leads are tests anyway."""
    answer = answered.answer
    if answered.why_not or is_cut(answer):
        return None
    if answer.status == 405 and check.test_certificates:
        return verdict(check, "certificate", "pass", "a test certificate")
    if answer.status in _REFUSED:
        code, detail = _REFUSED[answer.status]
        return verdict(check, "certificate", "fail", detail, code)
    if answer.status == 422 and _CLAIMED_TOO_OFTEN in _reason(_json(answered)):
        return verdict(check, "certificate", "fail", "", "certificate_reused")
    return None


def _is_meant(answered: ProviderAnswer) -> bool:
    """Whether it is an answer to what was asked, and not one of whatever stands in between."""
    answer = answered.answer
    body = _json(answered)
    return answer.status == 200 and not is_cut(answer) and body.get("outcome") in ("success", "failure", "error")


def _json(answered: ProviderAnswer) -> Json:
    return _decoded(answered.answer.body)


def _decoded(text: bytes) -> Json:
    """A body as a table; an empty one where it is none."""
    try:
        body = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _table(holder: Json, name: str) -> Json:
    inner = holder.get(name)
    return inner if isinstance(inner, dict) else {}


def _reason(body: Json) -> str:
    """All that it says in words, in lower case."""
    errors = _table(body, "errors")
    texts = [body.get("reason"), body.get("message"), errors.get("detail")]
    return " ".join(text for text in texts if isinstance(text, str)).lower()


def _is_our_fault(reason: str) -> bool:
    return any(part in reason for part in _OUR_REASONS)


def _moment(text: object) -> float | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo is not None else None

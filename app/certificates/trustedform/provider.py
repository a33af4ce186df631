"""TrustedForm: a ping asks for insights; a post for match, retention, verification, and insights that are missing."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from app.certificates.provider import ANSWER_BYTES_MAX, Asking, IsKept, ProviderAnswer, Reaction, Secrets, Subject
from app.certificates.trustedform.answer import react, read
from app.domain.checks.check import Check
from app.domain.checks.verdict import CheckVerdict
from app.domain.consent.certificate import Certificate
from app.outbound.message import OutboundRequest

API_VERSION = "4.0"
_ALWAYS_ASKED = ("age_seconds", "expires_at", "is_masked")
"""Insights that other verdicts stand on: until when a certificate can be stored, and whether a mismatch means one."""


class TrustedForm:
    """The certificate's address is the endpoint, rebuilt from its id: what the seller wrote never gets our key."""

    def questions(self, check: Check, subject: Subject) -> tuple[str, ...]:
        """A ping URL of the old kind cannot be asked about; nor can a ping be matched."""
        certificate, terms = subject.trustedform, check.trustedform
        if certificate is None or certificate.provider != "trustedform":
            return ()
        insights = ("insights",) if _wants_insights(check) else ()
        if subject.stage == "ping":
            return ("certificate", *insights)
        return (
            "certificate",
            *(("match",) if terms.match != "none" else ()),
            *(("retain",) if terms.retain == "at_once" else ()),
            *(("verify",) if terms.verify is not None else ()),
            *insights,
        )

    def askings(self, check: Check, subject: Subject, secrets: Secrets, is_kept: IsKept) -> Sequence[Asking]:
        """One request with all operations. Insights that the ping has paid for are taken from there."""
        certificate = subject.trustedform
        if certificate is None:
            return ()
        insights = insights_asking(check, certificate, secrets)
        if subject.stage == "ping":
            return (insights,)
        operations = _operations(check, subject)
        if not _wants_insights(check):
            return (_asking(check, certificate, secrets, operations, check.post_millicents),)
        if is_kept(insights):
            return (insights, _asking(check, certificate, secrets, operations, check.post_millicents))
        return (_asking(check, certificate, secrets, {**operations, **_insights(check)}, check.post_millicents),)

    def react(self, check: Check, answered: ProviderAnswer) -> Reaction:
        """What to make of one answer as such."""
        return react(check, answered)

    def read(self, check: Check, subject: Subject, answers: Sequence[ProviderAnswer]) -> Sequence[CheckVerdict]:
        """The verdict on every question."""
        return read(check, self.questions(check, subject), answers)


def insights_asking(check: Check, certificate: Certificate, secrets: Secrets) -> Asking:
    """What a ping is asked: nothing of it says who anybody is."""
    return _asking(check, certificate, secrets, _insights(check), check.ping_millicents)


def retain_asking(check: Check, subject: Subject, secrets: Secrets) -> Asking | None:
    """Have the certificate of a bought lead stored; asking twice is free of charge."""
    if subject.trustedform is None:
        return None
    operations = {"match_lead": _person(subject), "retain": _retain(subject)}
    return _asking(check, subject.trustedform, secrets, operations, check.post_millicents)


def _asking(
    check: Check, certificate: Certificate, secrets: Secrets, operations: Mapping[str, Any], millicents: int
) -> Asking:
    credential = base64.b64encode(f"API:{secrets[check.secret]}".encode()).decode()
    request = OutboundRequest(
        # A GET answers 200 with a page, and stores nothing.
        method="POST",
        url=f"{check.url}/{certificate.id}",
        headers={
            "authorization": f"Basic {credential}",
            "content-type": "application/json",
            "accept": "application/json",
            "api-version": API_VERSION,
        },
        body=msgspec.json.encode(operations),
        timeout_s=1.0,
        body_bytes_max=ANSWER_BYTES_MAX,
        private_hosts=frozenset(check.private_hosts),
    )
    return Asking(operation="+".join(operations), request=request, millicents=millicents)


def _wants_insights(check: Check) -> bool:
    terms = check.trustedform
    return bool(check.rules or terms.required_terms or terms.forbidden_terms)


def _operations(check: Check, subject: Subject) -> dict[str, Any]:
    """All but insights. Without a match nothing is stored, by the provider's own rule."""
    terms = check.trustedform
    operations: dict[str, Any] = {}
    if terms.match != "none":
        operations["match_lead"] = _person(subject)
    if terms.retain == "at_once":
        operations["retain"] = _retain(subject)
    if terms.verify is not None:
        operations["verify"] = _verify(check)
    return operations or _insights(check)


def _person(subject: Subject) -> dict[str, str]:
    """In plain: the hashes that the provider documents agree with no form of a number. The call is encrypted."""
    person = {"email": subject.email, "phone": subject.phone}
    return {name: value for name, value in person.items() if value}


def _retain(subject: Subject) -> dict[str, str]:
    return {"reference": subject.reference, "vendor": subject.seller}


def _verify(check: Check) -> dict[str, Any]:
    verify = check.trustedform.verify
    if verify is None:
        return {}
    wanted = {
        "advertiser_name": verify.advertiser_name or None,
        "min_font_size_px_required": verify.min_font_size_px,
        "min_contrast_ratio_required": verify.min_contrast_ratio,
        "opt_in_types_allowed": list(verify.opt_in_types) or None,
    }
    return {name: value for name, value in wanted.items() if value is not None}


def _insights(check: Check) -> dict[str, Any]:
    """The properties that rules read, each once: they are billed by number. Scans only where there is one."""
    terms = check.trustedform
    named = [rule.property.partition(".")[0] for rule in check.rules]
    insights: dict[str, Any] = {"properties": list(dict.fromkeys([*named, *_ALWAYS_ASKED]))}
    if terms.required_terms or terms.forbidden_terms:
        insights["scans"] = {
            "required": list(terms.required_terms),
            "forbidden": list(terms.forbidden_terms),
            "delimiter": "|",
        }
    return {"insights": insights}

"""A provider that the buyer describes in configuration: scores of contactability and fraud, or any scrub with JSON."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from msgspec.structs import replace

from app.certificates.json_answer import document_of, json_request, reaction_to
from app.certificates.provider import Asking, IsKept, ProviderAnswer, Reaction, Secrets, Subject, verdict
from app.domain.checks.check import Check
from app.domain.checks.http_terms import IDENTITY, PLACEHOLDER, SECRET
from app.domain.checks.verdict import CheckVerdict

_FORM = "application/x-www-form-urlencoded"


class DescribedProvider:
    """One request, of which the declared rules and facts read the answer."""

    def questions(self, check: Check, subject: Subject) -> tuple[str, ...]:
        """Nothing where the lead lacks what must be told, or where nothing that would be told says who it is."""
        terms = check.http
        told = (*terms.send.values(), *_in_address(check))
        lacking = any(not subject.part(name) for name in (*terms.needs, *_in_address(check)))
        return () if lacking or not any(subject.part(name) for name in told if name in IDENTITY) else ("answer",)

    def askings(self, check: Check, subject: Subject, secrets: Secrets, is_kept: IsKept) -> Sequence[Asking]:
        """The request as declared; what the lead lacks is left out."""
        del is_kept
        if not self.questions(check, subject):
            return ()
        secret, terms = secrets.get(check.secret, ""), check.http
        told: dict[str, Any] = dict(terms.constants)
        told |= {name: value for name, source in terms.send.items() if (value := subject.part(source))}
        query = dict(told) if terms.encoding == "query" else {}
        if terms.auth == "query":
            query[terms.auth_name] = secret
        address = _address(check, subject, secret)
        request = json_request(
            check,
            terms.method,
            f"{address}?{urlencode(query)}" if query else address,
            _credentials(check, secret),
            msgspec.json.encode(_nested(told)) if terms.encoding == "json" else b"",
        )
        if terms.encoding == "form":
            headers = {**request.headers, "content-type": _FORM}
            request = replace(request, body=urlencode(told).encode(), headers=headers)
        cost = check.ping_millicents if subject.stage == "ping" else check.post_millicents
        return (Asking(operation=check.name, request=request, millicents=cost),)

    def react(self, check: Check, answered: ProviderAnswer) -> Reaction:
        """An answer that says of itself that it is none is about this lead, or about our account."""
        body = document_of(answered)
        if body and not _is_answer(check, body):
            text = answered.answer.body.decode(errors="replace").lower()
            if any(word in text for word in check.http.account_words):
                return Reaction(our_fault="the provider does not take our account")
            return Reaction()
        return reaction_to(check, answered, is_answer=bool(body))

    def read(self, check: Check, subject: Subject, answers: Sequence[ProviderAnswer]) -> Sequence[CheckVerdict]:
        """What breaks a rule is refused, or costs something; what a rule cannot tell leaves the question open."""
        del subject
        body = next((body for each in answers if _is_answer(check, body := document_of(each))), None)
        if body is None:
            return (verdict(check, "answer", "unknown"),)
        outcomes = [(rule.judge(body), rule) for rule in check.rules]
        for outcome, rule in outcomes:
            if outcome == "fail" and not rule.price_cut:
                return (replace(verdict(check, "answer", "fail", code=rule.code), note=rule.property),)
        is_open = any(outcome == "unknown" for outcome, _ in outcomes)
        whole = verdict(check, "answer", "unknown" if is_open else "pass")
        cuts = [rule for outcome, rule in outcomes if outcome == "fail"]
        worst = max(cuts, key=lambda rule: rule.price_cut, default=None)
        if worst is None:
            return (whole,)
        return (replace(whole, price_cut=max(whole.price_cut, worst.price_cut), note=worst.property),)


def _is_answer(check: Check, body: Any) -> bool:
    return bool(body) and all(rule.judge(body) == "pass" for rule in check.http.answered)


def _in_address(check: Check) -> tuple[str, ...]:
    return tuple([name for name in PLACEHOLDER.findall(check.url) if name != SECRET])


def _address(check: Check, subject: Subject, secret: str) -> str:
    """The address with its placeholders filled, none of which can lead to another host."""
    values = {SECRET: secret, **{name: subject.part(name) for name in _in_address(check)}}
    return PLACEHOLDER.sub(lambda match: quote(values[match[1]], safe=""), check.url)


def _credentials(check: Check, secret: str) -> dict[str, str]:
    auth, name = check.http.auth, check.http.auth_name
    if auth == "bearer":
        return {"authorization": f"Bearer {secret}"}
    if auth == "basic":
        return {"authorization": f"Basic {base64.b64encode(f'{name}:{secret}'.encode()).decode()}"}
    return {name.lower(): secret} if auth == "header" else {}


def _nested(told: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted names as tables within tables."""
    tree: dict[str, Any] = {}
    for name, value in told.items():
        *path, last = name.split(".")
        node = tree
        for step in path:
            node = node.setdefault(step, {})
        node[last] = value
    return tree

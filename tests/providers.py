"""Checks of providers for tests, and a client whose requests go to the fakes without a network."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from msgspec.structs import replace

from app.certificates.budgets import CheckBudgets
from app.certificates.provider import Subject
from app.certificates.provider_client import Counted, ProviderClient
from app.domain.checks.check import QUESTIONS, Check
from app.domain.checks.verdict import Consultation
from app.domain.consent.certificate import read_leadid, read_trustedform
from app.mock_providers.fake import FakeRequest
from app.mock_providers.leadid import leadid_token
from app.mock_providers.server import FakeProviders
from app.mock_providers.trustedform import certificate_id
from app.outbound.message import OutboundAnswer, OutboundRequest
from tests.build import NOW, contact

SECRETS = {"env:TF": "tf-key-3344", "env:LAC": "lac-5566", "env:LAK": "lak-7788"}


def check(provider: Any = "trustedform", **overrides: Any) -> Check:
    """A check of every post, with the defaults of a configuration."""
    secret = "env:TF" if provider == "trustedform" else "env:LAC"
    declared = Check(
        name=provider,
        provider=provider,
        secret=secret,
        url=f"https://fakes.example/{provider}",
        on_unknown=QUESTIONS[provider],
        price_cut=0.2,
    )
    return replace(declared, **overrides)


def subject(scenario: str = "good", **overrides: Any) -> Subject:
    """The post of a lead whose certificate and token have the fakes answer so."""
    lead = Subject(
        stage="post",
        seller="acme",
        trustedform=read_trustedform(f"https://cert.trustedform.com/{certificate_id(scenario)}"),
        contact=contact(),
        phone="5124612234",
        email="maria.lopez@gmail.com",
        reference="lead-77",
    )
    return replace(lead, **overrides)


def token_subject(scenario: str = "good", **overrides: Any) -> Subject:
    """The same with a LeadiD token."""
    return subject(trustedform=None, leadid=read_leadid(leadid_token(scenario)), **overrides)


class FakesAtHand:
    """What the client sends by. `sent` are the requests; one that the fake would let hang times out at once."""

    def __init__(self) -> None:
        self.fakes = FakeProviders()
        self.sent: list[OutboundRequest] = []
        self.trouble: Any = ""

    async def send(self, request: OutboundRequest) -> OutboundAnswer:
        self.sent.append(request)
        if self.trouble:
            return OutboundAnswer(trouble=self.trouble)
        parts = urlsplit(request.url)
        answer = self.fakes.answer(
            FakeRequest(
                method=request.method,
                path=parts.path,
                query=parts.query,
                headers=request.headers,
                body=request.body,
            )
        )
        if answer.delay_s > request.timeout_s:
            return OutboundAnswer(trouble="timeout", took_s=request.timeout_s)
        body = answer.body[: request.body_bytes_max]
        return OutboundAnswer(status=answer.status, headers=dict(answer.headers), body=body)

    def client(self, used: Mapping[str, int] | None = None, counted: Counted = lambda *_: None) -> ProviderClient:
        """A client that asks the fakes."""
        return ProviderClient(self.send, lambda: SECRETS, CheckBudgets(used), counted, steady=lambda: NOW)


def said(consultation: Consultation) -> dict[str, tuple[str, ...]]:
    """Question -> outcome, with the code of a failure."""
    return {
        each.question: (each.outcome, each.code) if each.outcome == "fail" else (each.outcome,)
        for each in consultation.verdicts
    }

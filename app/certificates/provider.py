"""What a provider is to the rest: questions about one lead become requests, and the answers become verdicts. Pure.

A new provider is one module with an object of this interface, its name in `domain/checks/check.py`, a line in
`known.py`, and a fake in `app/mock_providers`.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from app.domain.checks.check import Check, Stage
from app.domain.checks.verdict import CheckOutcome, CheckVerdict
from app.domain.consent.certificate import Certificate
from app.domain.identity import ALGORITHMS
from app.outbound.message import OutboundAnswer, OutboundRequest
from app.wire.post import Contact

ANSWER_BYTES_MAX = 262_144
"""An answer that is as long was cut, and is none."""

Secrets = Mapping[str, str]
"""By reference."""


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """One lead as a provider may be asked about it; a ping has no contact.

    `reference` is what we will find the provider's record by, `phone` ten digits, `consent_at` UTC epoch seconds.
    `hashes` are those that a ping brought, by name, as "phone_md5".
    """

    stage: Stage
    seller: str
    trustedform: Certificate | None = None
    leadid: Certificate | None = None
    contact: Contact = Contact()
    phone: str = ""
    email: str = ""
    reference: str = ""
    consent_at: float | None = None
    ip_address: str = ""
    hashes: Mapping[str, str] = {}

    def part(self, name: str) -> str:
        """A part of the lead by one of the names of `http_terms.SOURCES`; empty where this lead has none."""
        if name in self.hashes:
            return self.hashes[name]
        value, _, kind = name.partition("_")
        if kind in ALGORITHMS and value in ("phone", "email"):
            plain = getattr(self, value)
            return hashlib.new(kind, plain.encode()).hexdigest() if plain else ""
        if name == "phone_e164":
            return f"+1{self.phone}" if self.phone else ""
        if name == "name":
            return f"{self.contact.first_name} {self.contact.last_name}".strip()
        if name == "lead_id":
            return self.reference
        holder = self if name in ("phone", "email", "ip_address", "seller") else self.contact
        return str(getattr(holder, name)).strip()

    def __repr__(self) -> str:
        return f"Subject(stage={self.stage!r}, ***)"

    __str__ = __repr__


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """One request to a provider; `operation` names it in evidence."""

    operation: str
    request: OutboundRequest
    millicents: int = 0

    def __repr__(self) -> str:
        return f"Asking({self.operation!r}, ***)"

    __str__ = __repr__


class ProviderAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A request with what came of it. `why_not` says why it was not sent, where it was not."""

    asking: Asking
    answer: OutboundAnswer
    why_not: Literal["", "budget", "circuit"] = ""
    asked_at: float = 0.0

    def __repr__(self) -> str:
        return f"ProviderAnswer({self.asking.operation!r}, {self.answer!r})"

    __str__ = __repr__


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """What one answer means for the next request, before anybody asks what it says of the lead.

    `failed` is trouble that passes: the breaker counts it. `our_fault`, in words, is one such as a wrong key: nothing
    is asked for a while, and the operator is told. The answer is used again for `keep_s`; `ask_again` once, at once.
    """

    failed: bool = False
    our_fault: str = ""
    keep_s: float = 0.0
    ask_again: bool = False


IsKept = Callable[[Asking], bool]
"""Whether the answer to a request is at hand."""


class Provider(Protocol):
    """Every method is a pure function of its arguments."""

    def questions(self, check: Check, subject: Subject) -> tuple[str, ...]:
        """What it is asked about this lead; nothing where the lead has nothing to ask about."""
        ...

    def askings(self, check: Check, subject: Subject, secrets: Secrets, is_kept: IsKept) -> Sequence[Asking]:
        """The requests that answer these questions; all are sent at once."""
        ...

    def react(self, check: Check, answered: ProviderAnswer) -> Reaction:
        """What to make of one answer as such."""
        ...

    def read(self, check: Check, subject: Subject, answers: Sequence[ProviderAnswer]) -> Sequence[CheckVerdict]:
        """The verdict on every question."""
        ...


def verdict(
    check: Check, question: str, outcome: CheckOutcome, detail: str = "", code: str = "consent_invalid"
) -> CheckVerdict:
    """The verdict on a question of this check, with what an unknown does."""
    on_unknown = check.on_unknown[question]
    is_open = outcome == "unknown" and on_unknown == "accept"
    return CheckVerdict(
        question=question,
        outcome=outcome,
        on_unknown=on_unknown,
        code=code,
        detail=detail,
        price_cut=check.price_cut if is_open else 0.0,
    )


def is_cut(answer: OutboundAnswer) -> bool:
    """Whether an answer is longer than is read of one."""
    return len(answer.body) >= ANSWER_BYTES_MAX


def is_transport_trouble(answer: OutboundAnswer) -> bool:
    """Whether nothing that the provider meant came back, and the same request may fare better later."""
    return bool(answer.trouble) or answer.status >= 500 or answer.status in (0, 408, 425, 429) or is_cut(answer)

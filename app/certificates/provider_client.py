"""Asks providers: each within its circuit, its budget and its time, and nothing twice that has been answered."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from app.certificates.budgets import CheckBudgets
from app.certificates.evidence import ProviderExchange, exchange_of
from app.certificates.facts import facts_in
from app.certificates.kept_answers import KeptAnswers
from app.certificates.known import PROVIDERS
from app.certificates.provider import Asking, Provider, ProviderAnswer, Secrets, Subject, verdict
from app.domain.checks.check import Check, secrets_in
from app.domain.checks.verdict import Consultation
from app.outbound.circuit import Circuit
from app.outbound.message import OutboundAnswer, OutboundRequest

CONCURRENCY = 64
"""Requests to one provider at once; more are unknowns, since they would only wait."""

MARGIN_S = 0.05
"""So much earlier than the lead's deadline a request ends, so that what came of it is still recorded."""

_NEVER_LEFT = ("dns", "connect", "tls", "refused_address")

Send = Callable[[OutboundRequest], Awaitable[OutboundAnswer]]
Counted = Callable[[str, str, int, float | None], None]
"""(check, what came of it, thousandths of a cent, seconds it took) of every request; `None` for one that never left."""

_log = logging.getLogger(__name__)


class Consulted(msgspec.Struct, frozen=True, kw_only=True):
    """What was made of a lead, and the exchanges that prove it; some of them may be older than the lead."""

    consultation: Consultation
    exchanges: tuple[ProviderExchange, ...] = ()


class ProviderClient:
    """One for a process. `secrets` is asked anew each time, so that a reload takes effect.

    `steady` is the clock of the circuits.
    """

    def __init__(
        self,
        send: Send,
        secrets: Callable[[], Secrets],
        budgets: CheckBudgets | None = None,
        counted: Counted = lambda _check, _result, _millicents, _took_s: None,
        steady: Callable[[], float] = time.monotonic,
        providers: Mapping[str, Provider] = PROVIDERS,
    ) -> None:
        self.budgets = budgets or CheckBudgets()
        self._send = send
        self._secrets = secrets
        self._counted = counted
        self._steady = steady
        self._providers = providers
        self._kept = KeptAnswers()
        self._circuits: dict[str, Circuit] = {}
        self._faults: dict[str, str] = {}

    @property
    def secrets(self) -> Secrets:
        """What references stand for now."""
        return self._secrets()

    def circuit(self, check: str) -> Circuit:
        """How the provider of this check is doing."""
        return self._circuits.setdefault(check, Circuit())

    def opens_at(self, check: str, now: float) -> float | None:
        """When the provider of this check may be asked again, by the clock of `now`; `None` where nothing is wrong.

        It stays wrong until it has answered, though nobody may ask for hours.
        """
        breaker = self.circuit(check).breaker
        if breaker.opened_at is None:
            return None
        return now + max(breaker.opened_at + breaker.cooldown_s - self._steady(), 0.0)

    def fault_of(self, check: str) -> str:
        """What of ours keeps the provider of this check from answering, in words."""
        return self._faults.get(check, "")

    def has_questions(self, check: Check, subject: Subject) -> bool:
        """Whether there is anything to ask about this lead."""
        return bool(self._providers[check.provider].questions(check, subject))

    def unknown(self, check: Check, subject: Subject, detail: str = "") -> Consulted:
        """What stands as long as nobody has answered."""
        questions = self._providers[check.provider].questions(check, subject)
        verdicts = tuple([verdict(check, question, "unknown", detail) for question in questions])
        return Consulted(consultation=Consultation(check=check.name, campaigns=check.campaigns, verdicts=verdicts))

    async def consult(self, check: Check, subject: Subject, within_s: float, now: float) -> Consulted:
        """The verdicts on this lead, in no more than `within_s`."""
        provider, started = self._providers[check.provider], self._steady()
        askings = self.askings(check, subject, now)
        pairs = await asyncio.gather(*[self._answered(check, subject, each, within_s, now) for each in askings])
        answers = [answered for answered, _ in pairs]
        return Consulted(
            consultation=Consultation(
                check=check.name,
                campaigns=check.campaigns,
                verdicts=tuple(provider.read(check, subject, answers)),
                millicents=sum(cost for _, cost in pairs),
                took_ms=round((self._steady() - started) * 1000.0, 1),
                facts=facts_in(check, answers),
            ),
            exchanges=self.exchanges(check, answers),
        )

    def askings(self, check: Check, subject: Subject, now: float) -> Sequence[Asking]:
        """The requests that would answer the questions about this lead."""
        provider, secrets = self._providers[check.provider], self._secrets()
        return provider.askings(check, subject, secrets, lambda asking: self._kept.find(asking, now) is not None)

    def exchanges(self, check: Check, answers: Iterable[ProviderAnswer]) -> tuple[ProviderExchange, ...]:
        """These as they are kept."""
        secrets = self._secrets()
        texts = [secrets.get(reference, "") for reference in secrets_in(check)]
        return tuple([exchange_of(check.name, answered, texts) for answered in answers])

    async def _answered(
        self, check: Check, subject: Subject, asking: Asking, within_s: float, now: float
    ) -> tuple[ProviderAnswer, int]:
        """The answer to one request, and what it cost."""
        kept = self._kept.find(asking, now)
        if kept is not None:
            self._counted(check.name, "kept", 0, None)
            return kept, 0
        cost = 0

        async def ask() -> ProviderAnswer:
            nonlocal cost
            answered, cost = await self.ask(check, subject.seller, asking, within_s, now)
            return answered

        answered = await self._kept.once(asking, ask)
        return answered, cost

    async def ask(
        self, check: Check, seller: str, asking: Asking, within_s: float, now: float
    ) -> tuple[ProviderAnswer, int]:
        """Send one request, if circuit and budget allow it; what came of it, and what it cost."""
        provider, ends_at = self._providers[check.provider], self._steady() + within_s
        answered, cost = await self._ask_once(check, seller, asking, within_s, now)
        left_s = ends_at - self._steady()
        if provider.react(check, answered).ask_again and left_s > MARGIN_S * 2:
            answered, more = await self._ask_once(check, seller, asking, left_s, now)
            cost += more
        keep_s = min(provider.react(check, answered).keep_s, check.cache_s)
        if keep_s > 0.0:
            self._kept.keep(answered, now + keep_s)
        return answered, cost

    async def _ask_once(
        self, check: Check, seller: str, asking: Asking, within_s: float, now: float
    ) -> tuple[ProviderAnswer, int]:
        circuit = self.circuit(check.name)
        if circuit.room(self._steady(), CONCURRENCY) <= 0:
            self._counted(check.name, "circuit", 0, None)
            return ProviderAnswer(asking=asking, answer=OutboundAnswer(), why_not="circuit", asked_at=now), 0
        if not self.budgets.take(check, seller, asking.millicents, now):
            self._counted(check.name, "budget", 0, None)
            return ProviderAnswer(asking=asking, answer=OutboundAnswer(), why_not="budget", asked_at=now), 0
        circuit.begin()
        try:
            timeout_s = max(within_s - MARGIN_S, within_s / 2)
            answer = await self._send(replace(asking.request, timeout_s=timeout_s))
        finally:
            circuit.end()
        answered = ProviderAnswer(asking=asking, answer=answer, asked_at=now)
        cost = asking.millicents
        if answer.trouble in _NEVER_LEFT:
            self.budgets.give_back(check, seller, cost, now)
            cost = 0
        self._take_note(check, answered)
        self._counted(check.name, answer.trouble or str(answer.status), cost, answer.took_s)
        return answered, cost

    def _take_note(self, check: Check, answered: ProviderAnswer) -> None:
        """Have the circuit know of it, and the operator of a fault of ours: once, until it is mended."""
        reaction = self._providers[check.provider].react(check, answered)
        circuit = self.circuit(check.name)
        if reaction.our_fault:
            circuit.open(self._steady())
            if self._faults.get(check.name) != reaction.our_fault:
                _log.error("check %s: %s; no lead is blamed for it", check.name, reaction.our_fault)
            self._faults[check.name] = reaction.our_fault
            return
        circuit.record(failed=reaction.failed, at=self._steady())
        if not reaction.failed and self._faults.pop(check.name, ""):
            _log.warning("check %s: the provider answers again", check.name)

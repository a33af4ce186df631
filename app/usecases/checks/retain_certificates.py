"""Stores the certificates of bought leads that could not be stored before the sale, until they are gone.

Storing twice is free of charge and changes nothing, so that each is tried at least once whatever dies in between.
"""

import asyncio
import hashlib
import logging
from collections.abc import Callable

import msgspec

from app.certificates.evidence import ProviderExchange
from app.certificates.provider import ProviderAnswer, Subject
from app.certificates.trustedform.answer import has_refused, storage_of
from app.certificates.trustedform.provider import retain_asking
from app.domain.checks.check import Check
from app.domain.checks.retain import RetainResult, is_late, next_try
from app.domain.consent.certificate import read_trustedform
from app.domain.delivery.sold_lead import LeadDocument
from app.domain.identity import normal_email, normal_phone
from app.domain.post.sale import Evidence
from app.journal.lines import RetainLine
from app.store.delivery.retains import ClaimedRetain, RetainReport
from app.usecases.bidder import Bidder

AT_ONCE = 20
TIMEOUT_S = 10.0
LEASE_S = 60.0
"""Longer than two tries take, so that only what a dead process held is claimed again."""

_log = logging.getLogger(__name__)


class RetainWorker:
    """One for a process; `owner` names its claims."""

    def __init__(self, bidder: Bidder, owner: str) -> None:
        self._bidder = bidder
        self._owner = owner

    async def retain_due(self, now: float, uniform: Callable[[], float]) -> int:
        """Try everything that is due, all at once, so that a slow provider lets no lease end; how many there were."""
        due = await self._bidder.store.claim_retains(self._owner, now, AT_ONCE, LEASE_S)
        await asyncio.gather(*[self._retain(claim, now, uniform()) for claim in due])
        return len(due)

    async def _retain(self, claim: ClaimedRetain, now: float, draw: float) -> None:
        report = await self._try(claim, now, draw)
        if await self._bidder.store.settle_retain(report):
            self._tell(report, now)

    async def _try(self, claim: ClaimedRetain, now: float, draw: float) -> RetainReport:
        check = next((each for each in self._bidder.catalogue.checks if each.name == claim.check), None)
        answers, exchanges = await self._ask(check, claim, now) if check is not None else ([], ())
        result: RetainResult = "pending"
        due_at = next_try(claim.attempt, now, draw, claim.deadline_at)
        if storage_of(answers).is_stored:
            result = "stored"
        elif due_at is None or any(map(has_refused, answers)):
            result = "lost"
        late = result == "pending" and is_late(now, claim.sold_at, claim.deadline_at)
        return RetainReport(
            claim=claim,
            result=result,
            due_at=due_at or now,
            is_warned=claim.is_warned or late,
            evidence=self._sealed(claim, exchanges),
        )

    async def _ask(
        self, check: Check, claim: ClaimedRetain, now: float
    ) -> tuple[list[ProviderAnswer], tuple[ProviderExchange, ...]]:
        client = self._bidder.providers
        asking = retain_asking(check, _subject(claim), client.secrets)
        if asking is None:
            return [], ()
        answered, _ = await client.ask(check, claim.seller, asking, TIMEOUT_S, now)
        return [answered], client.exchanges(check, [answered])

    def _sealed(self, claim: ClaimedRetain, exchanges: tuple[ProviderExchange, ...]) -> tuple[Evidence, ...]:
        """Each with a name of its own beside those of the sale and of earlier attempts."""
        pieces = []
        for exchange in exchanges:
            kind, plain = f"retain {claim.check} {claim.attempt}", msgspec.json.encode(exchange)
            sealed = self._bidder.vault.seal(plain, f"{claim.lead_id}/{kind}")
            pieces.append(Evidence(kind, hashlib.sha256(plain).hexdigest(), sealed))
        return tuple(pieces)

    def _tell(self, report: RetainReport, now: float) -> None:
        """Journal what is settled, and once what soon will be too late."""
        claim, result = report.claim, str(report.result)
        if report.result == "pending":
            if claim.is_warned or not report.is_warned:
                return
            result = "late"
        self._bidder.metrics.count("certificate_retains_total", claim.check, result)
        if result != "stored":
            _log.error(
                "the certificate of lead %s is not stored (check %s, attempt %d): %s",
                claim.lead_id,
                claim.check,
                claim.attempt,
                "it is lost" if result == "lost" else f"{(claim.deadline_at - now) / 3600.0:.1f} hours are left",
            )
        self._bidder.journal.append(
            RetainLine(
                at=now,
                seller=claim.seller,
                lead_id=claim.lead_id,
                check=claim.check,
                result=result,
                deadline_at=claim.deadline_at,
                attempts=claim.attempt,
            )
        )


def _subject(claim: ClaimedRetain) -> Subject:
    """The lead as it was sold."""
    contact, consent = _table(claim.lead, "contact"), _table(claim.lead, "consent")
    return Subject(
        stage="post",
        seller=claim.seller,
        trustedform=read_trustedform(str(consent.get("trustedform_cert_url", ""))),
        phone=normal_phone(str(contact.get("phone", ""))),
        email=normal_email(str(contact.get("email", ""))),
        reference=claim.lead_id,
    )


def _table(document: LeadDocument, name: str) -> dict[str, object]:
    inner = document.get(name)
    return inner if isinstance(inner, dict) else {}

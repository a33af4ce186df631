"""Delivers bought leads to CRMs: at least once, soon, and never dropping one."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Protocol

import msgspec

from app.crm.access_tokens import AccessTokens, NoToken
from app.crm.csv_line import build_line
from app.crm.mail import build_mail
from app.crm.outcome import Judgement, judge, refuses_token
from app.crm.payload import ACCESS_TOKEN, Secrets, Unbuildable, build_request
from app.domain.delivery.delivery import AttemptReport, ClaimedDelivery, DeliveryStatus
from app.domain.delivery.destination import Destination
from app.domain.delivery.destination_auth import OAuth2Auth
from app.domain.delivery.feedback import feedback_document
from app.domain.delivery.sold_lead import LeadDocument
from app.outbound.circuit import Circuit
from app.outbound.message import OutboundAnswer, Outgoing
from app.outbound.retry import next_attempt_at
from app.platforms.known import PLATFORMS

LEASE_MARGIN_S = 30.0
"""A lease outlives the longest request by this, so that only a dead worker's leads are claimed again."""

POLL_S = 1.0
"""How long a lead whose next attempt has come due may lie, and one that another process sold."""

_log = logging.getLogger(__name__)


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A destination with its secrets, which have passed `require_secrets`."""

    destination: Destination
    secrets: Secrets

    def __repr__(self) -> str:
        return f"Target(destination={self.destination.name!r}, ***)"

    __str__ = __repr__


class DeliveryStore(Protocol):
    """What delivery asks of the database; each call is a short transaction of its own."""

    async def claim_due(
        self, destination: str, owner: str, now: float, limit: int, lease_s: float
    ) -> list[ClaimedDelivery]:
        """Up to `limit` deliveries that are due, earliest first, ours until `now + lease_s`.

        Due are pending ones whose time has come, and claimed ones whose lease has ended. Counts the attempt. Nothing of
        a disabled destination, and nothing twice however many workers ask at once.
        """
        ...

    async def acknowledge(self, report: AttemptReport) -> bool:
        """Record the attempt, move the delivery on and, if `disables`, disable the destination: all in one commit.

        False, and nothing recorded, where (`owner`, `attempt`) no longer hold the claim.
        """
        ...


Send = Callable[[Outgoing], Awaitable[OutboundAnswer]]
Answer = OutboundAnswer | Unbuildable | NoToken


class DeliveryWorker:
    """One worker for all destinations. A slow or failing destination does not hold up the others.

    `settled` is called with every recorded attempt. Setting `wake` makes it look for due leads at once. While somebody
    holds `between_rounds`, `run` claims nothing. `wall` is the time that receivers are told, the round's by default.
    """

    def __init__(
        self,
        store: DeliveryStore,
        send: Send,
        owner: str,
        settled: Callable[[AttemptReport], None] = lambda _report: None,
        wall: Callable[[], float] | None = None,
    ) -> None:
        self.wake = asyncio.Event()
        self.between_rounds = asyncio.Lock()
        self.owner = owner
        self._store = store
        self._send = send
        self._settled = settled
        self._wall = wall
        self._tokens = AccessTokens(send)
        self._circuits: defaultdict[str, Circuit] = defaultdict(Circuit)
        self._attempts: set[asyncio.Task[None]] = set()

    async def run(
        self,
        targets: Callable[[], Mapping[str, Target]],
        clock: Callable[[], float],
        draw: Callable[[], float],
        poll_s: float = POLL_S,
    ) -> None:
        """Deliver until cancelled; `targets` is asked anew each time, so that a reload takes effect."""
        waits = False
        while True:
            self.wake.clear()
            try:
                async with self.between_rounds:
                    await self.deliver_due(targets(), clock(), draw)
            except Exception as error:  # noqa: BLE001 - while the database is away leads wait; the loop must outlive it
                if not waits:
                    _log.warning("deliveries wait: %s", type(error).__name__)
                waits = True
                await asyncio.sleep(poll_s)
            else:
                if waits:
                    _log.warning("deliveries go on")
                waits = False
            with suppress(TimeoutError):
                # Not wait_for: on Python 3.11 it loses a cancellation that comes together with the wake.
                async with asyncio.timeout(poll_s):
                    await self.wake.wait()

    async def deliver_due(self, targets: Mapping[str, Target], now: float, draw: Callable[[], float]) -> int:
        """Send what is due and may go now, without waiting for the answers; how many were sent.

        All destinations are asked for at once, so that their claims share a transaction.
        """
        rooms = {name: self._circuits[name].room(now, each.destination.concurrency) for name, each in targets.items()}
        open_ones = [name for name, room in rooms.items() if room > 0]
        claims = await asyncio.gather(
            *[self._claim(name, targets[name].destination, rooms[name], now) for name in open_ones],
            return_exceptions=True,
        )
        claimed = [(name, each) for name, each in zip(open_ones, claims, strict=True) if isinstance(each, list)]
        for name, deliveries in claimed:
            for delivery in deliveries:
                self._launch(delivery, targets[name], now, draw())
        for failed in claims:
            if isinstance(failed, BaseException):
                raise failed
        return sum(len(deliveries) for _, deliveries in claimed)

    async def _claim(self, name: str, destination: Destination, room: int, now: float) -> list[ClaimedDelivery]:
        # With OAuth 2 an attempt may be a token, a request, and both again.
        requests = 4 if isinstance(destination.auth, OAuth2Auth) else 1
        lease_s = requests * destination.timeout_ms / 1000 + LEASE_MARGIN_S
        return await self._store.claim_due(name, self.owner, now, room, lease_s)

    async def try_out(self, target: Target, lead: LeadDocument, now: float) -> Judgement:
        """What a receiver makes of a lead that is not in the database; nothing is recorded, no breaker counts it."""
        told = self._wall() if self._wall is not None else now
        return await try_out(self._send, target, lead, f"msg_{lead['lead_id']}", told)

    def circuit(self, destination: str) -> Circuit:
        """How this destination is doing."""
        return self._circuits[destination]

    async def settle(self, within_s: float | None = None) -> None:
        """Wait for the answers of what was sent. What takes longer is given up here and claimed again later."""
        if self._attempts:
            _, late = await asyncio.wait(self._attempts, timeout=within_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _launch(self, delivery: ClaimedDelivery, target: Target, now: float, draw: float) -> None:
        task = asyncio.create_task(self._deliver(delivery, target, now, draw))
        self._attempts.add(task)
        self._circuits[delivery.destination].begin()
        task.add_done_callback(lambda attempt: self._landed(delivery.destination, attempt))

    def _landed(self, destination: str, task: asyncio.Task[None]) -> None:
        self._attempts.discard(task)
        self._circuits[destination].end()
        self.wake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            # The claim stands until its lease ends; then the lead is sent again under the same webhook id.
            _log.warning("an attempt could not be recorded: %s", type(error).__name__)

    async def _deliver(self, delivery: ClaimedDelivery, target: Target, now: float, draw: float) -> None:
        told = self._wall() if self._wall is not None else now
        what, document = sent_of(target, delivery)
        answer = await answer_of(self._send, self._tokens, what, document, delivery.webhook_id, told)
        judgement = judgement_of(target.destination, answer, delivery.lead)
        report = report_of(delivery, answer, judgement, now, draw)

        if isinstance(answer, OutboundAnswer):
            failed = judgement.outcome == "retry"
            self._circuits[delivery.destination].record(failed=failed, at=now + answer.took_s)
        if await self._store.acknowledge(report):
            self._settled(report)


def sent_of(target: Target, delivery: ClaimedDelivery) -> tuple[Target, LeadDocument]:
    """What is sent, and where: the lead, or what its seller is told of it.

    That goes in the form of a platform if its destination declares no fields.
    """
    destination, told = target.destination, delivery.feedback
    if told is None:
        return target, delivery.lead
    platform = PLATFORMS.get(told.form)
    if not destination.fields and platform is not None and platform.feedback is not None:
        destination = msgspec.structs.replace(destination, fields=dict(platform.feedback.fields))
    return Target(destination=destination, secrets=target.secrets), feedback_document(delivery.lead, told)


async def try_out(send: Send, target: Target, lead: LeadDocument, webhook_id: str, now: float) -> Judgement:
    """What a receiver makes of a lead that is not in the database; nothing is recorded."""
    answer = await answer_of(send, AccessTokens(send), target, lead, webhook_id, now)
    return judgement_of(target.destination, answer, lead)


async def answer_of(
    send: Send, tokens: AccessTokens, target: Target, lead: LeadDocument, webhook_id: str, told: float
) -> Answer:
    """What the receiver says; asked again with a new access token where the one we had is not taken any more."""
    destination, auth, secrets = target.destination, target.destination.auth, target.secrets
    token = ""
    for may_renew in (True, False):
        if isinstance(auth, OAuth2Auth):
            granted = await tokens.token(destination, auth, target.secrets)
            if isinstance(granted, NoToken):
                return granted
            token = granted
            secrets = {**target.secrets, ACCESS_TOKEN: token}
        request = _request(destination, lead, secrets, webhook_id, told)
        if isinstance(request, Unbuildable):
            return request
        answer = await send(request)
        if not (may_renew and isinstance(auth, OAuth2Auth) and refuses_token(answer)):
            break
        tokens.forget(auth, token)
    return answer


def _request(
    destination: Destination, lead: LeadDocument, secrets: Secrets, webhook_id: str, told: float
) -> Outgoing | Unbuildable:
    if destination.mail is not None:
        return build_mail(destination, destination.mail, lead, secrets, webhook_id, told)
    if destination.file is not None:
        return build_line(destination, destination.file, lead, secrets, webhook_id, told)
    return build_request(destination, lead, secrets, webhook_id, told)


def judgement_of(destination: Destination, answer: Answer, lead: LeadDocument) -> Judgement:
    """What became of an attempt; a lead that no request can be made of is rejected, one without a token waits."""
    if isinstance(answer, NoToken):
        return Judgement(outcome="retry", note=answer.why)
    if isinstance(answer, Unbuildable):
        return Judgement(outcome="rejected", note=answer.why)
    return judge(destination, answer, lead)


def report_of(
    delivery: ClaimedDelivery, answer: Answer, judgement: Judgement, now: float, draw: float
) -> AttemptReport:
    """The attempt as it is recorded, with the time of the next one where there is to be one."""
    received = answer if isinstance(answer, OutboundAnswer) else OutboundAnswer()
    answered_at = now + received.took_s
    due_at = None
    if judgement.disables:
        # It waits for the operator rather than for a clock.
        due_at = answered_at
    elif judgement.outcome == "retry":
        due_at = next_attempt_at(delivery.attempt, received, answered_at, draw)
    return AttemptReport(
        delivery_id=delivery.delivery_id,
        destination=delivery.destination,
        owner=delivery.owner,
        attempt=delivery.attempt,
        status=_status(judgement, due_at),
        started_at=now,
        took_ms=round(received.took_s * 1000),
        due_at=due_at,
        http_status=received.status if received.status and not received.step else None,
        failure=received.trouble or (f"SMTP {received.status}" if received.status >= 400 and received.step else ""),
        crm_id=judgement.crm_id,
        note=judgement.note,
        disables=judgement.disables,
    )


def _status(judgement: Judgement, due_at: float | None) -> DeliveryStatus:
    if judgement.outcome != "retry":
        return judgement.outcome
    return "dead" if due_at is None else "pending"

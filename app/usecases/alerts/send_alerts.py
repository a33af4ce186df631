"""Sends messages of alerts to their addresses, and again where that fails, for a day."""

import logging
from collections.abc import Awaitable, Callable, Mapping

import msgspec
from msgspec.structs import replace

from app.crm.signing import signature
from app.domain.alerts.address import is_webhook, service_of
from app.domain.alerts.message import AlertMessage
from app.domain.alerts.terms import AlertTerms
from app.domain.delivery.destination_auth import signing_key
from app.domain.delivery.retry import next_due
from app.outbound.chat import say
from app.outbound.message import OutboundAnswer, OutboundRequest
from app.store.errors import StoreUnavailable
from app.store.operators.alerts import OutgoingAlert
from app.store.store import Store

TIMEOUT_S = 15.0
LEASE_S = 120.0
GIVEN_UP_S = 86_400.0
"""What could not be told in a day is told by the reminder, or is over."""

_log = logging.getLogger(__name__)


class AlertSender:
    """`secrets` has the addresses by their references; `wall` is the clock that a receiver of signatures compares."""

    def __init__(
        self,
        send: Callable[[OutboundRequest], Awaitable[OutboundAnswer]],
        secrets: Callable[[], Mapping[str, str]],
        wall: Callable[[], float],
        say: Callable[[str, str, str, float], Awaitable[str]] = say,
    ) -> None:
        self._send = send
        self._secrets = secrets
        self._wall = wall
        self._say = say
        self._unwritten: list[OutgoingAlert] = []

    def keep(self, messages: list[OutgoingAlert]) -> None:
        """Send these, though the database takes them not; a restart would forget them."""
        self._unwritten += messages

    async def send_due(self, store: Store, terms: AlertTerms, now: float) -> None:
        """Send what is due by now, in the database or not."""
        mine, self._unwritten = self._unwritten, []
        for message in mine:
            if message.due_at > now or (after := await self._sent(message, terms, now)).settled_at is None:
                self._unwritten.append(message if message.due_at > now else after)
        try:
            for message in await store.claim_alert_messages(now, now + LEASE_S):
                await store.settle_alert_message(await self._sent(message, terms, now))
        except StoreUnavailable:
            # The lease ends, and somebody sends it again.
            return

    async def _sent(self, message: OutgoingAlert, terms: AlertTerms, now: float) -> OutgoingAlert:
        """The message after one more attempt."""
        address = self._secrets().get(message.address)
        if address is None or message.address not in terms.to:
            return replace(message, settled_at=now, note="its address is declared no more")
        trouble = await self._deliver(message, address, terms)
        if not trouble:
            return replace(message, attempts=message.attempts + 1, settled_at=now, note="sent")
        due_at = next_due(message.attempts + 1, now, 0.0)
        is_given_up = due_at is None or due_at - message.made_at > GIVEN_UP_S
        _log.error(
            "an alert did not reach %s (%s): %s%s",
            message.address,
            service_of(address),
            trouble,
            "; it is given up" if is_given_up else "",
        )
        return replace(
            message,
            attempts=message.attempts + 1,
            due_at=message.due_at if due_at is None else due_at,
            settled_at=now if is_given_up else None,
            note=f"given up: {trouble}" if is_given_up else trouble,
        )

    async def _deliver(self, message: OutgoingAlert, address: str, terms: AlertTerms) -> str:
        """What went wrong, or nothing."""
        if not is_webhook(address):
            told = msgspec.json.decode(message.body, type=AlertMessage)
            return await self._say(address, told.title, told.text, TIMEOUT_S)
        answer = await self._send(self._request(message, address, terms))
        return "" if 200 <= answer.status < 300 else answer.trouble or f"HTTP {answer.status}"

    def _request(self, message: OutgoingAlert, address: str, terms: AlertTerms) -> OutboundRequest:
        body, stamp, secrets = message.body.encode(), int(self._wall()), self._secrets()
        headers = {
            "user-agent": "leadbid",
            "content-type": "application/json",
            "webhook-id": message.message_id,
            "webhook-timestamp": str(stamp),
        }
        keys = tuple([signing_key(secrets[each]) or b"" for each in terms.webhook_secrets if each in secrets])
        if keys:
            headers["webhook-signature"] = signature(keys, message.message_id, stamp, body)
        return OutboundRequest(
            method="POST",
            url=address,
            headers=headers,
            body=body,
            timeout_s=TIMEOUT_S,
            private_hosts=frozenset(terms.private_hosts),
        )

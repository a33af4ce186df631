"""A buyer's CRM that receives leads over HTTP, and on request misbehaves as real ones do."""

import asyncio
import hmac
import re
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
from standardwebhooks import Webhook

from app.mock_exchange.asgi import Message, Receive, SendMessage, read, send_answer

TOLERANCE_S = 300.0


class CrmReply(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of the script. `keeps` says whether the CRM really took the lead, whatever it answers."""

    status: int = 200
    headers: dict[str, str] = {}
    body: str = ""
    delay_s: float = 0.0
    keeps: bool = False


# What real receivers do; the comment says why a sender that trusts the status alone is fooled.
BROKEN = CrmReply(status=503, body="upstream unavailable")
BUSY = CrmReply(status=429, headers={"retry-after": "1"})
GONE = CrmReply(status=410)
IGNORED = CrmReply(status=204)  # its lead flow is archived: a success that loses the lead
REFUSED_POLITELY = CrmReply(body='{"success": false, "text": "missing list_id"}')  # a failure that says 200
FORGETFUL = CrmReply(status=500, keeps=True)  # it took the lead, and died before it said so


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A lead in the CRM, under the CRM's own number. `deliveries` counts how often it came."""

    crm_id: str
    webhook_id: str
    lead_id: str
    deliveries: int
    body: bytes


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What `GET /received` answers: ids and counts, no lead."""

    requests: int
    forged: int
    repeated: int
    kept: int
    lead_ids: tuple[str, ...]


class CrmReceiver:
    """An ASGI application: `POST` any path but the next two is a lead, `GET /received` tells what came, `PUT /script`
    (a JSON list of replies) sets how the next requests are answered; after that they are answered well.

    With `keys` it takes only what carries a valid Standard Webhooks signature. A `webhook-id` that it has is answered
    as before and not kept twice.
    """

    def __init__(
        self, clock: Callable[[], float], keys: tuple[str, ...] = (), script: tuple[CrmReply, ...] = ()
    ) -> None:
        self.script = list(script)
        self.trouble: CrmReply | None = None
        """How every request is answered while it lasts."""
        self.kept: dict[str, Kept] = {}
        self._by_lead: dict[str, Kept] = {}
        self._clock = clock
        self._keys = keys
        self._requests = self._forged = 0

    def lead(self, lead_id: str) -> Kept | None:
        """A lead that has arrived."""
        return self._by_lead.get(lead_id)

    def received(self) -> Received:
        """What came so far, also for whoever asks from another thread."""
        every = list(self.kept.values())
        return Received(
            requests=self._requests,
            forged=self._forged,
            repeated=sum(kept.deliveries - 1 for kept in every),
            kept=len(every),
            lead_ids=tuple(kept.lead_id for kept in every),
        )

    async def __call__(self, scope: Message, receive: Receive, send: SendMessage) -> None:
        if scope["type"] != "http":
            return
        body = await read(receive)
        if (scope["method"], scope["path"]) == ("GET", "/received"):
            reply = CrmReply(body=msgspec.json.encode(self.received()).decode())
        elif (scope["method"], scope["path"]) == ("PUT", "/script"):
            reply = self._scripted(body)
        else:
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            reply = await self._take(headers, body)
        await _answer(send, reply)

    def _scripted(self, body: bytes) -> CrmReply:
        try:
            self.script = msgspec.json.decode(body, type=list[CrmReply])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return CrmReply(status=400, body=msgspec.json.encode({"error": str(error)}).decode())
        return CrmReply(status=204)

    async def _take(self, headers: dict[str, str], body: bytes) -> CrmReply:
        self._requests += 1
        if self._keys and not is_signed(self._keys, headers, body, self._clock()):
            self._forged += 1
            return CrmReply(status=401, body='{"error": "the signature does not match"}')
        if self.trouble is None and not self.script:
            return CrmReply(body=msgspec.json.encode({"success": True, "id": self._keep(headers, body)}).decode())
        reply = self.trouble or self.script.pop(0)
        if reply.keeps:
            self._keep(headers, body)
        await asyncio.sleep(reply.delay_s)
        return reply

    def _keep(self, headers: dict[str, str], body: bytes) -> str:
        webhook_id = headers.get("webhook-id", "") or f"request-{self._requests}"
        before = self.kept.get(webhook_id)
        kept = Kept(
            crm_id=before.crm_id if before else f"crm-{len(self.kept) + 1}",
            webhook_id=webhook_id,
            lead_id=_lead_id(body),
            deliveries=before.deliveries + 1 if before else 1,
            body=body,
        )
        self.kept[webhook_id] = kept
        self._by_lead.setdefault(kept.lead_id, kept)
        return kept.crm_id


def is_signed(keys: tuple[str, ...], headers: dict[str, str], body: bytes, now: float) -> bool:
    """Whether any of our keys made any of the signatures, not more than five minutes ago."""
    webhook_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not webhook_id or not (stamp.isascii() and stamp.isdecimal()) or abs(now - int(stamp[:12])) > TOLERANCE_S:
        return False
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    at = datetime.fromtimestamp(int(stamp), UTC)
    expected = [Webhook(key).sign(webhook_id, at, text).encode() for key in keys]
    offered = [signature.encode() for signature in headers.get("webhook-signature", "").split(" ")]
    return any(hmac.compare_digest(ours, theirs) for ours in expected for theirs in offered)


def _lead_id(body: bytes) -> str:
    """The lead's id, however the destination is worded."""
    found = re.search(rb"lead_?id\W{1,9}([\w-]{4,64})", body, re.IGNORECASE)
    return found[1].decode("latin-1") if found else ""


async def _answer(send: SendMessage, reply: CrmReply) -> None:
    content = reply.body.encode()
    kind = "application/json" if reply.body.startswith(("{", "[")) else "text/plain; charset=utf-8"
    headers = {"content-type": kind, "content-length": str(len(content))} | reply.headers
    if reply.status == 204:
        headers = dict(reply.headers)
    await send_answer(send, reply.status, headers, content)

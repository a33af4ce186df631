"""The auction's own doors, bytes to bytes: `/v1/ping` and `/v1/post` with their test twins."""

import asyncio
import logging
import time
from collections.abc import Callable
from math import ceil

import msgspec
from msgspec.structs import replace

from app.dialects import generic
from app.dialects.answers import CONTENT_TYPES, Format, write_ping_answer, write_post_answer
from app.dialects.body import Unreadable, encoding_of, read_body
from app.dialects.formats import answer_format
from app.dialects.text import Scalar
from app.domain.identity import hash_digest
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.http.asgi_request import BodyTooLarge, ClientGone, Receive, Scope, Send, receive_body, send_answer
from app.http.authentication import comes_from, keys_in_fields, keys_in_headers, whose_key
from app.store.errors import StoreUnavailable
from app.telemetry.trouble import where
from app.usecases.accept_post import accept_post, refuse_post
from app.usecases.answer_ping import answer_ping, refuse_at_door
from app.usecases.desk import Desk
from app.usecases.ticket import Ticket, open_ticket
from app.wire.ping import PingAnswer

_log = logging.getLogger(__name__)

_DOORS = {
    f"/v1/{test}{name}{suffix}": (name, bool(test), suffix)
    for name in ("ping", "post")
    for test in ("", "test/")
    for suffix in ("", ".json", ".xml")
}
PATHS = tuple(path for path, (_, _, suffix) in _DOORS.items() if not suffix)
"""The auction's paths; a suffix after them only chooses the format of the answer."""

HELD_MAX = 32
"""Pings that wait for others of their round; with more than these about, none should wait any longer."""

_STATUS = {"auth_failed": 401, "rate_limited": 429, "internal": 503}
"""What HTTP says of a reason code; every business answer is 200."""


Answered = tuple[int, bytes, list[tuple[bytes, bytes]] | None]
"""HTTP status, body and headers beside its length and type."""


class Knock(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One request at a door: who asks, what it says, how it wants its answer, and when it came.

    `refusal` is why it is not looked at any further, `status` the HTTP status that says so.
    """

    seller: Seller | None
    fields: dict[str, Scalar]
    body: bytes
    format: Format
    now: float
    started: float
    is_post: bool
    test: bool
    refusal: Refusal | None = None
    status: int = 200


class Intake:
    """The handler of the auction's paths. `clock` is UTC epoch seconds."""

    def __init__(self, desk: Desk, clock: Callable[[], float]) -> None:
        self._desk = desk
        self._clock = clock
        self._held = 0

    def knows(self, path: str) -> bool:
        """Whether a path is one of the auction's."""
        return path in _DOORS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request of such a path; a client that has gone gets none."""
        started, now = time.monotonic(), self._clock()
        try:
            body = await receive_body(receive)
        except BodyTooLarge:
            body = None
        except ClientGone:
            return
        knock = self._knock(scope, body, now, started)
        status, answer, extra = await (self._post(knock) if knock.is_post else self._ping(knock))
        await send_answer(send, status, CONTENT_TYPES[knock.format].encode(), answer, extra)

    def _knock(self, scope: Scope, body: bytes | None, now: float, started: float) -> Knock:
        name, test, suffix = _DOORS[scope["path"]]
        headers = dict(scope["headers"])
        content_type = headers.get(b"content-type", b"").decode("latin-1")
        status, refusal = 200, None
        fields: dict[str, Scalar] | Unreadable = {}
        if body is not None:
            fields = read_body(body, content_type, scope["query_string"])
        else:
            status, refusal, body = 413, Refusal("invalid_field", "body: send at most 64 kB"), b""
        if isinstance(fields, Unreadable):
            status, refusal, fields = 415 if fields.unsupported else 400, fields.refusal, {}
        seller = self._seller(scope, headers, fields)
        usual: Format = seller.format if seller is not None else "json"
        if body[:1] != b"{" and encoding_of(body, content_type) == "xml":
            usual = "xml"
        if seller is None:
            status, refusal = 401, Refusal("auth_failed")
        elif scope["method"] != "POST" and not (scope["method"] == "GET" and seller.allow_get):
            status, refusal = 405, Refusal("invalid_field", "method: send a POST")
        return Knock(
            seller=seller,
            fields=fields,
            body=body,
            format=answer_format(fields, headers.get(b"accept", b"").decode("latin-1"), suffix, usual),
            now=now,
            started=started,
            is_post=name == "post",
            test=test,
            refusal=refusal,
            status=status,
        )

    def _seller(self, scope: Scope, headers: dict[bytes, bytes], fields: dict[str, Scalar]) -> Seller | None:
        known = self._desk.catalogue.seller_by_key
        seller = whose_key(keys_in_headers(headers), known) or whose_key(keys_in_fields(fields), known)
        if seller is None or not seller.allowed_ips:
            return seller
        peer = scope["client"][0] if scope.get("client") else ""
        return seller if comes_from(peer, seller.allowed_ips) else None

    async def _together(self) -> None:
        """Let the others of this round catch up.

        Requests that came together go through each room together: the processor finds the room's code at hand, and a
        client is woken once for many answers instead of once for each.
        """
        if self._held < HELD_MAX:
            self._held += 1
            try:
                await asyncio.sleep(0)
            finally:
                self._held -= 1

    async def _ping(self, knock: Knock) -> Answered:
        desk = self._desk
        if knock.refusal is not None or knock.seller is None:
            answer = refuse_at_door(desk, knock.seller, knock.refusal or Refusal("auth_failed"), knock.now)
        else:
            try:
                answer = await self._decided(knock, knock.seller)
            except Exception as error:  # noqa: BLE001 - the seller gets an answer it can read, the log no personal data
                _log.error("a ping could not be answered: %s", where(error))
                answer = refuse_at_door(desk, knock.seller, Refusal("internal"), knock.now)
        desk.metrics.ping_took(time.monotonic() - knock.started)
        await self._together()
        return self._said(knock, answer.reason_code, write_ping_answer(answer, knock.format))

    async def _decided(self, knock: Knock, seller: Seller) -> PingAnswer:
        desk = self._desk
        catalogue, index_key = desk.catalogue, desk.keys.index
        reading = generic.read_ping(
            knock.fields,
            seller,
            catalogue.verticals,
            lambda algorithm, hashed: hash_digest(index_key, algorithm, hashed),
        )
        ping = reading.value
        if knock.test and not isinstance(ping, Refusal):
            ping = replace(ping, test=True)
        await self._together()
        if desk.catalogue is not catalogue:
            return await self._decided_anew(knock, seller)
        if reading.unknown:
            desk.metrics.count("unknown_fields_total", seller.name, by=reading.unknown)
        return answer_ping(
            desk, seller, ping, reading.warnings, knock.now, lambda: (time.monotonic() - knock.started) * 1000.0
        )

    async def _decided_anew(self, knock: Knock, seller: Seller) -> PingAnswer:
        """After a reload in between: what the former configuration read, the new one must not decide."""
        renewed = self._desk.catalogue.sellers.get(seller.name)
        if renewed is None:
            return refuse_at_door(self._desk, None, Refusal("auth_failed"), knock.now)
        return await self._decided(knock, renewed)

    async def _post(self, knock: Knock) -> Answered:
        desk = self._desk
        ticket = Ticket(ping_id="")
        if knock.refusal is not None or knock.seller is None:
            answer = refuse_post(desk, knock.seller, ticket, knock.refusal or Refusal("auth_failed"), knock.now)
            return self._said(knock, answer.reason_code, write_post_answer(answer, knock.format))
        try:
            ticket = open_ticket(desk, generic.ping_id_of(knock.fields, knock.seller))
            reading = generic.read_post(knock.fields, knock.seller, desk.catalogue.verticals, ticket.vertical)
            if reading.unknown:
                desk.metrics.count("unknown_fields_total", knock.seller.name, by=reading.unknown)
            post = reading.value
            if knock.test and not isinstance(post, Refusal):
                post = replace(post, test=True)
            answer = await accept_post(desk, knock.seller, ticket, post, knock.body, reading.warnings, knock.now)
        except StoreUnavailable:
            answer = refuse_post(desk, knock.seller, ticket, Refusal("internal"), knock.now)
        except Exception as error:  # noqa: BLE001 - as above; nothing was committed, so nothing is sold
            _log.error("a post could not be answered: %s", where(error))
            answer = refuse_post(desk, knock.seller, ticket, Refusal("internal"), knock.now)
        return self._said(knock, answer.reason_code, write_post_answer(answer, knock.format))

    def _said(self, knock: Knock, reason_code: str, body: bytes) -> Answered:
        status = knock.status if knock.status != 200 else _STATUS.get(reason_code, 200)
        extra = None
        if status == 429 and knock.seller is not None:
            extra = [(b"retry-after", b"%d" % max(ceil(1.0 / knock.seller.rate_per_s), 1))]
        return status, body, extra

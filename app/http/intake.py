"""The auction's own doors, from request to answer: `/v1/ping` and `/v1/post` with their test twins."""

import logging
import time
from collections.abc import Callable, Sequence
from math import ceil

import msgspec
from msgspec.structs import replace

from app.dialects import generic
from app.dialects.answers import CONTENT_TYPES, write_ping_answer, write_post_answer
from app.dialects.reading import Reading
from app.domain.identity import hash_digest
from app.domain.reasons import Refusal
from app.http.asgi_request import BodyTooLarge, ClientGone, Receive, Scope, Send, receive_body, send_answer
from app.http.knock import Knock, Request, is_post, knock_of
from app.store.errors import StoreUnavailable
from app.telemetry.trouble import where
from app.usecases.accept_post import accept_post, refuse_post
from app.usecases.answer_ping import Asked, answer_ping, ask, refuse_at_door
from app.usecases.desk import Desk
from app.usecases.ticket import Ticket, open_ticket
from app.wire.ping import PingAnswer

_log = logging.getLogger(__name__)

_STATUS = {"auth_failed": 401, "rate_limited": 429, "internal": 503}
"""What HTTP says of a reason code; every business answer is 200."""

_CONTENT_TYPES = {name: value.encode() for name, value in CONTENT_TYPES.items()}


class Answered(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An answer as HTTP says it; `extra` are the headers beside its length and type."""

    status: int
    content_type: bytes
    body: bytes
    extra: tuple[tuple[bytes, bytes], ...] = ()


class Intake:
    """The handler of the auction's paths. `clock` is UTC epoch seconds."""

    def __init__(self, desk: Desk, clock: Callable[[], float]) -> None:
        self._desk = desk
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request of such a path; a client that has gone gets none."""
        try:
            body = await receive_body(receive)
        except BodyTooLarge:
            body = None
        except ClientGone:
            return
        request = self.request(scope, body)
        answered = await self.post(request) if is_post(scope["path"]) else self.pings([request])[0]
        await send_answer(send, answered.status, answered.content_type, answered.body, answered.extra)

    def request(self, scope: Scope, body: bytes | None) -> Request:
        """A request that has just come in whole; `body` is None where it was too large."""
        return Request(scope, body, self._clock(), time.monotonic())

    def pings(self, requests: Sequence[Request]) -> list[Answered]:
        """The answers to pings that came together, in their order.

        They go through each room together, since the processor then finds the room's code at hand.
        """
        sellers = self._desk.catalogue.seller_by_key
        knocks = [knock_of(request, sellers) for request in requests]
        readings = [self._read(knock) for knock in knocks]
        answers = [self._decided(knock, reading) for knock, reading in zip(knocks, readings, strict=True)]
        return [
            self._said(knock, answer.reason_code, write_ping_answer(answer, knock.format))
            for knock, answer in zip(knocks, answers, strict=True)
        ]

    def _read(self, knock: Knock) -> Reading[Asked]:
        desk, seller = self._desk, knock.seller
        if knock.refusal is not None or seller is None:
            return Reading(knock.refusal or Refusal("auth_failed"))
        try:
            reading = generic.read_ping(
                knock.fields,
                seller,
                desk.catalogue.verticals,
                lambda algorithm, hashed: hash_digest(desk.keys.index, algorithm, hashed),
            )
            ping = reading.value
            if knock.test and not isinstance(ping, Refusal):
                ping = replace(ping, test=True)
            if reading.unknown:
                desk.metrics.count("unknown_fields_total", seller.name, by=reading.unknown)
            return Reading(ask(desk, seller, ping, knock.now), reading.warnings)
        except Exception as error:  # noqa: BLE001 - the seller gets an answer it can read, the log no personal data
            _log.error("a ping could not be read: %s", where(error))
            return Reading(Refusal("internal"))

    def _decided(self, knock: Knock, reading: Reading[Asked]) -> PingAnswer:
        desk, seller, asked = self._desk, knock.seller, reading.value
        try:
            if isinstance(asked, Refusal):
                answer = refuse_at_door(desk, seller, asked, knock.now, reading.warnings)
            else:
                answer = answer_ping(desk, asked, reading.warnings, lambda: (time.monotonic() - knock.started) * 1000.0)
        except Exception as error:  # noqa: BLE001 - as above
            _log.error("a ping could not be answered: %s", where(error))
            answer = refuse_at_door(desk, seller, Refusal("internal"), knock.now)
        desk.metrics.ping_took(time.monotonic() - knock.started)
        return answer

    async def post(self, request: Request) -> Answered:
        """The answer to one post, which is a sale or is not before it is answered."""
        desk = self._desk
        knock = knock_of(request, desk.catalogue.seller_by_key)
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
        content_type = _CONTENT_TYPES[knock.format]
        if status == 429 and knock.seller is not None:
            wait_s = max(ceil(1.0 / knock.seller.rate_per_s), 1)
            return Answered(status, content_type, body, ((b"retry-after", b"%d" % wait_s),))
        return Answered(status, content_type, body)

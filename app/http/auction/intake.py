"""The auction's own doors, from request to answer: `/v1/ping` and `/v1/post` with their test twins."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from math import ceil

import msgspec
from msgspec.structs import replace

from app.dialects import generic
from app.dialects.answers import write_ping_answer, write_post_answer
from app.dialects.platforms.dialect import Price
from app.dialects.reading import Reading
from app.dialects.statuses import ping_status, post_status, told_status
from app.dialects.written import CONTENT_TYPES, price, quoted_price
from app.domain.identity import hash_digest
from app.domain.reasons import Refusal, status_of
from app.domain.rehearsal import rehearsal_of
from app.http.asgi_request import BodyTooLarge, ClientGone, Receive, Scope, Send, receive_body, send_answer
from app.http.auction.doors import door_at
from app.http.auction.knock import Knock, Request, knock_of
from app.http.auction.shown import show
from app.store.errors import StoreUnavailable
from app.telemetry.trouble import where
from app.usecases.accept_post import accept_post, refuse_post
from app.usecases.answer_ping import Asked, answer_ping, ask, refuse_at_door
from app.usecases.desk import Desk
from app.usecases.ticket import Ticket, open_ticket
from app.wire.ping import PingAnswer
from app.wire.post import PostAnswer

_log = logging.getLogger(__name__)

_CONTENT_TYPES = {name: value.encode() for name, value in CONTENT_TYPES.items()}


class Answered(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An answer as HTTP says it; `extra` are the headers beside its length and type, a rehearsed one may come late."""

    status: int
    content_type: bytes
    body: bytes
    extra: tuple[tuple[bytes, bytes], ...] = ()
    delay_s: float = 0.0


class Intake:
    """The handler of the auction's paths. `clock` is UTC epoch seconds, `steady` measures how long an answer takes."""

    def __init__(self, desk: Desk, clock: Callable[[], float], steady: Callable[[], float]) -> None:
        self._desk = desk
        self._clock = clock
        self._steady = steady

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request of such a path; a client that has gone gets none."""
        try:
            body = await receive_body(receive)
        except BodyTooLarge:
            body = None
        except ClientGone:
            return
        request = self.request(scope, body)
        answered = self.pings([request])[0]
        if isinstance(answered, Knock):
            answered = await self.post(answered)
        if answered.delay_s:
            await asyncio.sleep(answered.delay_s)
        await send_answer(send, answered.status, answered.content_type, answered.body, answered.extra)

    def request(self, scope: Scope, body: bytes | None) -> Request:
        """A request that has just come in whole; `body` is None where it was too large."""
        return Request(scope, body, self._clock(), self._steady())

    def pings(self, requests: Sequence[Request]) -> list[Answered | Knock]:
        """The answers to the pings among requests that came together, in their order; the others are to be posted.

        They go through each room together, since the processor then finds the room's code at hand.
        """
        desk = self._desk
        sellers, certified = desk.catalogue.seller_by_key, desk.certified
        knocks = [knock_of(request, sellers, certified) for request in requests]
        pings = [knock for knock in knocks if knock.mode == "ping"]
        readings = [self._read(knock) for knock in pings]
        answers = [self._decided(knock, reading) for knock, reading in zip(pings, readings, strict=True)]
        said = [self._said_ping(*together) for together in zip(pings, readings, answers, strict=True)]
        for knock, answer, answered in zip(pings, answers, said, strict=True):
            show(desk, knock, answer, answered.status, answered.body, self._elapsed_ms(knock))
        done = iter(said)
        return [next(done) if knock.mode == "ping" else knock for knock in knocks]

    def _read(self, knock: Knock) -> Reading[Asked]:
        desk, seller = self._desk, knock.seller
        if knock.refusal is not None or seller is None:
            return Reading(knock.refusal or Refusal("auth_failed"), test=knock.test)
        try:
            reading = generic.read_ping(
                knock.fields,
                seller,
                desk.catalogue.verticals,
                lambda algorithm, hashed: hash_digest(desk.keys.index, algorithm, hashed),
            )
            ping = reading.value
            if not isinstance(ping, Refusal) and (knock.test or ping.test):
                ping = replace(ping, test=True, rehearsal=knock.dialect.rehearse(knock.fields))
            if reading.unknown:
                desk.metrics.count("unknown_fields_total", seller.name, by=reading.unknown)
            asked = ask(desk, seller, ping, knock.now)
            return Reading(asked, reading.warnings, test=knock.test or reading.test)
        except Exception as error:  # noqa: BLE001 - the seller gets an answer it can read, the log no personal data
            _log.error("a ping could not be read: %s", where(error))
            return Reading(Refusal("internal"), test=knock.test)

    def _decided(self, knock: Knock, reading: Reading[Asked]) -> PingAnswer:
        desk, seller, asked = self._desk, knock.seller, reading.value
        try:
            if isinstance(asked, Refusal):
                answer = refuse_at_door(desk, seller, asked, knock.now, reading.warnings, test=reading.test)
            else:
                answer = answer_ping(desk, asked, reading.warnings, lambda: self._elapsed_ms(knock))
        except Exception as error:  # noqa: BLE001 - as above
            _log.error("a ping could not be answered: %s", where(error))
            answer = refuse_at_door(desk, seller, Refusal("internal"), knock.now, test=reading.test)
        desk.metrics.ping_took(self._steady() - knock.started)
        return answer

    async def post(self, knock: Knock) -> Answered:
        """The answer to what is no ping, which is a sale or is not before it is answered."""
        answer = await (self._posted(knock) if knock.mode == "post" else self._direct(knock))
        answered = self._said_post(knock, answer)
        show(self._desk, knock, answer, answered.status, answered.body, self._elapsed_ms(knock))
        return answered

    async def _direct(self, knock: Knock) -> PostAnswer:
        """A lead that was not pinged: it is, at the price that we bid for it, if we bid."""
        seller, nothing = knock.seller, Ticket(ping_id="", test=knock.test)
        if knock.refusal is not None or seller is None:
            return self._refuse_post(knock, nothing, knock.refusal or Refusal("auth_failed"))
        if not seller.direct:
            return self._refuse_post(knock, nothing, Refusal("missing_field", "ping_id"))
        if generic.is_named_a_test(knock.fields, seller):
            knock = replace(knock, test=True)
        pinged = self._decided(knock, self._read(knock))
        if not pinged.bids:
            return PostAnswer(
                status=status_of(pinged.reason_code),
                ping_id="",
                reason=pinged.reason,
                reason_code=pinged.reason_code,
                warnings=pinged.warnings,
            )
        return await self._posted(replace(knock, fields={**knock.fields, "bid_id": pinged.ping_id}))

    async def _posted(self, knock: Knock) -> PostAnswer:
        desk = self._desk
        ticket = Ticket(ping_id="", test=knock.test)
        if knock.refusal is not None or knock.seller is None:
            return self._refuse_post(knock, ticket, knock.refusal or Refusal("auth_failed"))
        try:
            ticket = open_ticket(desk, generic.ping_id_of(knock.fields, knock.seller), test=knock.test)
            reading = generic.read_post(knock.fields, knock.seller, desk.catalogue.verticals, ticket.vertical)
            if reading.test and ticket.bid is None:
                ticket = replace(ticket, test=True)
            if reading.unknown:
                desk.metrics.count("unknown_fields_total", knock.seller.name, by=reading.unknown)
            post = reading.value
            # A seller in test mode may have live bids out yet, which are promises: only the door says test of a post.
            if door_at(knock.scope["path"]).test and not isinstance(post, Refusal):
                post = replace(post, test=True)
            return await accept_post(
                desk,
                knock.seller,
                ticket,
                post,
                knock.body,
                reading.warnings,
                knock.now,
                lambda: self._elapsed_ms(knock),
            )
        except StoreUnavailable:
            return self._refuse_post(knock, ticket, Refusal("internal"))
        except Exception as error:  # noqa: BLE001 - as above; nothing was committed, so nothing is sold
            _log.error("a post could not be answered: %s", where(error))
            return self._refuse_post(knock, ticket, Refusal("internal"))

    def _refuse_post(self, knock: Knock, ticket: Ticket, refusal: Refusal) -> PostAnswer:
        elapsed_ms = self._elapsed_ms(knock)
        return refuse_post(self._desk, knock.seller, ticket, refusal, knock.now, elapsed_ms=lambda: elapsed_ms)

    def _elapsed_ms(self, knock: Knock) -> float:
        """The time since a request came."""
        return (self._steady() - knock.started) * 1000.0

    def _said_ping(self, knock: Knock, reading: Reading[Asked], answer: PingAnswer) -> Answered:
        body = write_ping_answer(answer, knock.format, knock.dialect, _price_of(knock))
        answered = self._said(knock, ping_status(answer), body)
        asked = reading.value
        rehearsal = rehearsal_of(asked.ping) if isinstance(asked, Asked) else None
        return replace(answered, delay_s=rehearsal.delay_s) if rehearsal is not None and rehearsal.delay_s else answered

    def _said_post(self, knock: Knock, answer: PostAnswer) -> Answered:
        body = write_post_answer(answer, knock.format, knock.dialect, _price_of(knock))
        statuses = knock.seller.statuses if knock.seller is not None else "usual"
        return self._said(knock, post_status(answer, knock.dialect, statuses), body)

    def _said(self, knock: Knock, status: int, body: bytes) -> Answered:
        status = knock.status if knock.status != 200 else status
        content_type = _CONTENT_TYPES[knock.format]
        extra: tuple[tuple[bytes, bytes], ...] = ()
        if status == 429 and knock.seller is not None:
            extra = ((b"retry-after", b"%d" % ceil(1.0 / max(knock.seller.rate_per_s, 1.0))),)
        if status != 200 and knock.seller is not None:
            status, beside = told_status(status, knock.seller.statuses)
            extra += tuple([(name.lower().encode(), value.encode()) for name, value in beside.items()])
        return Answered(status, content_type, body, extra)


def _price_of(knock: Knock) -> Price:
    """How this seller's parser wants its prices."""
    return quoted_price if knock.seller is not None and knock.seller.quoted_prices else price

"""The auction's own endpoints, from request to answer: `/v1/ping` and `/v1/post` with their test twins."""

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
from app.domain.onboarding.test_values import scenario_of
from app.http.asgi_request import BodyTooLarge, ClientGone, Receive, Scope, Send, receive_body, send_answer
from app.http.auction.routes import route_at
from app.http.auction.request import SellerRequest, RawRequest, request_of
from app.http.auction.record_test import show
from app.store.errors import StoreUnavailable
from app.telemetry.trouble import where
from app.usecases.accept_post import accept_post, refuse_post
from app.usecases.answer_ping import Asked, answer_ping, ask, refuse_ping
from app.usecases.bidder import Bidder
from app.usecases.bid_reference import BidReference, open_reference
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

    def __init__(self, bidder: Bidder, clock: Callable[[], float], steady: Callable[[], float]) -> None:
        self._bidder = bidder
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
        if isinstance(answered, SellerRequest):
            answered = await self.post(answered)
        if answered.delay_s:
            await asyncio.sleep(answered.delay_s)
        await send_answer(send, answered.status, answered.content_type, answered.body, answered.extra)

    def request(self, scope: Scope, body: bytes | None) -> RawRequest:
        """A request that has just come in whole; `body` is None where it was too large."""
        return RawRequest(scope, body, self._clock(), self._steady())

    def pings(self, requests: Sequence[RawRequest]) -> list[Answered | SellerRequest]:
        """The answers to the pings among requests that came together, in their order; the others are to be posted.

        They go through each room together, since the processor then finds the room's code at hand.
        """
        bidder = self._bidder
        sellers, certified = bidder.catalogue.seller_by_key, bidder.certified
        requests = [request_of(request, sellers, certified) for request in requests]
        pings = [request for request in requests if request.mode == "ping"]
        readings = [self._read(request) for request in pings]
        answers = [self._decided(request, reading) for request, reading in zip(pings, readings, strict=True)]
        said = [self._said_ping(*together) for together in zip(pings, readings, answers, strict=True)]
        for request, answer, answered in zip(pings, answers, said, strict=True):
            show(bidder, request, answer, answered.status, answered.body, self._elapsed_ms(request))
        done = iter(said)
        return [next(done) if request.mode == "ping" else request for request in requests]

    def _read(self, request: SellerRequest) -> Reading[Asked]:
        bidder, seller = self._bidder, request.seller
        if request.refusal is not None or seller is None:
            return Reading(request.refusal or Refusal("auth_failed"), test=request.test)
        try:
            reading = generic.read_ping(
                request.fields,
                seller,
                bidder.catalogue.verticals,
                lambda algorithm, hashed: hash_digest(bidder.keys.index, algorithm, hashed),
            )
            ping = reading.value
            if not isinstance(ping, Refusal) and (request.test or ping.test):
                ping = replace(ping, test=True, scenario=request.dialect.requested_outcome(request.fields))
            if reading.unknown:
                bidder.metrics.count("unknown_fields_total", seller.name, by=reading.unknown)
            asked = ask(bidder, seller, ping, request.now)
            return Reading(asked, reading.warnings, test=request.test or reading.test)
        except Exception as error:  # noqa: BLE001 - the seller gets an answer it can read, the log no personal data
            _log.error("a ping could not be read: %s", where(error))
            return Reading(Refusal("internal"), test=request.test)

    def _decided(self, request: SellerRequest, reading: Reading[Asked]) -> PingAnswer:
        bidder, seller, asked = self._bidder, request.seller, reading.value
        try:
            if isinstance(asked, Refusal):
                answer = refuse_ping(bidder, seller, asked, request.now, reading.warnings, test=reading.test)
            else:
                answer = answer_ping(bidder, asked, reading.warnings, lambda: self._elapsed_ms(request))
        except Exception as error:  # noqa: BLE001 - as above
            _log.error("a ping could not be answered: %s", where(error))
            answer = refuse_ping(bidder, seller, Refusal("internal"), request.now, test=reading.test)
        bidder.metrics.ping_took(self._steady() - request.started)
        return answer

    async def post(self, request: SellerRequest) -> Answered:
        """The answer to what is no ping, which is a sale or is not before it is answered."""
        answer = await (self._posted(request) if request.mode == "post" else self._direct(request))
        answered = self._said_post(request, answer)
        show(self._bidder, request, answer, answered.status, answered.body, self._elapsed_ms(request))
        return answered

    async def _direct(self, request: SellerRequest) -> PostAnswer:
        """A lead that was not pinged: it is, at the price that we bid for it, if we bid."""
        seller, nothing = request.seller, BidReference(ping_id="", test=request.test)
        if request.refusal is not None or seller is None:
            return self._refuse_post(request, nothing, request.refusal or Refusal("auth_failed"))
        if not seller.direct:
            return self._refuse_post(request, nothing, Refusal("missing_field", "ping_id"))
        if generic.is_named_a_test(request.fields, seller):
            request = replace(request, test=True)
        pinged = self._decided(request, self._read(request))
        if not pinged.bids:
            return PostAnswer(
                status=status_of(pinged.reason_code),
                ping_id="",
                reason=pinged.reason,
                reason_code=pinged.reason_code,
                warnings=pinged.warnings,
            )
        return await self._posted(replace(request, fields={**request.fields, "bid_id": pinged.ping_id}))

    async def _posted(self, request: SellerRequest) -> PostAnswer:
        bidder = self._bidder
        reference = BidReference(ping_id="", test=request.test)
        if request.refusal is not None or request.seller is None:
            return self._refuse_post(request, reference, request.refusal or Refusal("auth_failed"))
        try:
            reference = open_reference(bidder, generic.ping_id_of(request.fields, request.seller), test=request.test)
            reading = generic.read_post(request.fields, request.seller, bidder.catalogue.verticals, reference.vertical)
            if reading.test and reference.bid is None:
                reference = replace(reference, test=True)
            if reading.unknown:
                bidder.metrics.count("unknown_fields_total", request.seller.name, by=reading.unknown)
            post = reading.value
            # A seller in test mode may have live bids out yet, which are promises: only the endpoint says test of a post.
            if route_at(request.scope["path"]).test and not isinstance(post, Refusal):
                post = replace(post, test=True)
            return await accept_post(
                bidder,
                request.seller,
                reference,
                post,
                request.body,
                reading.warnings,
                request.now,
                lambda: self._elapsed_ms(request),
            )
        except StoreUnavailable:
            return self._refuse_post(request, reference, Refusal("internal"))
        except Exception as error:  # noqa: BLE001 - as above; nothing was committed, so nothing is sold
            _log.error("a post could not be answered: %s", where(error))
            return self._refuse_post(request, reference, Refusal("internal"))

    def _refuse_post(self, request: SellerRequest, reference: BidReference, refusal: Refusal) -> PostAnswer:
        elapsed_ms = self._elapsed_ms(request)
        return refuse_post(self._bidder, request.seller, reference, refusal, request.now, elapsed_ms=lambda: elapsed_ms)

    def _elapsed_ms(self, request: SellerRequest) -> float:
        """The time since a request came."""
        return (self._steady() - request.started) * 1000.0

    def _said_ping(self, request: SellerRequest, reading: Reading[Asked], answer: PingAnswer) -> Answered:
        body = write_ping_answer(answer, request.format, request.dialect, _price_of(request))
        answered = self._said(request, ping_status(answer), body)
        asked = reading.value
        scenario = scenario_of(asked.ping) if isinstance(asked, Asked) else None
        return replace(answered, delay_s=scenario.delay_s) if scenario is not None and scenario.delay_s else answered

    def _said_post(self, request: SellerRequest, answer: PostAnswer) -> Answered:
        body = write_post_answer(answer, request.format, request.dialect, _price_of(request))
        statuses = request.seller.statuses if request.seller is not None else "usual"
        return self._said(request, post_status(answer, request.dialect, statuses), body)

    def _said(self, request: SellerRequest, status: int, body: bytes) -> Answered:
        status = request.status if request.status != 200 else status
        content_type = _CONTENT_TYPES[request.format]
        extra: tuple[tuple[bytes, bytes], ...] = ()
        if status == 429 and request.seller is not None:
            extra = ((b"retry-after", b"%d" % ceil(1.0 / max(request.seller.rate_per_s, 1.0))),)
        if status != 200 and request.seller is not None:
            status, beside = told_status(status, request.seller.statuses)
            extra += tuple([(name.lower().encode(), value.encode()) for name, value in beside.items()])
        return Answered(status, content_type, body, extra)


def _price_of(request: SellerRequest) -> Price:
    """How this seller's parser wants its prices."""
    return quoted_price if request.seller is not None and request.seller.quoted_prices else price

"""The auction's endpoints, from request to answer: pings in rounds, and requests that must wait beside them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial

import msgspec
from msgspec.structs import replace

from app.dialects import generic
from app.dialects.reading import Reading
from app.dialects.text import text_of
from app.domain.answers import note_of_test, refused_ping
from app.domain.catalogue import Catalogue
from app.domain.checks.check import Check
from app.domain.consent.consent import CLOCK_WARNED_S, clock_warnings
from app.domain.identity import hash_digest
from app.domain.post.sale import Sale
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.domain.token import looks_like_token, read
from app.http.answer import FAULT, HttpAnswer, http_ping_answer, http_post_answer, named, written
from app.http.asgi_request import (
    OF_CONNECTION,
    BodyTooLarge,
    ClientGone,
    Receive,
    Scope,
    Send,
    receive_body,
    send_answer,
)
from app.http.auction.known_heads import KnownHead, KnownHeads
from app.http.auction.no_endpoint import no_endpoint
from app.http.auction.record_test import record_test
from app.http.auction.routes import ROUTES
from app.http.authentication import KEY_HEADERS, keys_in_headers, whose_key
from app.http.request import (
    HEAD,
    RawRequest,
    SellerRequest,
    as_declared,
    body_max_of,
    head_of,
    may_reach,
    offered_keys,
    read_again,
    read_request,
    texts_like_a_bid,
    with_body,
    with_fields,
)
from app.store.errors import StoreUnavailable
from app.telemetry.request_id import REQUEST_ID, RequestIds, accepted, sent_in
from app.telemetry.trouble import where
from app.usecases.accept_post import TakenPost, refuse_post, sale_at_once, settle_post, take_post
from app.usecases.answer_ping import Asked, answer_or_refuse, ask, held_back, refuse_ping
from app.usecases.bid_reference import (
    BidReference,
    bid_by_own_id,
    find_reference,
    is_live,
    open_reference,
    seller_of_bid,
)
from app.usecases.bidder import Bidder
from app.usecases.checks.gather_checks import checks_of_ping, consult_on_ping, left_s
from app.usecases.direct_post import direct_post
from app.usecases.limits.shed_pings import LOAD_SHED, ShedCount
from app.wire.ping import Ping, PingAnswer
from app.wire.post import Post, PostAnswer

Later = Callable[[], Awaitable[HttpAnswer]]
"""A request that is set aside from its round: called, it is answered as soon as what it waits for is there."""

STARTED = "leadbid.started"
"""Where a scope says when the first byte of its request came, by the steady clock."""

_SHEDS_MAX = 1_024

_log = logging.getLogger(__name__)


class QuickNo:
    """One no for all pings that are refused in the same words, written anew only when the journal has told of them."""

    __slots__ = ("_always", "_answer", "_counted", "_line_id", "_text", "_write")

    def __init__(self, counted: ShedCount, write: Callable[[str], HttpAnswer]) -> None:
        self._counted = counted
        self._write = write
        self._answer, self._line_id = write(counted.line_id), counted.line_id
        self._always: bytes | None = None
        self._text = b""

    def answer(self) -> HttpAnswer:
        """The answer; one ping more has got it."""
        counted = self._counted
        counted.count += 1
        if counted.line_id != self._line_id:
            self._answer, self._line_id, self._always = self._write(counted.line_id), counted.line_id, None
        return self._answer

    def text(self, always: bytes) -> bytes:
        """The same as bytes, with the headers that are `always` sent."""
        answer = self.answer()
        if always is not self._always:
            self._always, self._text = always, written(answer, always, keep_alive=True)
        return self._text


class PostUnderWay(msgspec.Struct):
    """A post to a bid, as it was declared when that was made, with what is known of it by now.

    Each step that is taken in its round need not be taken again where it is answered.
    """

    request: SellerRequest
    seller: Seller
    reference: BidReference
    reading: Reading[Post] | None = None
    taken: TakenPost | PostAnswer | None = None
    sale: Sale | None = None


class Intake:
    """The handler of the auction's paths. `clock` is UTC epoch seconds, `steady` measures how long an answer takes."""

    def __init__(
        self,
        bidder: Bidder,
        clock: Callable[[], float],
        steady: Callable[[], float],
        request_ids: RequestIds | None = None,
    ) -> None:
        self._bidder = bidder
        self._request_ids = request_ids or RequestIds()
        self.clock = clock
        self._steady = steady
        self._sheds: dict[tuple[str | bytes | None, ...], QuickNo] = {}
        self._shed_by: Catalogue | None = None
        self._heads = KnownHeads()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request of such a path; a client that has gone gets none."""
        try:
            body = await receive_body(receive, self.body_max(scope))
        except BodyTooLarge:
            body = None
        except ClientGone:
            return
        answer = self.answers([self.request(scope, body, scope.get(STARTED))])[0]
        if not isinstance(answer, HttpAnswer):
            answer = await answer()
        if sent := accepted(sent_in(scope["headers"])):
            answer = named(answer, sent.encode())
        await send_answer(send, answer.status, answer.content_type, answer.body, answer.headers)

    def no_endpoint(self, scope: Scope, methods: frozenset[str] = frozenset()) -> HttpAnswer:
        """The answer at a path that is no endpoint, or that takes these methods alone."""
        return no_endpoint(self.request(scope, b""), self._bidder.catalogue.seller_by_key, methods)

    def body_max(self, scope: Scope) -> int:
        """How long a body is taken in from whoever sent these headers."""
        return body_max_of(scope, self._bidder.catalogue.seller_by_key)

    def request(self, scope: Scope, body: bytes | None, started: float | None = None) -> RawRequest:
        """A request that has just come in whole; `body` is None where it was too large.

        `started` is when its first byte came, now where nobody knows.
        """
        return RawRequest(scope, body, self.clock(), self._steady() if started is None else started)

    def log_names(self, scope: Scope) -> dict[str, str]:
        """What a line of the log about a request says beside its text."""
        return {"request_id": self._request_ids.of(scope)}

    def knows(self, headers: Mapping[bytes, bytes]) -> bool:
        """Whether one of these headers is a seller's key."""
        return whose_key(keys_in_headers(headers), self._bidder.catalogue.seller_by_key) is not None

    def known_head(self, head: bytes) -> KnownHead | None:
        """What the bytes of a head say, if a request of a seller began with them before."""
        return self._heads.find(head, self._bidder.catalogue)

    def remember_head(self, head: bytes, scope: Scope, *, is_forwarded: bool) -> None:
        """Know this head of a seller again."""
        said = {name: value for name, value in scope.items() if name not in OF_CONNECTION} | {HEAD: head_of(scope)}
        known = KnownHead(scope=said, is_forwarded=is_forwarded)
        self._heads.remember(head, known, self._bidder.catalogue)

    def count_ended(self, why: str) -> None:
        """One connection more that was not ended by its client."""
        self._bidder.metrics.count("connections_ended_total", why)

    def quick_no(self, path: str, headers: Mapping[bytes, bytes]) -> QuickNo | None:
        """The no to a ping for which there is no time, if one with such headers was refused before.

        It must cost a small part of an answer, or under load all time would go into saying no.
        """
        if self._shed_by is not self._bidder.catalogue:
            return None
        return self._sheds.get(_asking(path, headers))

    def shed(self, raw: RawRequest) -> HttpAnswer | None:
        """The no to a ping for which there is no time; None for a post, which is bought whatever the load.

        The body is read, since there may stand whose it is, or that it is a post.
        """
        scope = raw.scope
        route = ROUTES[scope["path"]]
        if route.takes == "post":
            return None
        headers = dict(scope["headers"])
        no = self.quick_no(scope["path"], headers)
        if no is None:
            request = self._received(raw)
            if isinstance(request, HttpAnswer):
                return request
            if request.mode != "ping":
                return None
            if request.seller is None:
                return self._keyless_no(request)
            no = self._no(request, request.seller)
            if route.takes == "ping" and keys_in_headers(headers):
                self._sheds[_asking(scope["path"], headers)] = no
        return no.answer()

    def _no(self, request: SellerRequest, seller: Seller) -> QuickNo:
        bidder = self._bidder
        if self._shed_by is not bidder.catalogue or len(self._sheds) >= _SHEDS_MAX:
            self._sheds, self._shed_by = {}, bidder.catalogue
        # Only what chooses the words is kept of the request.
        plain = replace(request, status=200, scope={}, fields={}, body=b"")
        return QuickNo(
            bidder.shed.of(seller.name, request.now, bidder.chance, test=request.test),
            lambda line_id: http_ping_answer(plain, refused_ping(LOAD_SHED, seller, line_id)),
        )

    def _keyless_no(self, request: SellerRequest) -> HttpAnswer:
        """Who has no key is told that, as ever."""
        bidder, refusal = self._bidder, request.refusal or Refusal("auth_failed")
        return http_ping_answer(request, refuse_ping(bidder, None, refusal, request.now, test=request.test))

    def answers(self, together: Sequence[RawRequest]) -> list[HttpAnswer | Later]:
        """The answers to requests that came together, in their order. Each fails alone.

        Pings take every step together, since the processor then finds its code at hand, and so do posts up to their
        sale. What waits for the database, for a provider or for the clock is set aside, so that it holds up none of the
        others.
        """
        requests = [self._received(raw) for raw in together]
        pings = [request for request in requests if isinstance(request, SellerRequest) and request.mode == "ping"]
        readings = list(map(self._read, pings))
        decided = list(map(self._decided, pings, readings))
        written = list(map(self._written, pings, readings, decided))
        answered = [ping for ping, answer in zip(pings, decided, strict=True) if isinstance(answer, PingAnswer)]
        ended = self._steady()
        self._bidder.metrics.pings_took([ended - ping.started for ping in answered])
        if len(pings) == len(requests):
            return written
        posts = [request for request in requests if isinstance(request, SellerRequest) and request.mode != "ping"]
        in_turn, after = iter(written), iter(self._posts(posts))
        return [self._answer(request, in_turn, after) for request in requests]

    @staticmethod
    def _answer(
        request: SellerRequest | HttpAnswer, written: Iterator[HttpAnswer | Later], posts: Iterator[Later]
    ) -> HttpAnswer | Later:
        if isinstance(request, HttpAnswer):
            return request
        return next(written) if request.mode == "ping" else next(posts)

    def _received(self, raw: RawRequest) -> SellerRequest | HttpAnswer:
        bidder = self._bidder
        try:
            catalogue = bidder.catalogue
            again = read_again(raw, catalogue.seller_by_key)
            if again is not None:
                return again
            route = ROUTES[raw.scope["path"]]
            # Providers are asked by what a ping holds beside all that decides.
            is_whole = catalogue.ping_checks if route.takes == "ping" else route.takes != "post"
            return read_request(
                raw,
                route,
                catalogue.seller_by_key,
                bidder.certified,
                admit=self._admit,
                verticals=None if is_whole else catalogue.verticals,
            )
        except Exception as error:  # noqa: BLE001 - the seller gets an answer it can read, the log no personal data
            _log.error("a request could not be read: %s", where(error), extra=self.log_names(raw.scope))
            return FAULT

    def _admit(self, seller: Seller) -> Refusal | None:
        return held_back(self._bidder, seller, self.clock())

    def _read(self, request: SellerRequest) -> Reading[Asked]:
        bidder, seller = self._bidder, request.seller
        if request.refusal is not None or seller is None:
            return Reading(self._why_not(request), self._note(request, test=request.test), test=request.test)
        try:
            if request.ping is not None and (request.ping.created_at or 0.0) <= request.now + CLOCK_WARNED_S:
                # Of a plain ping there is nothing else to warn of, and none is a test.
                return Reading(ask(bidder, seller, request.ping, request.now, request.started))
            reading = self._reading(request, seller)
            ping = reading.value
            if not isinstance(ping, Refusal) and (request.test or ping.test):
                ping = replace(ping, test=True, scenario=request.dialect.requested_outcome(request.fields))
            warnings = self._warnings(seller, reading, request.now)
            asked = ask(bidder, seller, ping, request.now, request.started)
            test = request.test or reading.test
            return Reading(asked, warnings + self._note(request, test=test) if test else warnings, test=test)
        except Exception as error:  # noqa: BLE001 - as above
            _log.error("a ping could not be read: %s", where(error), extra=self.log_names(request.scope))
            return Reading(Refusal("internal"), test=request.test)

    def _reading(self, request: SellerRequest, seller: Seller) -> Reading[Ping]:
        if request.ping is not None:
            return Reading(request.ping)
        index = self._bidder.keys.index
        return generic.read_ping(
            request.fields,
            seller,
            self._bidder.catalogue.verticals,
            lambda algorithm, hashed: hash_digest(index, algorithm, hashed),
        )

    def _note(self, request: SellerRequest, *, test: bool) -> tuple[str, ...]:
        """What the answer to a test says beside all else."""
        seller = request.seller
        return (note_of_test(seller, is_live=seller.is_live(self._bidder.certified)),) if test and seller else ()

    def _why_not(self, request: SellerRequest) -> Refusal:
        """Why a request is not looked at; one of nobody that is known is counted."""
        if request.seller is None:
            self._bidder.metrics.count("keyless_refusals_total", request.keyless_fault)
        return request.refusal or Refusal("auth_failed")

    def _decided(self, request: SellerRequest, reading: Reading[Asked]) -> PingAnswer | Later:
        bidder, seller = self._bidder, request.seller
        try:
            # Only a ping of which there is something to ask is set aside; all others are answered in their round.
            if bidder.catalogue.ping_checks and isinstance(reading.value, Asked):
                asked = replace(reading.value, traces=generic.traces_of(request.fields, reading.value.seller))
                asked, checks = checks_of_ping(bidder, asked)
                reading = replace(reading, value=asked)
                if checks and left_s(bidder, asked) > 0.0:
                    return partial(self._decided_later, request, reading, asked, checks)
            answer = answer_or_refuse(bidder, seller, reading, request.now)
        except Exception as error:  # noqa: BLE001 - as above
            _log.error("a ping could not be answered: %s", where(error), extra=self.log_names(request.scope))
            answer = refuse_ping(bidder, seller, Refusal("internal"), request.now, test=reading.test)
        return answer

    async def _decided_later(
        self, request: SellerRequest, reading: Reading[Asked], asked: Asked, checks: Sequence[Check]
    ) -> HttpAnswer:
        """The answer to a ping that waits for providers, no later than its deadline."""
        bidder = self._bidder
        try:
            asked = await consult_on_ping(bidder, asked, checks, left_s(bidder, asked))
            answer = answer_or_refuse(bidder, request.seller, replace(reading, value=asked), request.now)
        except Exception as error:  # noqa: BLE001 - as above
            _log.error("a ping could not be answered: %s", where(error), extra=self.log_names(request.scope))
            answer = refuse_ping(bidder, request.seller, Refusal("internal"), request.now, test=reading.test)
        bidder.metrics.pings_took([self._steady() - request.started])
        written = self._written(request, reading, answer)
        return written if isinstance(written, HttpAnswer) else await written()

    def _written(
        self, request: SellerRequest, reading: Reading[Asked], answer: PingAnswer | Later
    ) -> HttpAnswer | Later:
        if not isinstance(answer, PingAnswer):
            return answer
        try:
            http_answer = http_ping_answer(request, answer)
        except Exception as error:  # noqa: BLE001 - as above; a bid that nobody hears of is never called in
            names = self.log_names(request.scope)
            _log.error("the answer to a ping could not be written: %s", where(error), extra=names)
            return FAULT
        if self._bidder.test_recorders:
            self._record(request, answer, http_answer)
        scenario = reading.value.scenario if reading.test and isinstance(reading.value, Asked) else None
        return partial(_after, scenario.delay_s, http_answer) if scenario and scenario.delay_s else http_answer

    def _posts(self, requests: Iterable[SellerRequest]) -> list[Later]:
        """What is left to do for each of these, after every step to its sale that needs no waiting."""
        posts = [(request, self._at_once(request)) for request in requests]
        for step in (self._reading_of, self._taken_of, self._sale_of):
            for _, post in posts:
                # What goes wrong here does so again where it is answered.
                with suppress(Exception):
                    if post is not None:
                        step(post)
        return [partial(self._posted, request, post) for request, post in posts]

    def _at_once(self, request: SellerRequest) -> PostUnderWay | None:
        """A post to a bid whose configuration is in memory and declares its seller, as nearly all are."""
        seller = request.seller
        if request.mode != "post" or request.refusal is not None or seller is None:
            return None
        with suppress(Exception):
            at_once = request.post
            ping_id = at_once.post.ping_id if at_once is not None else generic.ping_id_of(request.fields, seller)
            # A bid that is named anywhere else is looked for once, where the post is answered.
            if not looks_like_token(ping_id):
                return None
            reference = open_reference(self._bidder, ping_id, test=request.test)
            then = reference.configuration.seller(seller.name) if reference.configuration is not None else None
            return PostUnderWay(as_declared(request, then), then, reference) if then is not None else None
        return None

    def _reading_of(self, post: PostUnderWay) -> Reading[Post]:
        if post.reading is None:
            post.reference, post.reading = self._post_of(post.request, post.seller, post.reference)
        return post.reading

    def _taken_of(self, post: PostUnderWay) -> TakenPost | PostAnswer:
        if post.taken is None:
            request, reading, elapsed_ms = post.request, self._reading_of(post), partial(self._elapsed_ms, post.request)
            given = reading.value, request.body, reading.warnings, request.now, elapsed_ms
            post.taken = take_post(self._bidder, post.seller, post.reference, *given)
        return post.taken

    def _sale_of(self, post: PostUnderWay) -> None:
        if isinstance(post.taken, TakenPost):
            post.sale = sale_at_once(self._bidder, post.taken)

    async def _posted(self, request: SellerRequest, post: PostUnderWay | None) -> HttpAnswer:
        """The answer to what is no ping, which is a sale or is not before it is answered."""
        # What is logged on the way of a post, wherever that is, is found by its request.
        REQUEST_ID.set(self._request_ids.of(request.scope))
        request, answer = await self._judged(request, post)
        self._bidder.metrics.took("post_duration_seconds", self._elapsed_ms(request) / 1000.0)
        http_answer = http_post_answer(request, answer)
        self._record(request, answer, http_answer)
        return http_answer

    async def _judged(self, request: SellerRequest, post: PostUnderWay | None) -> tuple[SellerRequest, PostAnswer]:
        """The answer, and the request as it is to be read and answered: as declared when its bid was made."""
        bidder = self._bidder
        reference = nothing = BidReference(ping_id="", test=request.test)
        elapsed_ms = partial(self._elapsed_ms, request)
        try:
            if post is None:
                request = with_fields(request)
                if request.mode == "post" and request.status in (200, 401):
                    request, reference = await self._of_its_bid(request)
                seller = request.seller
                if request.refusal is not None or seller is None:
                    refusal = self._why_not(request)
                    return request, refuse_post(bidder, seller, nothing, refusal, request.now, elapsed_ms=elapsed_ms)
                if request.mode == "full":
                    return request, await self._direct(request, seller)
                post = PostUnderWay(request, seller, reference)
            request, reference = post.request, post.reference
            taken = self._taken_of(post)
            if isinstance(taken, PostAnswer):
                return request, taken
            return request, await settle_post(bidder, taken, post.sale, elapsed_ms)
        except StoreUnavailable:
            refusal = Refusal("internal")
        except Exception as error:  # noqa: BLE001 - as above; nothing was committed, so nothing is sold
            _log.error("a post could not be answered: %s", where(error))
            refusal = Refusal("internal")
        return request, refuse_post(bidder, request.seller, reference, refusal, request.now, elapsed_ms=elapsed_ms)

    async def _of_its_bid(self, request: SellerRequest) -> tuple[SellerRequest, BidReference]:
        """A post with the bid that it names, read as its seller was declared when that was made.

        A seller that is declared no more gets in by the key it had then, for as long as its bid lives.
        """
        bidder, seller = self._bidder, request.seller
        # A body with a key of nobody is left unread, but where it holds a bid that only we can have made.
        if seller is None and any(read(text, bidder.keys.signing) for text in texts_like_a_bid(request.body)):
            request = with_body(request)
        reference = await find_reference(bidder, self._ping_id(request), test=request.test)
        if reference.bid is None or (seller is None and not is_live(bidder, reference.bid, request.now)):
            return request, reference
        then = await seller_of_bid(bidder, reference, seller, partial(offered_keys, request))
        if then is None or (seller is None and not may_reach(request, then)):
            return request, reference
        return as_declared(request, then), reference

    def _ping_id(self, request: SellerRequest) -> str:
        """The bid that a post names, in whatever field; empty where it names none."""
        bidder, seller = self._bidder, request.seller
        ping_id = generic.ping_id_of(request.fields, seller) if seller is not None else ""
        if looks_like_token(ping_id):
            return ping_id
        texts = map(text_of, request.fields.values())
        ping_id = next((text for text in texts if read(text, bidder.keys.signing) is not None), ping_id)
        if request.dialect.sends.numbers_pings and seller is not None and ping_id and not looks_like_token(ping_id):
            return bid_by_own_id(bidder, seller, ping_id, request.now) or ping_id
        return ping_id

    async def _direct(self, request: SellerRequest, seller: Seller) -> PostAnswer:
        """The answer to a lead without a ping."""
        is_test = request.test or generic.is_named_a_test(request.fields, seller)
        lead = replace(request, test=is_test)
        post_of, elapsed_ms = partial(self._post_of, lead, seller), partial(self._elapsed_ms, request)
        return await direct_post(self._bidder, seller, self._read(lead), post_of, lead.body, lead.now, elapsed_ms)

    def _post_of(
        self, request: SellerRequest, seller: Seller, reference: BidReference
    ) -> tuple[BidReference, Reading[Post]]:
        """The post that a request holds to this bid; where the bid is none of ours, it may call itself a test."""
        bidder = self._bidder
        verticals = reference.verticals or bidder.catalogue.verticals
        # A direct post names no bid, and one from after a reload may name it as its seller's aliases say by now.
        at_once, given = request.post, (seller, verticals, reference.vertical, reference.ping_id)
        reading = at_once.reading(seller, reference.vertical, reference.ping_id) if at_once is not None else None
        reading = reading or generic.read_post(with_fields(request).fields, *given)
        if reading.test and reference.bid is None:
            reference = replace(reference, test=True)
        reading = replace(reading, warnings=self._warnings(seller, reading, request.now))
        # A seller in test mode may have live bids out yet, which are promises: of a post only its endpoint says test.
        if request.route.test and not isinstance(reading.value, Refusal):
            reading = replace(reading, value=replace(reading.value, test=True))
        note = self._note(request, test=reference.test)
        return reference, replace(reading, warnings=reading.warnings + note) if note else reading

    def _warnings(self, seller: Seller, reading: Reading[Ping] | Reading[Post], now: float) -> tuple[str, ...]:
        """What the seller is warned of; each such field is counted, as is what of the request was dropped."""
        value, warnings = reading.value, reading.warnings
        if isinstance(value, Post) or (isinstance(value, Ping) and (value.created_at or 0.0) > now + CLOCK_WARNED_S):
            warnings += clock_warnings(value, now)
        if not (warnings or reading.unknown):
            return ()
        metrics = self._bidder.metrics
        if reading.unknown:
            metrics.count("unknown_fields_total", seller.name, by=reading.unknown)
        for warning in warnings:
            metrics.count("warnings_total", seller.name, warning.partition(":")[0])
        return warnings

    def _record(self, request: SellerRequest, answer: PingAnswer | PostAnswer, http_answer: HttpAnswer) -> None:
        """Record a test, or a request without a known key, for those who help sellers to integrate."""
        if request.test or request.seller is None:
            took_ms = self._elapsed_ms(request)
            record_test(self._bidder, request, answer, http_answer.status, http_answer.body, took_ms)

    def _elapsed_ms(self, request: SellerRequest) -> float:
        """The time since a request came."""
        return (self._steady() - request.started) * 1000.0


def _asking(path: str, headers: Mapping[bytes, bytes]) -> tuple[str | bytes | None, ...]:
    """What chooses the words of an answer, as far as it stands in the headers."""
    get = headers.get
    return path, get(b"accept"), get(b"content-type"), *[get(name) for name in KEY_HEADERS]


async def _after(seconds: float, answer: HttpAnswer) -> HttpAnswer:
    """An answer that a test wants late."""
    await asyncio.sleep(seconds)
    return answer

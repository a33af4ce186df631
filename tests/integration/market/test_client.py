"""The client against buyers on real sockets who stall, lie, flood, hang up, or answer any bytes at all."""

import asyncio
import gc
import itertools
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import settings as at_most
from hypothesis import strategies as st

from app.mock_exchange.market.client import BuyerEndpoint, ExchangeClient, PingReply, PostReply
from app.wire.ping import Value
from tests.service import free_port

T = TypeVar("T")
Handler = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]

BID = b'{"status":"accepted","ping_id":"p1","price":"21.40"}'
PING: dict[str, Value] = {"vertical": "solar", "zip": "77007", "homeowner": True}
TIMEOUT_S = 0.25
PATIENT_S = 20.0
"""Where an answer is expected, however busy the machine is."""


def answer(body: bytes, status: int = 200, kind: bytes = b"application/json", length: int | None = None) -> bytes:
    said = len(body) if length is None else length
    return b"HTTP/1.1 %d OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (status, kind, said, body)


def says(raw: bytes) -> Handler:
    """Sends these bytes and keeps the connection."""

    async def handle(_request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()

    return handle


def hangs_up_after(raw: bytes) -> Handler:
    async def handle(_request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        writer.close()

    return handle


def drips(pieces: Callable[[], Any], every_s: float) -> Handler:
    """Sends one piece after another, for ever if they do not end."""

    async def handle(_request: bytes, writer: asyncio.StreamWriter) -> None:
        for piece in pieces():
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(every_s)

    return handle


async def hangs(_request: bytes, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3_600.0)


def asked(
    handler: Handler, ask: Callable[[ExchangeClient, BuyerEndpoint], Awaitable[T]], timeout_s: float = PATIENT_S
) -> T:
    """What `ask` returns at a buyer that treats each request like this."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
                await handler(head + await reader.readexactly(int(length or b"0")), writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def play() -> T:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        client = ExchangeClient(timeout_s)
        try:
            port = server.sockets[0].getsockname()[1]
            return await ask(client, BuyerEndpoint(name="b", url=f"http://127.0.0.1:{port}/here", key="k1"))
        finally:
            await client.aclose()
            server.close()

    return asyncio.run(play())


async def ping(client: ExchangeClient, buyer: BuyerEndpoint) -> PingReply:
    return await client.ping(buyer, PING)


def outcome(handler: Handler, timeout_s: float = PATIENT_S) -> tuple[str, str]:
    reply = asked(handler, ping, timeout_s)
    return reply.outcome, reply.reason


def test_a_request_carries_our_key_and_the_whole_body() -> None:
    seen: list[bytes] = []

    async def handle(request: bytes, writer: asyncio.StreamWriter) -> None:
        seen.append(request)
        writer.write(answer(BID))

    reply = asked(handler=handle, ask=ping)
    assert (reply.outcome, reply.offers[0].price_cents) == ("bid", 2_140)
    assert reply.ms > 0.0
    assert seen[0].startswith(b"POST /here/v1/ping HTTP/1.1\r\n")
    assert b"x-api-key: k1\r\n" in seen[0]
    assert seen[0].endswith(b'{"vertical":"solar","zip":"77007","homeowner":true}')


def test_one_connection_serves_one_request_after_another() -> None:
    writers: set[int] = set()

    async def handle(_request: bytes, writer: asyncio.StreamWriter) -> None:
        writers.add(id(writer))
        writer.write(answer(BID))

    async def twenty(client: ExchangeClient, buyer: BuyerEndpoint) -> set[str]:
        return {(await client.ping(buyer, PING)).outcome for _ in range(20)}

    assert asked(handle, twenty) == {"bid"}
    assert len(writers) == 1


def test_many_at_once_are_all_answered() -> None:
    async def many(client: ExchangeClient, buyer: BuyerEndpoint) -> list[PingReply]:
        return await asyncio.gather(*[client.ping(buyer, PING) for _ in range(100)])

    assert {reply.outcome for reply in asked(says(answer(BID)), many)} == {"bid"}


@pytest.mark.parametrize(
    "handler",
    [
        hangs,
        says(b"HTTP/1.1 200 OK\r\nContent-Le"),
        says(answer(BID, length=len(BID) + 10)),
        drips(lambda: itertools.chain([answer(b"", length=60_000)], itertools.repeat(b" ")), 0.01),
        drips(lambda: itertools.chain([b"HTTP/1.1 200 OK\r\n"], itertools.repeat(b"X: y\r\n")), 0.01),
        drips(lambda: itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n"), 0.001),
    ],
    ids=["silent", "half a head", "body that never ends", "dripping body", "dripping head", "continues for ever"],
)
def test_who_stalls_is_left_behind(handler: Handler) -> None:
    assert outcome(handler, TIMEOUT_S) == ("timeout", "")


def test_a_buyer_who_stalls_does_not_hold_up_the_others() -> None:
    async def handle(request: bytes, writer: asyncio.StreamWriter) -> None:
        await (hangs if b"slow" in request else says(answer(BID)))(request, writer)

    async def both(client: ExchangeClient, buyer: BuyerEndpoint) -> tuple[str, str]:
        slow = BuyerEndpoint(name="slow", url=f"{buyer.url}/slow")
        replies = await asyncio.gather(client.ping(slow, PING), client.ping(buyer, PING))
        return replies[0].outcome, replies[1].outcome

    assert asked(handle, both, 1.0) == ("timeout", "bid")


@pytest.mark.parametrize(
    ("handler", "reason"),
    [
        (hangs_up_after(b""), "broken http"),
        (hangs_up_after(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n"), "broken http"),
        (hangs_up_after(answer(BID, length=len(BID) + 10)), "broken http"),
        (says(b"220 mail.example ESMTP\r\n\r\n"), "broken http"),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"), "broken http"),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"), "broken http"),
        (says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "broken http"),
        (drips(lambda: itertools.repeat(b"X" * 10_000), 0.0), "broken http"),
        (says(answer(b"", 503)), "http 503"),
        (says(answer(b"<h1>Not found</h1>", 404)), "http 404"),
        (says(b"HTTP/1.1 302 Found\r\nLocation: /v1/ping\r\nContent-Length: 0\r\n\r\n"), "http 302"),
        (says(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"), "http 101"),
    ],
)
def test_trouble_on_the_way_is_an_error(handler: Handler, reason: str) -> None:
    assert outcome(handler) == ("error", reason)


@pytest.mark.parametrize(
    ("handler", "reason"),
    [
        (says(b"HTTP/1.1 204 No Content\r\n\r\n"), "empty"),
        (says(answer(b"")), "empty"),
        (says(answer(b"<html>", kind=b"text/html")), "html"),
        (says(answer(BID, length=len(BID) - 3)), "not json"),
        (says(answer(b" " * 65_537)), "too long"),
        (drips(lambda: itertools.chain([b"HTTP/1.1 200 OK\r\n\r\n"], itertools.repeat(b" " * 9_999)), 0.0), "too long"),
        (says(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08"), "not json"),
    ],
)
def test_an_answer_that_says_nothing_is_malformed(handler: Handler, reason: str) -> None:
    assert outcome(handler) == ("malformed", reason)


@pytest.mark.parametrize("kind", [b"text/html", b"application/json; charset=klingon", b"\xff\xfe", b"", b"a" * 9_000])
def test_the_body_counts_whatever_its_type_is_called(kind: bytes) -> None:
    assert outcome(says(answer(BID, kind=kind))) == ("bid", "")


def test_what_a_buyer_says_beyond_its_answer_breaks_nothing() -> None:
    async def thrice(client: ExchangeClient, buyer: BuyerEndpoint) -> list[str]:
        return [(await client.ping(buyer, PING)).outcome for _ in range(3)]

    outcomes = asked(says(answer(BID) + b"and another thing"), thrice)
    assert outcomes[0] == "bid"
    assert set(outcomes) <= {"bid", "error"}


def test_no_cookie_is_kept() -> None:
    seen: list[bytes] = []

    async def handle(request: bytes, writer: asyncio.StreamWriter) -> None:
        seen.append(request.lower())
        writer.write(answer(BID).replace(b"Content-Type", b"Set-Cookie: a=b\r\nContent-Type"))

    async def twice(client: ExchangeClient, buyer: BuyerEndpoint) -> str:
        await client.ping(buyer, PING)
        return (await client.ping(buyer, PING)).outcome

    assert asked(handle, twice) == "bid"
    assert [b"cookie" in request for request in seen] == [False, False]


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}", "ftp://127.0.0.1/x", "nonsense", "http://[::1", ""])
def test_a_buyer_who_is_not_there_is_an_error(url: str) -> None:
    async def elsewhere(client: ExchangeClient, _buyer: BuyerEndpoint) -> PingReply:
        return await client.ping(BuyerEndpoint(name="gone", url=url.format(port=free_port())), PING)

    assert asked(hangs, elsewhere).outcome == "error"


def test_a_key_that_no_header_can_carry_is_an_error() -> None:
    async def with_bad_key(client: ExchangeClient, buyer: BuyerEndpoint) -> PingReply:
        return await client.ping(BuyerEndpoint(name="b", url=buyer.url, key="a\nb"), PING)

    assert asked(says(answer(BID)), with_bad_key).outcome == "error"


def test_a_key_is_not_printed() -> None:
    assert "k1" not in repr(BuyerEndpoint(name="b", url="http://127.0.0.1", key="k1"))


def test_who_does_not_answer_a_handshake_is_left_behind() -> None:
    async def encrypted(client: ExchangeClient, buyer: BuyerEndpoint) -> PingReply:
        return await client.ping(BuyerEndpoint(name="b", url=buyer.url.replace("http:", "https:")), PING)

    assert asked(hangs, encrypted, TIMEOUT_S).outcome == "timeout"


@pytest.mark.parametrize("scheme", ["http:", "https:"])
def test_whenever_the_time_ends_no_connection_is_left_open(scheme: str) -> None:
    """One that nobody closed is told of, as an error, when it is collected."""

    async def hurried(client: ExchangeClient, buyer: BuyerEndpoint) -> set[str]:
        there = BuyerEndpoint(name="b", url=buyer.url.replace("http:", scheme))
        return {reply.outcome for reply in await asyncio.gather(*[client.ping(there, PING) for _ in range(20)])}

    for timeout_s in (0.0, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.016):
        assert asked(hangs, hurried, timeout_s) == {"timeout"}
    gc.collect()


def test_a_post_whose_answer_was_lost_can_be_asked_after() -> None:
    paths: list[bytes] = []

    async def handle(request: bytes, writer: asyncio.StreamWriter) -> None:
        paths.append(request.partition(b" HTTP")[0])
        if request.startswith(b"POST"):
            await hangs_up_after(b"")(request, writer)
        else:
            writer.write(answer(b'{"status":"accepted","lead_id":"lead-1","price":21.40}'))

    async def lost_and_found(client: ExchangeClient, buyer: BuyerEndpoint) -> tuple[PostReply, PostReply]:
        return await client.post(buyer, {"ping_id": "p/1 ?"}), await client.state(buyer, "p/1 ?")

    lost, found = asked(handle, lost_and_found)
    assert lost.outcome == "error"
    assert (found.outcome, found.price_cents, found.lead_id) == ("accepted", 2_140, "lead-1")
    assert paths == [b"POST /here/v1/post", b"GET /here/v1/posts/p%2F1%20%3F"]


@pytest.mark.parametrize(
    ("raw", "noted"),
    [(answer(b'{"status":"recorded"}'), True), (answer(b"", 404), False), (b"gibberish\r\n\r\n", False)],
)
def test_a_notice_is_taken_or_not(raw: bytes, noted: bool) -> None:
    async def notice(client: ExchangeClient, buyer: BuyerEndpoint) -> bool:
        return await client.notice(buyer, {"ping_id": "p1", "result": "lost"})

    assert asked(says(raw), notice) is noted


async def every_question(client: ExchangeClient, buyer: BuyerEndpoint) -> tuple[PingReply, PostReply, bool]:
    post = await client.post(buyer, {"ping_id": "p1"})
    return await client.ping(buyer, PING), post, await client.notice(buyer, {"ping_id": "p1"})


@given(
    body=st.binary(max_size=200) | st.text(max_size=60).map(str.encode) | st.sampled_from([BID, b"[]", b"<html>"]),
    status=st.integers(200, 999) | st.sampled_from([200, 204, 304]),
    kind=st.binary(max_size=30),
)
@at_most(max_examples=60)
def test_any_body_with_any_status_and_type_becomes_a_value(body: bytes, status: int, kind: bytes) -> None:
    ping, post, noted = asked(hangs_up_after(answer(body, status, kind)), every_question)
    assert isinstance(noted, bool)
    assert (ping.outcome == "bid") == bool(ping.offers)
    assert (post.outcome == "accepted") == (post.price_cents > 0)


@given(st.binary(max_size=300) | st.binary(max_size=100).map(lambda tail: b"HTTP/1.1 200 OK\r\n" + tail))
@at_most(max_examples=60)
def test_any_bytes_at_all_become_a_value(raw: bytes) -> None:
    ping, post, _ = asked(hangs_up_after(raw), every_question)
    assert ping.outcome in {"error", "malformed"}
    assert post.outcome in {"error", "malformed"}

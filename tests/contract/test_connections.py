"""What a connection may take, whoever is at its other end and whichever path it asks for."""

import gc
import socket
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import httpx
import pytest

from app.asgi import build_app
from app.http.backlog import ALWAYS_READ
from app.http.express import HEAD_MAX, HEADERS_MAX, URL_MAX, Express
from app.http.pipeline import WAITING_MAX
from app.settings import Settings
from tests.contract.sockets import answers, asking, codes, connected, is_closed, pinging
from tests.service import DEMO_CONFIG, MODELS, Service, listening, until
from tests.table import each_row

PATHS = {"the direct path": "/v1/ping", "the application's": "/readyz"}
either_way = each_row("path", PATHS.values(), ids=PATHS)

HEAD = "POST {path} HTTP/1.1\r\nHost: x\r\n"


def status_of(connection: socket.socket) -> int:
    """The status of the next answer."""
    return int(connection.makefile("rb").readline().split()[1])


def all_said(connection: socket.socket) -> bytes:
    """Everything until the other side hangs up."""
    said = b""
    while part := connection.recv(65_536):
        said += part
    return said


@either_way
@each_row("ends", [True, False], ids=["that end", "without end"])
@each_row(
    ("line", "status"),
    [
        ("X-Padding: " + "x" * 1_000 + "\r\n", 431),
        ("A: b\r\n", 431),
        ("X-Long: " + "x" * 3 * HEAD_MAX, 431),
        ("", 414),
    ],
    ids=["large headers", "many headers", "one header", "a long path"],
)
def test_a_head_that_is_too_large_is_refused_and_the_connection_ends(
    service: Service, path: str, line: str, ends: bool, status: int
) -> None:
    head = HEAD.format(path=path if line else f"{path}?{'x' * 3 * HEAD_MAX}")
    head += line * (1 if len(line) > 2_000 else 20_000 if len(line) < 20 else 100)
    with closing(connected(service)) as connection:
        try:
            connection.sendall(head.encode() + (b"\r\n\r\n" if ends and not line.endswith("x") else b""))
        except ConnectionError:
            pytest.fail("it was closed without a word")
        said = all_said(connection)
        assert said.startswith(b"HTTP/1.1 %d " % status), said[:100]
        assert b"connection: close" in said


@either_way
def test_a_head_may_be_as_large_as_it_is_said(service: Service, path: str) -> None:
    more = [f"X-{number}: {'x' * 200}" for number in range(HEADERS_MAX - 5)]
    with closing(connected(service)) as connection:
        connection.sendall(asking(pinging(), f"{path}?a={'x' * (URL_MAX - 100)}", *more, method="GET"))
        assert status_of(connection) == (405 if path == "/v1/ping" else 200)


@either_way
def test_a_trailer_is_no_header(service: Service, path: str) -> None:
    """Neither a key nor an address: a proxy looks at headers, and passes trailers on as they are."""
    path = path if path == "/v1/ping" else "/v1/outcomes"
    body = b"2\r\n{}\r\n0\r\nX-API-Key: contract-acme-key\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n"
    head = HEAD.format(path=path) + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    with closing(connected(service)) as connection:
        connection.sendall((head.encode() + body) * 2)
        assert [status for status, _ in answers(connection, 2)] == [401, 401]


@either_way
def test_trailers_without_end_are_refused(service: Service, path: str) -> None:
    head = HEAD.format(path=path) + "Transfer-Encoding: chunked\r\n\r\n0\r\n"
    with closing(connected(service)) as connection:
        connection.sendall(head.encode() + b"X-Trailer: xxxxxxxxxxxxxxxxxxxxx\r\n" * 10_000)
        assert all_said(connection)


AMBIGUOUS = {
    "a length and chunks": "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and a length": "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    "two lengths": "Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
    "the same length twice": "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "a list of lengths": "Content-Length: 2, 2\r\n\r\n{}",
    "a length with a sign": "Content-Length: +2\r\n\r\n{}",
    "a length below nothing": "Content-Length: -2\r\n\r\n{}",
    "an empty length": "Content-Length:\r\n\r\n{}",
    "an endless length": "Content-Length: 99999999999999999999999\r\n\r\n{}",
    "a space before the colon": "Content-Length : 2\r\n\r\n{}",
    "a bare line feed": "X-A: b\nContent-Length: 2\r\n\r\n{}",
    "a bare carriage return": "X-A: b\rContent-Length: 2\r\n\r\n{}",
    "a folded header": "X-A: b\r\n c\r\nContent-Length: 2\r\n\r\n{}",
    "a NUL": "X-A: b\0c\r\nContent-Length: 2\r\n\r\n{}",
    "chunks of another name": "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "no chunks at all": "Transfer-Encoding: identity\r\n\r\n{}",
    "chunks twice": "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk below nothing": "Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
    "an endless chunk": "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n",
    "a chunk that is longer than it says": "Transfer-Encoding: chunked\r\n\r\n2\r\n{}{}\r\n0\r\n\r\n",
    "a chunk with a bare line feed": "Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n",
}
"""Where two parsers may differ on where a request ends, one may be talked into taking a part of it for another one."""


@either_way
@each_row("rest", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_a_request_whose_end_is_ambiguous_is_refused_and_nothing_after_it_is_read(
    service: Service, path: str, rest: str
) -> None:
    smuggled = asking(b"", "/healthz", method="GET")
    with closing(connected(service)) as connection:
        connection.sendall(asking(pinging()) + (HEAD.format(path=path) + rest).encode() + smuggled)
        assert [status for status, _ in answers(connection, 2)] == [200, 400]
        assert all_said(connection) == b""


@each_row("method", ["POST", "GET"])
def test_a_query_may_come_the_direct_path(service: Service, method: str) -> None:
    with closing(connected(service)) as connection:
        request = asking(pinging(), "/v1/ping?vertical=nonsense", method=method)
        connection.sendall(request)
        assert codes(connection, 1) == [(200, "unsupported_vertical") if method == "POST" else (405, "invalid_field")]


def exchanged(connections: Sequence[socket.socket], requests: bytes, count: int) -> list[list[tuple[int, str]]]:
    """The answers to so many requests that are sent on each of these connections at once."""
    for connection in connections:
        connection.settimeout(60.0)
    with ThreadPoolExecutor(len(connections)) as threads:
        sending = [threads.submit(each.sendall, requests) for each in connections]
        told = [codes(each, count) for each in connections]
        for each in sending:
            each.result()
    return told


def test_more_requests_than_may_wait_are_all_answered_in_their_order(service: Service) -> None:
    """However many come at once: those for which there is no time are told so, and no connection is closed."""
    count = 4 * WAITING_MAX
    bodies = [b"{" if number % 50 == 0 else pinging(deadline_ms=60_000) for number in range(count)]
    expected = [(400, "invalid_field") if body == b"{" else (200, "unsupported_vertical") for body in bodies]
    with closing(connected(service)) as connection:
        [told] = exchanged([connection], b"".join([asking(body) for body in bodies]), count)
        wrong = [number for number, each in enumerate(told) if each not in (expected[number], (200, "load_shed"))]
        assert wrong == []
        assert told[:ALWAYS_READ] == expected[:ALWAYS_READ]
        assert exchanged([connection], asking(pinging()), 1) == [[(200, "unsupported_vertical")]]


def test_under_load_pings_are_shed_at_once_and_no_post_is(service: Service) -> None:
    each_has = 1_500
    pings, post = asking(pinging(deadline_ms=60_000)) * each_has, asking(b'{"ping_id": "none"}', "/v1/post")
    with ExitStack() as stack:
        connections = [stack.enter_context(connected(service)) for _ in range(4)]
        told = exchanged(connections, pings + post, each_has + 1)
    reasons = [reason for each in told for _, reason in each[:-1]]
    assert set(reasons) == {"unsupported_vertical", "load_shed"}
    assert {status for each in told for status, _ in each} == {200}
    assert [each[-1] for each in told] == [(200, "missing_field")] * 4
    # They are counted together, a moment later.
    assert until(lambda: shed_by_metrics(service) >= reasons.count("load_shed"))


def shed_by_metrics(service: Service) -> float:
    """How many pings were shed, as the metrics say."""
    lines = httpx.get(f"{service.url}/metrics", trust_env=False).text.splitlines()
    return sum(
        float(line.rpartition(" ")[2]) for line in lines if line.startswith('leadbid_pings_total{code="load_shed"')
    )


@each_row(
    "sent",
    [
        b"GET /" + b"x" * 2 * HEAD_MAX,
        b"malformed\r\n\r\n",
        asking(b"{}", key="none"),
        asking(b"{}", "/v1/post", key="none"),
        asking(b"", "/healthz", method="GET"),
    ],
    ids=["endless", "malformed", "ping", "post", "page"],
)
def test_a_connection_that_has_ended_leaves_nothing_for_the_collector(service: Service, sent: bytes) -> None:
    """It comes so seldom, and takes so long where many bids live, that a flood would fill the memory meanwhile."""

    def kept() -> int:
        return sum(type(each) is Express for each in gc.get_objects())

    gc.collect()
    before = kept()
    gc.disable()
    try:
        for _ in range(20):
            with connected(service) as connection:
                connection.sendall(sent)
                assert status_of(connection) >= 200
        assert until(lambda: kept() <= before)
    finally:
        gc.enable()


@contextmanager
def served(tmp_path: Path, per_address: int) -> Iterator[str]:
    application = build_app(Settings(config=DEMO_CONFIG, data=tmp_path, models=MODELS))
    with listening(application, per_address=per_address) as url:
        yield url


def connect(url: str) -> socket.socket:
    host, _, port = url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=60.0)


@pytest.mark.parametrize(("trusted", "closed"), [("10.0.0.1", True), ("127.0.0.1", False), ("*", False)])
def test_one_address_may_have_so_many_connections_unless_it_is_a_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: str, closed: bool
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", trusted)
    with served(tmp_path, 3) as url, ExitStack() as stack:
        connections = [stack.enter_context(connect(url)) for _ in range(4)]
        time.sleep(0.2)
        for each in connections[:3]:
            each.sendall(asking(b"", "/healthz", method="GET"))
            assert status_of(each) == 200
        last = connections[3]
        if closed:
            assert is_closed(last)
        else:
            last.sendall(asking(b"", "/healthz", method="GET"))
            assert status_of(last) == 200

"""A request that has an id is answered with it, whatever comes of it and whichever way it takes."""

import logging
import socket
import time
from contextlib import closing
from io import StringIO
from pathlib import Path

import httpx
import msgspec
import pytest
from msgspec.structs import replace

from app.http.answer import HttpAnswer
from app.http.auction.intake import Intake
from app.telemetry.logs import JsonLines
from app.usecases.bidder import Bidder
from tests.bidder import NOW, at_bidder
from tests.contract.sockets import asking, connected, pinging
from tests.service import Service
from tests.table import each_row


@each_row(("method", "path"), [("POST", "/v1/ping"), ("POST", "/v1/post"), ("GET", "/healthz"), ("GET", "/v1/nowhere")])
@each_row("key", ["demo-acme-key", "nobody's"])
def test_an_id_comes_back(http: httpx.Client, method: str, path: str, key: str) -> None:
    answer = http.request(method, path, headers={"X-API-Key": key, "X-Request-Id": "req-1"}, content=pinging())
    assert answer.headers.get_list("x-request-id") == ["req-1"]


def test_on_one_connection_each_answer_has_its_own(service: Service) -> None:
    with closing(connected(service)) as connection:
        requests = [asking(pinging(), "/v1/ping", f"X-Request-Id: {each}") for each in ("a", "b")]
        connection.sendall(requests[0] + asking(pinging()) + requests[1])
        assert ids_of(connection, 3) == [b"a", b"", b"b"]


@each_row("sent", ["512-461-2234", "a b", "x" * 65, "maria@example.com"])
def test_what_is_no_id_is_not_repeated(http: httpx.Client, sent: str) -> None:
    headers = {"X-API-Key": "demo-acme-key", "X-Request-Id": sent}
    assert "x-request-id" not in http.post("/v1/ping", headers=headers, content=pinging()).headers
    assert http.get("/healthz", headers=headers).headers["x-request-id"] not in ("", sent)


def test_an_endpoint_that_is_no_auction_names_each_request(http: httpx.Client) -> None:
    ids = [http.get("/healthz").headers["x-request-id"] for _ in range(2)]
    assert len(set(ids)) == 2


def test_an_error_of_ours_is_logged_with_the_id_and_without_its_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    monkeypatch.setattr(logging.getLogger("app"), "handlers", [handler])

    async def scene(bidder: Bidder) -> None:
        intake = Intake(bidder, lambda: NOW, time.monotonic)
        # A catalogue that cannot be read fails whatever asks it.
        bidder.catalogue = replace(bidder.catalogue, verticals=None)
        for path, name in (("/v1/ping", b"req-1"), ("/v1/post", b"req-2")):
            headers = [(b"x-api-key", b"acme-key"), (b"x-request-id", name), (b"content-type", b"application/json")]
            scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}
            body = b'{"vertical": "solar", "zip": "78701", "phone": "5124612234"}'
            (answer,) = intake.answers([intake.request({**scope, "client": ("127.0.0.1", 1)}, body)])
            http_answer = answer if isinstance(answer, HttpAnswer) else await answer()
            assert b'"internal"' in http_answer.body

    at_bidder(tmp_path, scene)
    told = [msgspec.json.decode(line) for line in stream.getvalue().splitlines()]
    assert [(each["request_id"], each["message"].partition(":")[0]) for each in told] == [
        ("req-1", "a ping could not be read"),
        ("req-2", "a post could not be answered"),
    ]
    assert "5124612234" not in stream.getvalue()


def ids_of(connection: socket.socket, count: int) -> list[bytes]:
    """The ids of so many answers."""
    connection.settimeout(60.0)
    read = b""
    while read.count(b"HTTP/1.1 ") < count or not read.endswith(b"}"):
        read += connection.recv(65_536)
    found = []
    for answer in read.split(b"HTTP/1.1 ")[1:]:
        lines = answer.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")
        found.append(next((each.removeprefix(b"x-request-id: ") for each in lines if b"x-request-id" in each), b""))
    return found

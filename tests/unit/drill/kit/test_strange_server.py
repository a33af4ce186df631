"""A strange server answers well until it is told not to, and then never so that a sender may take it for a success."""

from contextlib import suppress

import httpx
import pytest

from app.drill.kit.behavior import STRANGE
from app.drill.kit.strange_server import strange_server
from tests.table import each_row

AT_ONCE = [name for name in STRANGE if name not in ("silent", "dripping")]


def well(_head: bytes, body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body


@each_row("name", AT_ONCE)
def test_what_is_strange_is_no_success_and_ends(name: str) -> None:
    with strange_server(well) as (server, port), httpx.Client(trust_env=False, timeout=5.0) as http:
        url = f"http://127.0.0.1:{port}/{name}"
        server.behaviors[name] = STRANGE[name]
        with suppress(httpx.NetworkError, httpx.ProtocolError), http.stream("POST", url, content=b"lead") as answer:
            assert answer.status_code >= 300 or not answer.read()
        server.behaviors.clear()
        assert http.post(url, content=b"lead").content == b"lead"
    assert (server.asked[name], server.bodies[name]) == (2, [b"lead"])


@each_row("name", ["silent", "dripping"])
def test_what_takes_its_time_takes_longer_than_anybody_waits(name: str) -> None:
    with strange_server(well) as (server, port):
        server.behaviors[name] = STRANGE[name]
        with pytest.raises(httpx.TimeoutException), httpx.Client(trust_env=False, timeout=0.015) as http:
            http.post(f"http://127.0.0.1:{port}/{name}", content=b"lead")

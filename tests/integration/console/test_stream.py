"""What tells open pages of changes ends with its session and with the service."""

import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.console import proof_of, signed_in
from tests.service import DEMO_CONFIG, Service, serve


def test_a_stream_ends_with_its_session(console_service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.http.console.stream.LOOK_S", 0.05)
    with signed_in(console_service.url) as client, client.stream("GET", "/console/stream") as stream:
        client.post("/console/sign-out", data={"proof": proof_of(client.get("/console").text)})
        began = time.monotonic()
        assert list(stream.iter_lines())[:1] in ([], ["event: changed"])
        assert time.monotonic() - began < 10


def test_a_service_stops_at_once_under_open_streams(tmp_path: Path) -> None:
    with ExitStack() as stack:
        with serve(DEMO_CONFIG, tmp_path) as service:
            client = stack.enter_context(signed_in(service.url))
            for _ in range(10):
                stream = stack.enter_context(client.stream("GET", "/console/stream"))
                assert stream.status_code == 200
            began = time.monotonic()
        # It gives requests that are under way five seconds.
        assert time.monotonic() - began < 5

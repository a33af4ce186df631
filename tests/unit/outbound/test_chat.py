"""Alerts reach chats through Apprise where it is installed, and never show an address."""

import asyncio
import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import find_spec

import pytest

from app.outbound import chat

HAS_APPRISE = find_spec("apprise") is not None
# It reads images with a module that Python is about to remove.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
needs_apprise = pytest.mark.skipif(not HAS_APPRISE, reason="the extra `alerts` is not installed")


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A server that takes JSON, the Apprise address that leads to it, and what it got."""
    got: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"json://127.0.0.1:{server.server_port}/secret-token", got
    server.shutdown()
    thread.join()
    server.server_close()


@needs_apprise
def test_a_chat_gets_title_and_text(receiver: tuple[str, list[dict[str, str]]]) -> None:
    address, got = receiver
    assert chat.knows(address)
    assert asyncio.run(chat.say(address, "leadbid: test", "It arrives.", 10.0)) == ""
    assert [(each["title"], each["message"]) for each in got] == [("leadbid: test", "It arrives.")]


@needs_apprise
def test_a_chat_that_is_away_is_said_without_its_address(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said = asyncio.run(chat.say("json://127.0.0.1:9/secret-token", "leadbid", "test", 10.0))
    assert said == "refused"
    assert not [record for record in caplog.records if record.name.startswith("apprise")]


@needs_apprise
def test_what_apprise_cannot_read_is_said(caplog: pytest.LogCaptureFixture) -> None:
    assert chat.knows("nonsense") is False
    assert asyncio.run(chat.say("nonsense", "leadbid", "test", 10.0)) == "unreadable address"
    assert caplog.text == ""


@pytest.mark.skipif(HAS_APPRISE, reason="the extra `alerts` is installed")
def test_without_apprise_it_says_what_is_missing() -> None:
    assert asyncio.run(chat.say("json://localhost", "leadbid", "test", 10.0)) == "Apprise is missing"

"""Checks that the direct path works with the installed uvicorn, on whose internals it depends.

A few requests go through it in memory, one connection each. What is not answered to the byte is a reason to let uvicorn
serve the application its own way, which is slower and says the same.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, cast

import uvicorn
from uvicorn.server import ServerState

from app.http.answer import HttpAnswer
from app.http.application import Application
from app.http.asgi_request import ALWAYS, Receive, Scope, Send, send_answer
from app.http.auction.intake import Later
from app.http.request import RawRequest

MakesProtocol = Callable[[Application], type[asyncio.Protocol]]

_TURNS = 20
"""Turns of the event loop, of which an answer takes three or four."""

_PEER = ("127.0.0.1", 40_000)
_BODY = b'{"zip": "78701"}'
_PING = b"POST /v1/ping HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.7\r\nContent-Length: %d\r\n" % len(_BODY)
_LAST_PING = b"%bConnection: close\r\n\r\n%b" % (_PING, _BODY)
_PING += b"\r\n" + _BODY
_POST = _PING.replace(b"/v1/ping", b"/v1/post").replace(b"X-Forwarded-For: 203.0.113.7\r\n", b"")
_OTHER = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


class ShortWayFails(Exception):
    """Something is not answered as it must be."""


def trouble_with(express: MakesProtocol) -> str:
    """Why the short way must not be taken; empty where it works."""
    # In a thread, because the caller may be inside an event loop.
    with _in_silence(), ThreadPoolExecutor(1) as thread:
        try:
            thread.submit(asyncio.run, _try(express)).result()
        except ShortWayFails as wrong:
            return str(wrong)
        except Exception as error:  # noqa: BLE001 - whatever it is, the service starts without the short way
            return f"{type(error).__name__}: {error}"
    return ""


async def _try(express: MakesProtocol) -> None:
    failed: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: failed.append(str(context.get("exception", context["message"]))))
    for case in (_one_after_another, _in_one_piece, _with_a_close, _while_stopping, _gone):
        await case(express)
        if failed:
            raise ShortWayFails(failed[0])


async def _one_after_another(express: MakesProtocol) -> None:
    """A ping that comes in pieces, and a post when it is answered."""
    line = _Line(express)
    line.protocol.data_received(_PING[:30])
    await line.hears(_PING[30:])
    line.must_have_said(_answer(b"/v1/ping 203.0.113.7"))
    await line.hears(_POST)
    line.must_have_said(_answer(b"/v1/ping 203.0.113.7"), _answer(b"/v1/post 127.0.0.1"))


async def _in_one_piece(express: MakesProtocol) -> None:
    """Two pings and whatever else between them, which goes uvicorn's way and is answered in its turn."""
    line = _Line(express)
    await line.hears(_PING + _OTHER + _PING)
    said, ping = b"".join(line.transport.said), _answer(b"/v1/ping 203.0.113.7")
    if not (said.startswith(ping) and said.endswith(b"\r\n\r\n/healthz" + ping)) or line.transport.closed:
        raise ShortWayFails("requests that come together are not answered in their order")


async def _with_a_close(express: MakesProtocol) -> None:
    line = _Line(express)
    await line.hears(_LAST_PING)
    line.must_have_said(_answer(b"/v1/ping 203.0.113.7", last=True), closed=True)


async def _while_stopping(express: MakesProtocol) -> None:
    """The server stops while a ping waits for its answer: it gets it, and the connection ends."""
    line = _Line(express)
    line.protocol.data_received(_PING)
    line.protocol.shutdown()
    await _turns()
    line.must_have_said(_answer(b"/v1/ping 203.0.113.7", last=True), closed=True)


async def _gone(express: MakesProtocol) -> None:
    """A client that has left is answered nothing."""
    line = _Line(express)
    line.protocol.data_received(_PING)
    line.protocol.connection_lost(None)
    await _turns()
    line.must_have_said(closed=True)


def _answer(body: bytes, *, last: bool = False) -> bytes:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: %d\r\nx-always: yes\r\n%b" % (
        len(body),
        b"".join([b"%b: %b\r\n" % header for header in ALWAYS]),
    )
    return head + (b"connection: close\r\n" if last else b"") + b"\r\n" + body


class _Line:
    """One connection, as uvicorn makes them."""

    def __init__(self, express: MakesProtocol) -> None:
        application = cast("Application", _Application())
        config = uvicorn.Config(
            application,
            http=express(application),
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            # Whatever proxy an operator trusts, this peer is believed here.
            forwarded_allow_ips=_PEER[0],
        )
        config.load()
        state = ServerState()
        state.default_headers = [(b"x-always", b"yes")]
        made: Callable[..., Any] = config.http_protocol_class
        self.protocol = made(config=config, server_state=state, app_state={}, _loop=asyncio.get_running_loop())
        self.transport = _Transport()
        self.protocol.connection_made(self.transport)

    async def hears(self, data: bytes) -> None:
        """Have this arrive, and whatever follows from it happen."""
        self.protocol.data_received(data)
        await _turns()

    def must_have_said(self, *answers: bytes, closed: bool = False) -> None:
        """ShortWayFails where it has not, to the byte and in as many pieces, or has not hung up as it should."""
        if tuple(self.transport.said) != answers:
            raise ShortWayFails("an answer is not what it should be")
        if self.transport.closed != closed:
            raise ShortWayFails("a connection is not kept or ended as it should be")


async def _turns() -> None:
    for _ in range(_TURNS):
        await asyncio.sleep(0)


class _Transport(asyncio.Transport):
    """Keeps what is said."""

    def __init__(self) -> None:
        super().__init__({"peername": _PEER, "sockname": ("127.0.0.1", 80)})
        self.said: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.said.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        """Nothing is read from anywhere."""

    def resume_reading(self) -> None:
        """As above."""

    def abort(self) -> None:
        self.closed = True


class _Application:
    """Answers each request with its path and where it came from."""

    def __init__(self) -> None:
        self.intake = _Intake()
        self.steady = time.monotonic

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        await send_answer(send, 200, b"text/plain", scope["path"].encode())


class _Intake:
    """The same by the short way; whatever is no ping is set aside."""

    def clock(self) -> float:
        return 0.0

    def count_ended(self, _: str) -> None:
        """Nobody looks at it."""

    def answers(self, together: Sequence[RawRequest]) -> list[HttpAnswer | Later]:
        if any(request.body != _BODY for request in together):
            return [HttpAnswer(400, b"text/plain", b"a body does not arrive whole") for _ in together]
        return [
            _said(request.scope) if request.scope["path"] == "/v1/ping" else partial(_said_later, request.scope)
            for request in together
        ]


def _said(scope: Scope) -> HttpAnswer:
    return HttpAnswer(200, b"text/plain", f"{scope['path']} {scope['client'][0]}".encode())


async def _said_later(scope: Scope) -> HttpAnswer:
    await asyncio.sleep(0)
    return _said(scope)


@contextmanager
def _in_silence() -> Iterator[None]:
    """Errors are reported once, by the caller."""
    loggers = [logging.getLogger(name) for name in ("uvicorn.error", "app.http.express")]
    before = [logger.disabled for logger in loggers]
    try:
        for logger in loggers:
            logger.disabled = True
        yield
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled

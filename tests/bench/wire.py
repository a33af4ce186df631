"""Servers without sockets: a protocol of uvicorn's in this process, given bytes and asked for its bytes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import uvicorn
from uvicorn.server import ServerState

from app.http.application import Application
from app.http.server import protocol_of
from tests.bench.servers import Asgi

_TURNS_MAX = 1_000
"""Turns of the loop after which no answer comes any more."""


class _Wire(asyncio.Transport):
    """The other side of a connection: it keeps count of the answers that were written to it."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 50_000), "sockname": ("127.0.0.1", 8_000)})
        self.written: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def is_closing(self) -> bool:
        return False

    def close(self) -> None: ...

    def abort(self) -> None: ...

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None: ...


class Wires:
    """So many keep-alive connections to one server."""

    def __init__(self, server: Asgi | Application, connections: int) -> None:
        http: Any = protocol_of(server) if isinstance(server, Application) else "httptools"
        config = uvicorn.Config(cast("Any", server), http=http, access_log=False, log_level="warning", lifespan="off")
        config.load()
        state = ServerState()
        # As uvicorn does at each turn of a second.
        state.default_headers = [(b"date", b"Sat, 21 Nov 2026 15:00:00 GMT"), (b"server", b"uvicorn")]
        make = cast("Callable[..., Any]", config.http_protocol_class)
        self._ends = [
            (make(config=config, server_state=state, app_state={}, _loop=asyncio.get_running_loop()), _Wire())
            for _ in range(connections)
        ]
        for protocol, wire in self._ends:
            protocol.connection_made(wire)

    async def wave(self, requests: Sequence[bytes], pause_s: float = 0.0) -> list[bytes]:
        """The answers to one request on each connection, all of which came in one turn of the loop.

        What other threads have a part in is looked for after each `pause_s`, so that the loop does not keep them off.
        """
        ends = self._ends[: len(requests)]
        for (protocol, _), request in zip(ends, requests, strict=True):
            protocol.data_received(request)
        for _ in range(_TURNS_MAX):
            if all(wire.written for _, wire in ends):
                break
            await asyncio.sleep(pause_s)
        answers = [b"".join(wire.written) for _, wire in ends]
        for _, wire in ends:
            wire.written.clear()
        return answers


@asynccontextmanager
async def started(application: Application) -> AsyncIterator[None]:
    """The service brought up, as a server does it, and taken down again."""
    up, down = asyncio.Event(), asyncio.Event()
    asked = iter([{"type": "lifespan.startup"}])

    async def receive() -> Any:
        message = next(asked, None)
        if message is None:
            await down.wait()
            return {"type": "lifespan.shutdown"}
        return message

    async def send(message: Any) -> None:
        if not message["type"].endswith("complete"):
            raise RuntimeError(message)
        up.set()

    living = asyncio.create_task(application({"type": "lifespan"}, receive, send))
    await up.wait()
    try:
        yield
    finally:
        down.set()
        await living

"""How uvicorn serves the application, wherever it is served."""

import asyncio
import logging
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib.util import find_spec
from typing import Literal

import uvicorn

from app.http.application import Application
from app.http.connections import accept_backlog, raise_descriptors
from app.http.express_check import trouble_with

ACCEPTED = 16
"""New connections that one turn of the event loop may take in."""

_TICK_S = 0.1

_log = logging.getLogger(__name__)


class DrainingServer(uvicorn.Server):
    """It tells when it has begun, and when it is stopped it goes on for `drain_s`, so that nobody finds it gone.

    Meanwhile `/readyz` says that it stops, by which balancers send new connections elsewhere, and every answer asks its
    client to end the connection: who sends again comes by another one. Then it ends what is left.
    """

    def __init__(self, config: uvicorn.Config, drain_s: float, has_begun: Callable[[], None]) -> None:
        super().__init__(config)
        self._drain_s = drain_s
        self._has_begun = has_begun

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin."""
        await super().startup(sockets)
        self._has_begun()

    async def main_loop(self) -> None:
        """Serve until it is stopped, and a while longer."""
        await super().main_loop()
        self.config.encoded_headers = [*self.config.encoded_headers, (b"connection", b"close")]
        until = time.monotonic() + self._drain_s
        while time.monotonic() < until and not self.force_exit:
            # It makes the headers that all answers have.
            await self.on_tick(0)
            await asyncio.sleep(_TICK_S)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End. A second Ctrl-C, too, only ends the waits for requests: the journal's last lines are written."""
        await super().shutdown(sockets)
        if self.force_exit:
            await self.lifespan.shutdown()


def server_of(
    application: Application,
    *,
    shutdown_s: int,
    per_address: int = 0,
    drain_s: float = 0.0,
    has_begun: Callable[[], None] = lambda: None,
) -> uvicorn.Server:
    """A server that waits so many seconds for requests under way when it is stopped, and has drained for `drain_s`.

    `per_address` bounds the connections from one address that is no trusted proxy's; 0 does not. `has_begun` is called
    when it serves.
    """
    server = DrainingServer(
        uvicorn.Config(
            application,
            http=protocol_of(application, per_address),
            backlog=accept_backlog(raise_descriptors()),
            # Without this a service that cannot start would answer all the same, with nothing behind it.
            lifespan="on",
            ws="none",
            # Access logs would hold keys and hashes that sellers put into query strings.
            access_log=False,
            log_config=None,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=shutdown_s,
        ),
        drain_s,
        has_begun,
    )
    application.is_stopping = lambda: server.should_exit
    return server


@contextmanager
def listeners(listener: socket.socket) -> Iterator[list[socket.socket]]:
    """A listening socket for `Server.run`, as often as there may be new connections in one turn of the event loop.

    libuv accepts one for each: under load, with turns of 50 ms, a seller who connects anew would wait for seconds.
    """
    with ExitStack() as stack:
        yield [listener, *[stack.enter_context(listener.dup()) for _ in range(ACCEPTED - 1)]]


def protocol_of(application: Application, per_address: int = 0) -> type[asyncio.Protocol] | Literal["h11"]:
    """The short way where it works, which it does not without uvloop, as on Windows, nor with every uvicorn.

    Where it does not, uvicorn's h11 serves: slower, but unlike its other one it bounds the headers of a request.
    """
    if find_spec("uvloop") is None:
        return "h11"
    if trouble := _trouble():
        _log.warning(
            "pings take the long way through uvicorn %s, as the short one fails: %s", uvicorn.__version__, trouble
        )
        return "h11"
    from app.http.express import express  # noqa: PLC0415 - only where it can be imported

    return express(application, per_address)


@cache
def _trouble() -> str:
    """Why the short way cannot be taken in this process; empty where it can."""
    try:
        from app.http.express import express  # noqa: PLC0415 - as above
    except ImportError as error:
        return str(error)
    return trouble_with(express)

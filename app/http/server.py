"""How uvicorn serves the application, wherever it is served."""

import asyncio
import logging
import socket
from collections.abc import Iterator
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

_log = logging.getLogger(__name__)


def server_of(application: Application, *, shutdown_s: int, per_address: int = 0) -> uvicorn.Server:
    """A server that waits so many seconds for requests under way when it is stopped.

    `per_address` bounds the connections from one address that is no trusted proxy's; 0 does not.
    """
    server = uvicorn.Server(
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
        )
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
    """The short way where it works, which it does not without httptools, as on Windows, nor with every uvicorn.

    Where it does not, uvicorn's h11 serves: slower, but unlike its other one it bounds the headers of a request.
    """
    if find_spec("httptools") is None:
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

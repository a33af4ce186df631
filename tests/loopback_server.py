"""Servers on loopback inside the test's own event loop, for code that calls out."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what another task is about to bring about."""
    async with asyncio.timeout(10.0):
        while not condition():  # noqa: ASYNC110 - what is waited for knows nothing of us and sets no event
            await asyncio.sleep(0.005)


@asynccontextmanager
async def serving(app: Callable[..., Any], tls: tuple[str, str] | None = None) -> AsyncIterator[int]:
    """Serve an ASGI application on a free port of 127.0.0.1; `tls` are certificate and key files."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
        ssl_certfile=tls[0] if tls else None,
        ssl_keyfile=tls[1] if tls else None,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    await until(lambda: server.started)
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await task
        listener.close()


def trusting(certificate_file: str) -> ssl.SSLContext:
    """A client that trusts this certificate and no other."""
    return ssl.create_default_context(cafile=certificate_file)

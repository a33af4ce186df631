"""Serves an application of the mock exchange on loopback, in the process of a command."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from typing import Any

import uvicorn


@asynccontextmanager
async def served(application: Callable[..., Any]) -> AsyncIterator[str]:
    """Its URL, for as long as this lasts."""
    # A rival that hangs up after a sale is an error of its application to uvicorn, and meant here.
    config = uvicorn.Config(
        application, log_config=None, log_level="critical", access_log=False, lifespan="off", ws="none"
    )
    async with running(uvicorn.Server(config)) as url:
        yield url


@asynccontextmanager
async def running(server: uvicorn.Server, port: int = 0) -> AsyncIterator[str]:
    """A server on a port of loopback, by default a free one. OSError where it is taken, RuntimeError where the server
    does not come up.
    """
    # Named as TCP, or asyncio leaves Nagle's algorithm on for its connections: 40 ms for every answer in two writes.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        # A command stops on Ctrl-C itself; what it serves must live until the last answer.
        server.capture_signals = nullcontext  # type: ignore[method-assign,assignment]
        task = asyncio.create_task(server.serve([listener]))
        try:
            while not server.started:
                if task.done():
                    raise RuntimeError("the server did not start, see above")
                await asyncio.sleep(0.01)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task

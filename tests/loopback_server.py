"""Servers on loopback inside the test's own event loop, for code that calls out."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what another task is about to bring about."""
    async with asyncio.timeout(60.0):
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


Behavior = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Listener:
    """A server that does with a connection what a test wants, and knows how many the other side has not closed."""

    def __init__(self, behave: Behavior) -> None:
        self.behave = behave
        self._readers: list[asyncio.StreamReader] = []
        self._tasks: list[asyncio.Task[Any]] = []

    @property
    def open(self) -> int:
        return sum(not reader.at_eof() and reader.exception() is None for reader in self._readers)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._readers.append(reader)
        self._tasks += [task for task in [asyncio.current_task()] if task is not None]
        try:
            await self.behave(reader, writer)
            # What the other side does not close stays open, and shows.
            await reader.read()
        except (OSError, EOFError):
            pass
        finally:
            writer.close()

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def listening(listener: Listener) -> AsyncIterator[int]:
    server = await asyncio.start_server(listener, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await listener.stop()


async def read_request(reader: asyncio.StreamReader) -> None:
    """One request with its body, whose length it says."""
    head = await reader.readuntil(b"\r\n\r\n")
    _, _, length = head.lower().partition(b"content-length:")
    await reader.readexactly(int(length.split(b"\r\n")[0] or 0))


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.readexactly(1)


async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One byte of the body every 20 ms: no single read ever takes long."""
    await read_request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
    for _ in range(1_000):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


async def endless_headers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"x-more: " + b"x" * 1_000 + b"\r\n")
        await writer.drain()
        await asyncio.sleep(0)


async def resetting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()

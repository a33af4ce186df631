"""Strangers send heads that never end: many headers, one header, one path, and trailers."""

import asyncio
from contextlib import closing
from functools import partial
from pathlib import Path

from app.drill.drill import Say
from app.drill.floods._flood import attacked, many

PROMISE = "headers without end take less than 100 MB, and pings 200 ms at most"
IN_SAMPLE = False

_CONNECTIONS = 32
_BEGINNINGS = {
    "headers": (b"POST /v1/ping HTTP/1.1\r\nHost: x\r\n", b"X-Padding: xxxxxxxxxxxxxxxxxxxxxxxx\r\n" * 1_000),
    "one header": (b"POST /v1/ping HTTP/1.1\r\nX-Long: ", b"x" * 65_536),
    "one path": (b"GET /", b"x" * 65_536),
    "trailers": (
        b"POST /v1/ping HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
        b"X-Trailer: xxxxxxxxxxxxxxxxxxxxxxxx\r\n" * 1_000,
    ),
    "chunk extensions": (b"POST /readyz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"x" * 65_536),
}


async def _endless(beginning: bytes, rest: bytes, port: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    with closing(writer):
        writer.write(beginning)
        while True:
            writer.write(rest)
            await writer.drain()


def drill(folder: Path, say: Say) -> list[str]:
    """Each on 32 connections, again and again."""
    attacks = {name: partial(many, _CONNECTIONS, partial(_endless, *parts)) for name, parts in _BEGINNINGS.items()}
    return attacked(folder, say, attacks)

"""Strangers send request after request and read no answer, on every path."""

import asyncio
from contextlib import closing
from functools import partial
from pathlib import Path

from app.drill.drill import Say
from app.drill.floods._flood import attacked, many

PROMISE = "requests without a key whose answers nobody reads take less than 100 MB, and pings 200 ms at most"
IN_SAMPLE = False

_CONNECTIONS = 64
_REQUESTS = {
    "tiny pings": b"POST /v1/ping HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
    "pings with a wrong key": b"POST /v1/ping HTTP/1.1\r\nHost: x\r\nX-API-Key: no\r\nContent-Length: 2\r\n\r\n{}",
    "tiny posts": b"POST /v1/post HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
    "pages": b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n",
    "large pings": b"POST /v1/ping HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n" + b" " * 60_000,
}


async def _pipeline(request: bytes, port: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    many_at_once = request * max(1, 65_536 // len(request))
    with closing(writer):
        while True:
            writer.write(many_at_once)
            await writer.drain()


def drill(folder: Path, say: Say) -> list[str]:
    """Each kind of request on 64 connections."""
    attacks = {name: partial(many, _CONNECTIONS, partial(_pipeline, request)) for name, request in _REQUESTS.items()}
    return attacked(folder, say, attacks)

"""A seller's key is used to send bodies that are far larger than they look, or than any may be."""

import asyncio
import gzip
import zlib
from functools import partial
from pathlib import Path

from app.drill.drill import Say
from app.drill.floods._flood import attacked, many
from app.drill.kit.open_loop import HEADERS
from app.http.asgi_request import BODY_MAX

PROMISE = "bodies that unfold, are too large or have no end take less than 100 MB, and pings 200 ms at most"
IN_SAMPLE = False

_KEY = HEADERS["X-API-Key"]
_CONNECTIONS = 8
_ZEROS = 64 * 2**20


def _request(body: bytes, *headers: str, length: int = -1) -> bytes:
    """A ping with this body, which may say another length."""
    lines = [f"Content-Length: {len(body) if length < 0 else length}", f"X-API-Key: {_KEY}", *headers]
    return ("POST /v1/ping HTTP/1.1\r\nHost: x\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode() + body


def _bomb() -> bytes:
    """64 MB of spaces in 64 kB."""
    return gzip.compress(b" " * _ZEROS)


def _requests() -> dict[str, bytes]:
    json, form = "Content-Type: application/json", "Content-Type: application/x-www-form-urlencoded"
    deflated = zlib.compress(b"[" * _ZEROS)
    fields = "&".join([f"k{number}=1" for number in range(8_000)]).encode()
    return {
        "gzip that unfolds": _request(_bomb(), json, "Content-Encoding: gzip"),
        "gzip in gzip": _request(gzip.compress(_bomb()), json, "Content-Encoding: gzip, gzip"),
        "deflate that unfolds": _request(deflated, json, "Content-Encoding: deflate"),
        "gzip that is none": _request(b"\x1f\x8b\x08" + b"x" * 5_000, json, "Content-Encoding: gzip"),
        "the largest form": _request(fields[:BODY_MAX], form),
        "a length of a gigabyte": _request(b" " * 65_536, json, length=2**30),
        "chunks without end": _chunked(),
    }


def _chunked() -> bytes:
    head = f"POST /v1/ping HTTP/1.1\r\nHost: x\r\nX-API-Key: {_KEY}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    return head + (b"ffff\r\n" + b" " * 65_535 + b"\r\n") * 64


async def _send(request: bytes, port: int) -> None:
    """One request, and its answer to the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        await writer.drain()
        await reader.readuntil(b"\r\n\r\n")
    finally:
        writer.close()


def drill(folder: Path, say: Say) -> list[str]:
    """Each again and again on eight connections."""
    attacks = {name: partial(many, _CONNECTIONS, partial(_send, request)) for name, request in _requests().items()}
    return attacked(folder, say, attacks)

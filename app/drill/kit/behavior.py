"""What a server may do with a request that it has read, instead of answering it."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable

Behavior = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]
"""Does what it likes with a connection, on which a request with this head has come."""

_OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
_DOCUMENT = b'{"success": true, "outcome": "success", "id": "'


def answering(head: bytes, body: bytes = b"") -> Behavior:
    """The same bytes for every request."""

    async def answer(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(head + b"content-length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()

    return answer


def _endless(beginning: bytes, more: bytes) -> Behavior:
    async def go_on(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(beginning)
        while True:
            writer.write(more)
            await writer.drain()
            await asyncio.sleep(0)

    return go_on


async def silent(_head: bytes, _writer: asyncio.StreamWriter) -> None:
    """It says nothing, and does not hang up."""
    await asyncio.sleep(60.0)


async def dripping(_head: bytes, writer: asyncio.StreamWriter) -> None:
    """One byte of the body every 20 ms: no single read ever takes long."""
    writer.write(_OK + b"content-length: 1000\r\n\r\n")
    for _ in range(1_000):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


endless_headers = _endless(b"HTTP/1.1 200 OK\r\n", b"x-more: " + b"x" * 1_000 + b"\r\n")
endless_body = _endless(b"HTTP/1.1 503 Busy\r\ncontent-length: 1000000000\r\n\r\n", b"x" * 65_536)


async def resetting(_head: bytes, writer: asyncio.StreamWriter) -> None:
    """It resets the connection."""
    writer.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def cut_off(_head: bytes, writer: asyncio.StreamWriter) -> None:
    """A success that ends in the middle of its body."""
    writer.write(_OK + b"content-length: 1000\r\n\r\n" + _DOCUMENT)
    await writer.drain()
    writer.close()


async def no_http(_head: bytes, writer: asyncio.StreamWriter) -> None:
    """Bytes that are no answer of HTTP."""
    writer.write(b"\x00\xff SMTP ready\r\n" * 100)
    await writer.drain()
    writer.close()


async def redirecting(head: bytes, writer: asyncio.StreamWriter) -> None:
    """It sends whoever asks on to another path of this server, and from there to itself."""
    (host,) = [line[6:] for line in head.split(b"\r\n") if line.lower().startswith(b"host: ")]
    writer.write(b"HTTP/1.1 307 Go on\r\nlocation: http://%b/elsewhere\r\ncontent-length: 0\r\n\r\n" % host)
    await writer.drain()


STRANGE: dict[str, Behavior] = {
    "silent": silent,
    "dripping": dripping,
    "endless-headers": endless_headers,
    "endless-body": endless_body,
    "resetting": resetting,
    "cut-off": cut_off,
    "no-http": no_http,
    "redirecting": redirecting,
    "failing": answering(b"HTTP/1.1 500 Oops\r\n", b"<html>upstream</html>"),
}
"""What no sender may take for a success, or wait for without an end."""

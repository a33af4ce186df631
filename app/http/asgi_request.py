"""One HTTP request through ASGI: its body is read within limits, its answer sent as a whole."""

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

BODY_MAX = 65_536
"""64 kB: a lead is two; more is an attack or an accident, and is answered 413."""

KEYLESS_BODY_MAX = 16_384
"""The same where no header has a key: more is not read to look for one."""

OF_CONNECTION = frozenset({"client", "server", "scheme"})
"""What a scope says of the connection on which its request came."""

ALWAYS = ((b"x-content-type-options", b"nosniff"),)
"""Headers of every answer to a seller's program; what browsers open has more."""


class BodyTooLarge(Exception):
    """A body exceeds what a lead can need."""


class ClientGone(Exception):
    """The client closed the connection before its request was complete: there is no one to answer."""


async def receive_body(receive: Receive, length_max: int = BODY_MAX) -> bytes:
    """The whole body. BodyTooLarge beyond the bound, ClientGone where it breaks off."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        body += message.get("body", b"")
        if len(body) > length_max:
            raise BodyTooLarge
        more = message.get("more_body", False)
    return body


async def send_answer(
    send: Send, status: int, content_type: bytes, body: bytes, extra: Sequence[tuple[bytes, bytes]] = ()
) -> None:
    """Send one complete answer; it always has a Content-Type, a length, and what all of them have."""
    headers = [(b"content-type", content_type), (b"content-length", b"%d" % len(body)), *ALWAYS, *extra]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

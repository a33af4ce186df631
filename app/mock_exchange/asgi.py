"""The little that a plain ASGI application needs: a request's body, and an answer."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
SendMessage = Callable[[Message], Awaitable[None]]


async def read(receive: Receive) -> bytes:
    """The whole body."""
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)


async def send_head(send: SendMessage, status: int, headers: Mapping[str, str]) -> None:
    """What stands before a body."""
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})


async def send_answer(send: SendMessage, status: int, headers: Mapping[str, str], content: bytes) -> None:
    """A whole answer."""
    await send_head(send, status, headers)
    await send({"type": "http.response.body", "body": content})

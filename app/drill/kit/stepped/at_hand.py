"""A service in this very process, asked without a network: for who must see everything that it does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from app.http.application import Application
from app.http.asgi_request import Message


class SellerCall(msgspec.Struct, frozen=True, kw_only=True):
    """A request to the service."""

    method: str
    path: str
    key: str
    body: bytes = b""


class CallAnswer(msgspec.Struct, frozen=True):
    """What it answers."""

    status: int
    body: bytes


class NotStarted(Exception):
    """It did not come up; the text is what it said."""


@asynccontextmanager
async def started(application: Application) -> AsyncIterator[None]:
    """The service is up as long as this lasts. NotStarted."""
    stop, said = asyncio.Event(), asyncio.Queue[Message]()
    heard = [{"type": "lifespan.startup"}]

    async def receive() -> Message:
        if heard:
            return heard.pop()
        await stop.wait()
        return {"type": "lifespan.shutdown"}

    async def serve() -> None:
        await application({"type": "lifespan"}, receive, said.put)

    service, first = asyncio.create_task(serve()), asyncio.create_task(said.get())
    await asyncio.wait((service, first), return_when=asyncio.FIRST_COMPLETED)
    if not first.done():
        await service
    if first.result()["type"] != "lifespan.startup.complete":
        await service
        raise NotStarted(first.result()["message"])
    try:
        yield
    finally:
        stop.set()
        await service


async def asked(application: Application, sent: SellerCall) -> CallAnswer:
    """What the application answers."""
    status, body, whole = 0, bytearray(), [{"type": "http.request", "body": sent.body, "more_body": False}]

    async def receive() -> Message:
        if whole:
            return whole.pop()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal status, body
        status = message.get("status", status)
        body += message.get("body", b"")

    path, _, query = sent.path.partition("?")
    headers = [(b"host", b"year"), (b"x-api-key", sent.key.encode()), (b"content-type", b"application/json")]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": sent.method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [*headers, (b"content-length", str(len(sent.body)).encode())],
        "client": ("127.0.0.1", 40_000),
        "server": ("127.0.0.1", 8_080),
    }
    await application(scope, receive, send)
    return CallAnswer(status, bytes(body))

"""The rival buyers of our service over HTTP, with everything that real ones do wrong."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable

import msgspec

from app.dialects.answers import write_ping_answer, write_post_answer, write_receipt
from app.mock_exchange.asgi import Message, Receive, SendMessage, read, send_answer, send_head
from app.mock_exchange.market.book import Book, Counts
from app.mock_exchange.market.rival import Lead, Rival, Rule
from app.wire.feedback import Receipt
from app.wire.ping import Value
from app.wire.post import PostAnswer

__all__ = ["Counts", "Rival", "RivalServers", "Rule"]


class RivalReply(msgspec.Struct, frozen=True):
    """One answer. With `cut` the connection ends after its head."""

    content: bytes
    status: int = 200
    kind: str = "application/json"
    cut: bool = False


BROKEN = (
    RivalReply(b"Internal Server Error", 500, "text/plain"),
    RivalReply(b"<html><body>Service Unavailable</body></html>", 503, "text/html"),
)
MALFORMED = (
    RivalReply(b"<!DOCTYPE html><html><body>We will be back soon.</body></html>", kind="text/html"),
    RivalReply(b'[{"status":"accepted","ping_id":"1","price":25.00}]'),
    RivalReply(b'{"status":"accepted","ping_id":"1","price":25.0'),
    RivalReply(b'{"status":"accepted","ping_id":"1","price":NaN}'),
    RivalReply(b'{"status":"accepted","ping_id":"1","price":"twenty-five dollars"}'),
    RivalReply(b""),
    RivalReply(b"", 204),
)


class RivalServers:
    """An ASGI application: beneath `/rivals/{name}` each rival answers `POST /v1/ping`, `POST /v1/post`,
    `POST /v1/notices` and `GET /v1/posts/{ping_id}`, whatever the key. `clock` gives UTC epoch seconds.

    Where a rival hangs up after a sale, the server that runs this logs an answer that was not completed.
    """

    def __init__(
        self,
        rivals: Iterable[Rival],
        seed: int,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._books = {rival.name: Book(rival, seed) for rival in rivals}
        self._clock = clock
        self._sleep = sleep

    def counts(self) -> dict[str, Counts]:
        """By rival, so far."""
        return {name: book.counts for name, book in self._books.items()}

    async def __call__(self, scope: Message, receive: Receive, send: SendMessage) -> None:
        if scope["type"] != "http":
            return
        body = await read(receive)
        reply = await self._reply(scope["method"], scope["path"], body)
        if reply is None:
            await _until_gone(receive)
        elif reply.cut:
            await send_head(send, reply.status, _headers(reply))
        else:
            await send_answer(send, reply.status, _headers(reply), reply.content)

    async def _reply(self, method: str, path: str, body: bytes) -> RivalReply | None:
        """None where there shall be no answer, ever."""
        route = _ROUTE.fullmatch(path)
        book = self._books.get(route["rival"]) if route else None
        if route is None or book is None:
            return _NOT_FOUND
        wanted = f"{method} {route['route']}"
        if wanted == "GET posts":
            kept = book.kept(route["bid_id"] or "")
            return _UNKNOWN if kept is None else _posted(kept)
        if wanted == "POST notices":
            return _RECORDED
        lead = _lead(body)
        if lead is None:
            return _UNREADABLE
        if wanted == "POST ping":
            return await self._ping(book, lead)
        if wanted == "POST post":
            posted = book.post(lead, self._clock())
            return msgspec.structs.replace(_posted(posted.answer), cut=posted.is_lost)
        return _NOT_FOUND

    async def _ping(self, book: Book, lead: Lead) -> RivalReply | None:
        pinged = book.ping(lead, self._clock())
        if pinged.late_s:
            await self._sleep(pinged.late_s)
        if pinged.answer is not None:
            return RivalReply(write_ping_answer(pinged.answer, "json"))
        if pinged.manner == "hang":
            return None
        return book.chance(lead).one_of(pinged.manner, MALFORMED if pinged.manner == "malformed" else BROKEN)


_ROUTE = re.compile(r"/rivals/(?P<rival>[^/]+)/v1/(?P<route>ping|post|notices|posts)(/(?P<bid_id>.+))?")
_NOT_FOUND = RivalReply(b'{"status":"error","reason":"no such endpoint"}', 404)
_UNREADABLE = RivalReply(write_receipt(Receipt(status="rejected", reason_code="invalid_field"), "json"), 400)
_RECORDED = RivalReply(write_receipt(Receipt(status="recorded"), "json"))
_UNKNOWN = RivalReply(
    write_post_answer(PostAnswer(status="reping", ping_id="", reason_code="ping_unknown"), "json"), 404
)

_decode = msgspec.json.Decoder(dict[str, Value | None]).decode


def _lead(body: bytes) -> Lead | None:
    try:
        told = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return {name: value for name, value in told.items() if value is not None}


def _posted(answer: PostAnswer) -> RivalReply:
    return RivalReply(write_post_answer(answer, "json"))


def _headers(reply: RivalReply) -> dict[str, str]:
    if reply.status == 204:
        return {}
    return {"content-type": reply.kind, "content-length": str(len(reply.content))}


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

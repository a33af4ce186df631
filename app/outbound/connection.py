"""One connection for requests of ours, one at a time: each goes out in one piece, and whatever comes back is told.

httpcore's own takes five times as long: it reads with a parser in Python, writes in pieces, and takes locks and time
limits at each step. One of ours is never left in doubt: it either waits for the next request or is closed, also where
who asked is cancelled.
"""

import asyncio
from typing import Any

import httpcore

from app.outbound.answer_reader import AnswerReader
from app.outbound.message import OutboundAnswer


class OutboundConnection(asyncio.Protocol):
    """Made by the loop's `create_connection`; closed with the first exchange that leaves anything unread or unsent."""

    def __init__(self) -> None:
        self.free_since = 0.0
        self._transport: Any = None
        self._reader: AnswerReader | None = None
        # It never holds an exception: who is cancelled as one comes would not retrieve it.
        self._answer: asyncio.Future[OutboundAnswer | Exception] | None = None

    @property
    def is_open(self) -> bool:
        """Whether it can take a request, as far as we know."""
        return self._transport is not None and not self._transport.is_closing()

    async def ask(self, request: bytes, body_bytes_max: int, ends_at: float) -> OutboundAnswer:
        """The answer to these bytes, by this time of the loop. Raises what the network, or HTTP, has against it."""
        if not self.is_open:
            # It was closed in the turn in which it was made, and nothing will be told of it any more.
            raise httpcore.RemoteProtocolError("the other side broke off")
        loop = asyncio.get_running_loop()
        self._reader, self._answer = AnswerReader(body_bytes_max), loop.create_future()
        timer = loop.call_at(ends_at, self._tell, TimeoutError("out of time"))
        is_whole = False
        try:
            self._transport.write(request)
            answer = await self._answer
            if isinstance(answer, Exception):
                raise answer
            is_whole = not self._reader.is_last and not self._transport.get_write_buffer_size()
            return answer
        finally:
            timer.cancel()
            self._reader = self._answer = None
            if not is_whole:
                self.abort()

    def abort(self) -> None:
        """Close it at once, whatever is under way."""
        if self._transport is not None:
            self._transport.abort()

    # What the loop tells of it.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open, over TLS with the certificate checked."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Read on; what nobody asked for is not read."""
        if self._reader is None or self._answer is None or self._answer.done():
            self.abort()
            return
        try:
            answer = self._reader.feed(data)
        except httpcore.RemoteProtocolError as error:
            self._tell(error)
        else:
            if answer is not None:
                self._tell(answer)

    def eof_received(self) -> None:
        """The other side says no more; returning nothing closes ours."""
        self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is closed."""
        if exc is not None:
            self._tell(exc)
        self._end()

    def _end(self) -> None:
        if self._reader is None or self._answer is None or self._answer.done():
            return
        try:
            self._tell(self._reader.end())
        except httpcore.RemoteProtocolError as error:
            self._tell(error)

    def _tell(self, answer: OutboundAnswer | Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(answer)

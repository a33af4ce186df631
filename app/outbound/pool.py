"""Connections that are kept open for the next request, by where they lead.

httpcore's own pool compares all its connections with each other for every request: with 64 of them that took 5 ms. Here
the caller says how many requests are under way, and the last connection that became free is the next to be used.
"""

import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpcore

KEPT_S = 30.0
"""So long a connection may wait for the next request."""

KEPT_MAX = 256
"""So many may wait for one place: more than any destination is sent at once."""


class ConnectionPool:
    """For requests whose connections `network` makes. Any number may be under way."""

    def __init__(self, ssl_context: ssl.SSLContext, network: httpcore.AsyncNetworkBackend) -> None:
        self._ssl_context = ssl_context
        self._network = network
        self._idle: dict[str, list[httpcore.AsyncHTTPConnection]] = {}

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        url: httpcore.URL,
        headers: Sequence[tuple[bytes, bytes]],
        content: bytes | None,
        extensions: Mapping[str, Any],
    ) -> AsyncIterator[httpcore.Response]:
        """The response to a request; what is left unread when this ends is not read, and its connection closed."""
        connection = await self._take(url.origin)
        try:
            async with connection.stream(
                method, url, headers=headers, content=content, extensions=dict(extensions)
            ) as response:
                yield response
        finally:
            await self._put_back(url.origin, connection)

    @property
    def connections(self) -> list[httpcore.AsyncHTTPConnection]:
        """Those that wait for a request."""
        return [connection for waiting in self._idle.values() for connection in waiting]

    async def aclose(self) -> None:
        """Close those that wait."""
        waiting = self.connections
        self._idle.clear()
        for connection in waiting:
            await connection.aclose()

    async def _take(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        """One that leads there and is still open at the other end, or a new one."""
        waiting = self._idle.get(str(origin), [])
        while waiting:
            connection = waiting.pop()
            if not connection.has_expired():
                return connection
            await connection.aclose()
        return httpcore.AsyncHTTPConnection(
            origin, ssl_context=self._ssl_context, keepalive_expiry=KEPT_S, network_backend=self._network
        )

    async def _put_back(self, origin: httpcore.Origin, connection: httpcore.AsyncHTTPConnection) -> None:
        waiting = self._idle.setdefault(str(origin), [])
        # The first has waited longest: one after the other those go that are not needed any more.
        ended = [waiting.pop(0)] if waiting and waiting[0].has_expired() else []
        if connection.is_idle() and len(waiting) < KEPT_MAX:
            waiting.append(connection)
        else:
            ended.append(connection)
        for each in ended:
            await each.aclose()

"""Connections that are kept open for the next request, by where they lead.

The caller says how many requests are under way, and the last connection that became free is the next to be used.
"""

import asyncio
import ssl
import time
from urllib.parse import SplitResult

from app.outbound.connection import OutboundConnection
from app.outbound.message import OutboundAnswer, OutboundRequest
from app.outbound.network import VettedNetwork
from app.outbound.origin import Origin
from app.outbound.request_writer import request_bytes

KEPT_S = 30.0
"""So long a connection may wait for the next request, unless its pool says otherwise."""

KEPT_MAX = 256
"""So many may wait for one place: more than any destination is sent at once."""


class ConnectionPool:
    """For requests whose connections `network` makes. Any number may be under way; one waits for `kept_s` at most."""

    def __init__(self, ssl_context: ssl.SSLContext, network: VettedNetwork, kept_s: float = KEPT_S) -> None:
        self._ssl_context = ssl_context
        ssl_context.set_alpn_protocols(["http/1.1"])
        self._network = network
        self._kept_s = kept_s
        self._idle: dict[Origin, list[OutboundConnection]] = {}
        self._is_closed = False

    async def ask(self, request: OutboundRequest, url: SplitResult, origin: Origin, ends_at: float) -> OutboundAnswer:
        """The answer from its address by this time of the loop. Raises what the network, or HTTP, has against it."""
        message = request_bytes(request, url, origin)
        connection = self._take(origin)
        if connection is None:
            context = self._ssl_context if origin.is_secure else None
            connection = await self._network.connect(origin.host, origin.port, ends_at, context)
        try:
            return await connection.ask(message, request.body_bytes_max, ends_at)
        finally:
            self._put_back(origin, connection)

    @property
    def connections(self) -> list[OutboundConnection]:
        """Those that wait for a request."""
        return [connection for waiting in self._idle.values() for connection in waiting]

    async def aclose(self) -> None:
        """Close those that wait, and each other one after its request."""
        self._is_closed = True
        waiting = self.connections
        self._idle.clear()
        for connection in waiting:
            connection.abort()
        # Until the loop has closed their sockets.
        await asyncio.sleep(0)

    def _take(self, origin: Origin) -> OutboundConnection | None:
        """The last that became free and is still open."""
        waiting = self._idle.get(origin, [])
        while waiting:
            connection = waiting.pop()
            if self._is_fresh(connection):
                return connection
            connection.abort()
        return None

    def _put_back(self, origin: Origin, connection: OutboundConnection) -> None:
        waiting = self._idle.setdefault(origin, [])
        if waiting and not self._is_fresh(waiting[0]):
            # The first has waited longest: one after the other those go that are not needed any more.
            waiting.pop(0).abort()
        if connection.is_open and not self._is_closed and len(waiting) < KEPT_MAX:
            connection.free_since = time.monotonic()
            waiting.append(connection)
        else:
            connection.abort()

    def _is_fresh(self, connection: OutboundConnection) -> bool:
        return connection.is_open and time.monotonic() - connection.free_since < self._kept_s

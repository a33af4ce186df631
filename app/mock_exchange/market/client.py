"""Calls any buyer over HTTP, and always returns a value in time: a buyer is never trusted."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote

import httpcore
import msgspec

from app.mock_exchange.market.replies import (
    Answered,
    Offered,
    PingReply,
    PostReply,
    PublishedAppetite,
    Unanswered,
    ping_reply,
    post_reply,
    published_appetite,
)
from app.wire.ping import Value

__all__ = ["BuyerEndpoint", "ExchangeClient", "Offered", "PingReply", "PostReply"]

BODY_MAX = 65_536
"""Bytes of an answer. Who says more is not listened to, and the connection is closed."""
LIST_MAX = 1_048_576
"""The same of a list of all that is bought."""

Header = tuple[bytes, bytes]

# Servers commonly close a connection that has been idle for five seconds; a request should not meet that moment.
_KEEP_ALIVE_S = 4.0


class BuyerEndpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where a buyer listens (`url` is what stands before `/v1/ping`), and our key there."""

    name: str
    url: str
    key: str = ""

    def __repr__(self) -> str:
        return f"Buyer({self.name!r}, {self.url!r})"


class ExchangeClient:
    """Keeps connections open between leads. `timeout_s` bounds a request as a whole, from the look-up of the buyer's
    name to the last byte. Nothing is taken from the environment, no redirect followed, nothing unpacked.
    """

    # Each buyer has its own pool: httpcore looks at every connection of a pool for every request, so that one pool for
    # all took twice the processor time with five buyers. Nor can one who floods us be in the way of another.
    def __init__(self, timeout_s: float, clock: Callable[[], float] = time.perf_counter) -> None:
        self._timeout_s = timeout_s
        self._clock = clock
        # httpcore does not close a connection that is cancelled within its TLS handshake, but one that takes too long.
        self._limits = {"timeout": {"connect": 0.9 * timeout_s}}
        self._ssl_context = httpcore.default_ssl_context()
        self._pools: dict[str, httpcore.AsyncConnectionPool] = {}

    async def ping(self, buyer: BuyerEndpoint, body: Mapping[str, Value]) -> PingReply:
        """Offer a lead without its identity."""
        started = self._clock()
        answered = await self._ask(buyer, "POST", "/v1/ping", body)
        return ping_reply(answered, self._ms_since(started))

    async def post(self, buyer: BuyerEndpoint, body: Mapping[str, Value]) -> PostReply:
        """Sell the whole lead."""
        started = self._clock()
        answered = await self._ask(buyer, "POST", "/v1/post", body)
        return post_reply(answered, self._ms_since(started))

    async def notice(self, buyer: BuyerEndpoint, body: Mapping[str, Value]) -> bool:
        """Tell how the auction went; whether the buyer took note."""
        answered = await self._ask(buyer, "POST", "/v1/notices", body)
        return isinstance(answered, Answered) and 200 <= answered.status < 300

    async def appetite(self, buyer: BuyerEndpoint, etag: str) -> PublishedAppetite | None:
        """What a buyer says that it buys of us, or that nothing changed since `etag`; `None` where it says nothing."""
        headers = [(b"if-none-match", etag.encode())] if etag else []
        return published_appetite(await self._ask(buyer, "GET", "/v1/appetite", headers=headers, most=LIST_MAX))

    async def state(self, buyer: BuyerEndpoint, ping_id: str) -> PostReply:
        """What became of a post whose answer was lost; `rejected` with `ping_unknown` where it never arrived."""
        started = self._clock()
        answered = await self._ask(buyer, "GET", f"/v1/posts/{quote(ping_id, safe='', errors='replace')}")
        return post_reply(answered, self._ms_since(started))

    async def aclose(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            await pool.aclose()
        self._pools.clear()

    async def _ask(
        self,
        buyer: BuyerEndpoint,
        method: str,
        path: str,
        body: Mapping[str, Value] | None = None,
        headers: Sequence[Header] = (),
        most: int = BODY_MAX,
    ) -> Answered | Unanswered:
        content = None if body is None else msgspec.json.encode(dict(body))
        sent = [(b"x-api-key", buyer.key.encode()), *_HEADERS, *headers]
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._exchange(buyer, method, path, sent, content, most)
        except (TimeoutError, httpcore.TimeoutException):
            return Unanswered("timeout")
        except httpcore.ConnectError:
            return Unanswered("error", "no connection")
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError, ValueError):
            return Unanswered("error", "broken http")

    async def _exchange(
        self, buyer: BuyerEndpoint, method: str, path: str, headers: list[Header], content: bytes | None, most: int
    ) -> Answered | Unanswered:
        url = buyer.url.rstrip("/") + path
        async with self._pool(buyer).stream(
            method, url, headers=headers, content=content, extensions=self._limits
        ) as response:
            received = bytearray()
            async for chunk in response.aiter_stream():
                received += chunk
                if len(received) > most:
                    return Unanswered("malformed", "too long")
            etag = next((value for name, value in response.headers if name.lower() == b"etag"), b"")
            return Answered(response.status, bytes(received), etag.decode("latin-1"))

    def _pool(self, buyer: BuyerEndpoint) -> httpcore.AsyncConnectionPool:
        if buyer.url not in self._pools:
            self._pools[buyer.url] = httpcore.AsyncConnectionPool(
                self._ssl_context, max_connections=None, keepalive_expiry=_KEEP_ALIVE_S
            )
        return self._pools[buyer.url]

    def _ms_since(self, started: float) -> float:
        return (self._clock() - started) * 1000.0


_HEADERS = [(b"content-type", b"application/json"), (b"accept", b"application/json"), (b"accept-encoding", b"identity")]

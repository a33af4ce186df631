"""Calls any buyer over HTTP, and always returns a value in time: a buyer is never trusted."""

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal
from urllib.parse import quote, urlsplit

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
from app.outbound.message import OutboundRequest
from app.outbound.sender import Sender
from app.wire.ping import Value

__all__ = ["BuyerEndpoint", "ExchangeClient", "Offered", "PingReply", "PostReply"]

BODY_MAX = 65_536
"""Bytes of an answer. Who says more is not listened to, and the connection is closed."""
LIST_MAX = 1_048_576
"""The same of a list of all that is bought."""

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

    def __init__(self, timeout_s: float, clock: Callable[[], float] = time.perf_counter) -> None:
        self._timeout_s = timeout_s
        self._clock = clock
        self._sender = Sender(kept_s=_KEEP_ALIVE_S)

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
        headers = {"if-none-match": etag} if etag else {}
        return published_appetite(await self._ask(buyer, "GET", "/v1/appetite", headers=headers, most=LIST_MAX))

    async def state(self, buyer: BuyerEndpoint, ping_id: str) -> PostReply:
        """What became of a post whose answer was lost; `rejected` with `ping_unknown` where it never arrived."""
        started = self._clock()
        answered = await self._ask(buyer, "GET", f"/v1/posts/{quote(ping_id, safe='', errors='replace')}")
        return post_reply(answered, self._ms_since(started))

    async def aclose(self) -> None:
        """Close every connection."""
        await self._sender.aclose()

    async def _ask(
        self,
        buyer: BuyerEndpoint,
        method: Literal["GET", "POST"],
        path: str,
        body: Mapping[str, Value] | None = None,
        headers: Mapping[str, str] = MappingProxyType({}),
        most: int = BODY_MAX,
    ) -> Answered | Unanswered:
        try:
            host = urlsplit(buyer.url).hostname or ""
        except ValueError:
            return Unanswered("error", "no connection")
        request = OutboundRequest(
            method=method,
            url=buyer.url.rstrip("/") + path,
            headers={"x-api-key": buyer.key, **_HEADERS, **headers},
            body=b"" if body is None else msgspec.json.encode(dict(body)),
            timeout_s=self._timeout_s,
            body_bytes_max=most + 1,
            # Whoever runs an exchange says where its buyers are, and most are on the same machine.
            private_hosts=frozenset([host]),
        )
        answer = await self._sender.send(request)
        if answer.trouble == "timeout":
            return Unanswered("timeout")
        if answer.trouble:
            return Unanswered("error", "broken http" if answer.trouble == "protocol" else "no connection")
        if len(answer.body) > most:
            return Unanswered("malformed", "too long")
        return Answered(answer.status, answer.body, answer.headers.get("etag", ""))

    def _ms_since(self, started: float) -> float:
        return (self._clock() - started) * 1000.0


_HEADERS = {"content-type": "application/json", "accept": "application/json", "accept-encoding": "identity"}

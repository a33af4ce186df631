"""Sends a request to a CRM and always comes back with an answer: trouble on the way is one, too."""

import asyncio
import logging
import ssl
import time
from urllib.parse import urlsplit

import httpcore

from app.crm.egress import CONNECT_TIMEOUT_S, AddressRefused, NameUnknown, Resolve, VettedBackend, resolve_by_system
from app.crm.message import Answer, Request, Trouble
from app.domain.delivery.destination import Destination

BODY_MAX = 65_536
"""Bytes of an answer that are read; the rest is left on the wire, and the connection closed."""


class Sender:
    """Keeps connections open between leads, in one pool for each set of privately allowed hosts.

    Nothing is taken from the environment (proxies, `.netrc`), no redirect is followed, no cookie kept.
    """

    def __init__(self, resolve: Resolve = resolve_by_system, ssl_context: ssl.SSLContext | None = None) -> None:
        self._resolve = resolve
        self._ssl_context = ssl_context or httpcore.default_ssl_context()
        self._pools: dict[frozenset[str], httpcore.AsyncConnectionPool] = {}
        _silence_logs_of_addresses()

    async def send(self, destination: Destination, request: Request) -> Answer:
        """The answer, in no more than the destination's `timeout_ms`."""
        started = time.monotonic()
        answer = await self._answer(destination, request)
        return Answer(
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            trouble=answer.trouble,
            took_s=time.monotonic() - started,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            await pool.aclose()
        self._pools.clear()

    async def _answer(self, destination: Destination, request: Request) -> Answer:
        allowed = frozenset(host.lower() for host in destination.allow_private_hosts)
        parts = urlsplit(request.url)
        if parts.scheme != "https" and parts.hostname not in allowed:
            return Answer(trouble="refused_address")
        try:
            async with asyncio.timeout(destination.timeout_ms / 1000):
                return await _exchange(self._pool(allowed), request)
        except (TimeoutError, OSError, ValueError, *_HTTP_TROUBLE) as error:
            return Answer(trouble=_trouble(error))

    def _pool(self, allowed: frozenset[str]) -> httpcore.AsyncConnectionPool:
        if allowed not in self._pools:
            self._pools[allowed] = httpcore.AsyncConnectionPool(
                ssl_context=self._ssl_context,
                max_connections=None,
                max_keepalive_connections=32,
                keepalive_expiry=30.0,
                network_backend=VettedBackend(allowed, self._resolve),
            )
        return self._pools[allowed]


_HTTP_TROUBLE = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
)


async def _exchange(pool: httpcore.AsyncConnectionPool, request: Request) -> Answer:
    headers = [(name.encode(), value.encode()) for name, value in request.headers.items()]
    content = request.body if request.method != "GET" else None
    limits = {"timeout": {"connect": CONNECT_TIMEOUT_S}}
    async with pool.stream(
        request.method, request.url, headers=headers, content=content, extensions=limits
    ) as response:
        body = bytearray()
        async for chunk in response.aiter_stream():
            body += chunk
            if len(body) >= BODY_MAX:
                break
        return Answer(status=response.status, headers=_headers(response.headers), body=bytes(body[:BODY_MAX]))


def _headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw}


def _trouble(error: BaseException) -> Trouble:
    if isinstance(error, AddressRefused):
        return "refused_address"
    if isinstance(error, NameUnknown):
        return "dns"
    if isinstance(error, (TimeoutError, httpcore.TimeoutException)):
        return "timeout"
    if _caused_by_tls(error):
        return "tls"
    return "connect" if isinstance(error, (OSError, httpcore.NetworkError)) else "protocol"


def _caused_by_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _silence_logs_of_addresses() -> None:
    """Both libraries log whole addresses, in which some CRMs want the lead and our key."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)

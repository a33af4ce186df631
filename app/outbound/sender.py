"""Sends a request and always comes back with an answer, in time: trouble on the way is one, too."""

import asyncio
import logging
import ssl
import time
from typing import Protocol
from urllib.parse import urlsplit

import httpcore
from msgspec.structs import replace

from app.outbound.allowance import ALLOWANCE, Allowance
from app.outbound.file_drop import append_line
from app.outbound.message import OutboundAnswer, OutboundLine, OutboundMail, OutboundRequest, OutboundTrouble, Outgoing
from app.outbound.network import (
    CONNECT_TIMEOUT_S,
    AddressRefused,
    NameUnknown,
    Resolve,
    VettedNetwork,
    resolve_by_system,
)
from app.outbound.pool import ConnectionPool
from app.outbound.smtp import post_mail


class OutboundSender(Protocol):
    """A way out to the network."""

    async def send(self, request: Outgoing) -> OutboundAnswer:
        """The answer, in time; trouble on the way is one."""
        ...

    async def aclose(self) -> None:
        """Close every connection."""
        ...


class Sender:
    """Keeps connections open between requests, in one pool for each set of private hosts.

    Nothing is taken from the environment (proxies, `.netrc`), no redirect is followed, no cookie kept, nothing
    unpacked.
    """

    def __init__(self, resolve: Resolve = resolve_by_system, ssl_context: ssl.SSLContext | None = None) -> None:
        self._resolve = resolve
        self._ssl_context = ssl_context or httpcore.default_ssl_context()
        self._pools: dict[frozenset[str], ConnectionPool] = {}
        _silence_logs_of_addresses()

    async def send(self, request: Outgoing) -> OutboundAnswer:
        """The answer, in no more than the request's `timeout_s`.

        Who is cancelled while it waits here leaves nothing behind: the exchange has ended before that goes on.
        """
        started = time.monotonic()
        if isinstance(request, OutboundLine):
            answer = await asyncio.to_thread(append_line, request)
            return replace(answer, took_s=time.monotonic() - started)
        allowance = Allowance(asyncio.get_running_loop().time() + request.timeout_s)
        exchange = asyncio.create_task(self._answer(request, allowance))
        try:
            await asyncio.wait([exchange])
        except asyncio.CancelledError:
            allowance.end()
            await asyncio.gather(exchange, return_exceptions=True)
            raise
        return replace(exchange.result(), took_s=time.monotonic() - started)

    async def aclose(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            await pool.aclose()
        self._pools.clear()

    async def _answer(self, request: OutboundRequest | OutboundMail, allowance: Allowance) -> OutboundAnswer:
        private_hosts = frozenset(host.lower() for host in request.private_hosts)
        ALLOWANCE.set(allowance)
        if isinstance(request, OutboundMail):
            try:
                network = VettedNetwork(private_hosts, self._resolve)
                return await post_mail(request, network, self._ssl_context)
            except (OSError, ValueError, *_HTTP_TROUBLE) as error:
                return OutboundAnswer(trouble=_trouble(error))
        parts = urlsplit(request.url)
        if parts.scheme != "https" and parts.hostname not in private_hosts:
            return OutboundAnswer(trouble="refused_address")
        try:
            return await _exchange(self._pool(private_hosts), request)
        except (OSError, ValueError, *_HTTP_TROUBLE) as error:
            return OutboundAnswer(trouble=_trouble(error))

    def _pool(self, private_hosts: frozenset[str]) -> ConnectionPool:
        if private_hosts not in self._pools:
            network = VettedNetwork(private_hosts, self._resolve)
            self._pools[private_hosts] = ConnectionPool(self._ssl_context, network)
        return self._pools[private_hosts]


_HTTP_TROUBLE = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
)


async def _exchange(pool: ConnectionPool, request: OutboundRequest) -> OutboundAnswer:
    headers = [(name.encode(), value.encode()) for name, value in request.headers.items()]
    content = request.body if request.method != "GET" else None
    limits = {"timeout": {"connect": min(CONNECT_TIMEOUT_S, request.timeout_s)}}
    async with pool.stream(request.method, httpcore.URL(request.url), headers, content, limits) as response:
        body = bytearray()
        async for chunk in response.aiter_stream():
            body += chunk
            if len(body) >= request.body_bytes_max:
                # The rest is left on the wire, and the connection closed.
                break
        return OutboundAnswer(
            status=response.status, headers=_headers(response.headers), body=bytes(body[: request.body_bytes_max])
        )


def _headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw}


def _trouble(error: BaseException) -> OutboundTrouble:
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

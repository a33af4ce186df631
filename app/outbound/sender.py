"""Sends a request and always comes back with an answer, in time: trouble on the way is one, too."""

import asyncio
import logging
import ssl
import time
from collections.abc import Coroutine
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpcore
from msgspec.structs import replace

from app.outbound.allowance import ALLOWANCE, Allowance
from app.outbound.file_drop import append_line
from app.outbound.message import OutboundAnswer, OutboundLine, OutboundMail, OutboundTrouble, Outgoing
from app.outbound.network import (
    AddressRefused,
    NameUnknown,
    Resolve,
    VettedNetwork,
    resolve_by_system,
)
from app.outbound.origin import origin_of
from app.outbound.pool import KEPT_S, ConnectionPool
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
    unpacked. A connection that has waited for `kept_s` seconds is used no more.
    """

    def __init__(
        self,
        resolve: Resolve = resolve_by_system,
        ssl_context: ssl.SSLContext | None = None,
        kept_s: float = KEPT_S,
    ) -> None:
        self._resolve = resolve
        self._ssl_context = ssl_context or httpcore.default_ssl_context()
        self._kept_s = kept_s
        self._pools: dict[frozenset[str], ConnectionPool] = {}
        _silence_logs_of_addresses()

    async def send(self, request: Outgoing) -> OutboundAnswer:
        """The answer, in no more than the request's `timeout_s`.

        Who is cancelled while it waits here leaves nothing behind.
        """
        started = time.monotonic()
        try:
            answer = await self._answer(request)
        except (OSError, ValueError, *_HTTP_TROUBLE) as error:
            answer = OutboundAnswer(trouble=_trouble(error))
        return replace(answer, took_s=time.monotonic() - started)

    async def aclose(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            await pool.aclose()
        self._pools.clear()

    async def _answer(self, request: Outgoing) -> OutboundAnswer:
        if isinstance(request, OutboundLine):
            return await asyncio.to_thread(append_line, request)
        ends_at = asyncio.get_running_loop().time() + request.timeout_s
        private_hosts = frozenset([host.lower() for host in request.private_hosts])
        if isinstance(request, OutboundMail):
            return await self._mail(request, VettedNetwork(private_hosts, self._resolve), ends_at)
        url = urlsplit(request.url)
        origin = origin_of(url.scheme, url.netloc)
        if not origin.is_secure and origin.host not in private_hosts:
            return OutboundAnswer(trouble="refused_address")
        return await self._pool(private_hosts).ask(request, url, origin, ends_at)

    async def _mail(self, mail: OutboundMail, network: VettedNetwork, ends_at: float) -> OutboundAnswer:
        """In a task of its own: who is cancelled here waits until the exchange has ended."""
        allowance = Allowance(ends_at)
        exchange = asyncio.create_task(_within(allowance, post_mail(mail, network, self._ssl_context)))
        try:
            await asyncio.wait([exchange])
        except asyncio.CancelledError:
            allowance.end()
            await asyncio.gather(exchange, return_exceptions=True)
            raise
        return exchange.result()

    def _pool(self, private_hosts: frozenset[str]) -> ConnectionPool:
        if private_hosts not in self._pools:
            network = VettedNetwork(private_hosts, self._resolve)
            self._pools[private_hosts] = ConnectionPool(self._ssl_context, network, self._kept_s)
        return self._pools[private_hosts]


_HTTP_TROUBLE = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
)


async def _within(allowance: Allowance, exchange: Coroutine[Any, Any, OutboundAnswer]) -> OutboundAnswer:
    ALLOWANCE.set(allowance)
    return await exchange


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

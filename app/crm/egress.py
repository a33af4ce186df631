"""The only way out: a name is resolved once, every address it has is vetted, and one of those is connected to.

Since the connection goes to the very address that was vetted, a name that changes its mind in between gains nothing;
certificates are still checked against the name.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import ip_address, ip_network

import httpcore

CONNECT_TIMEOUT_S = 5.0

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""(host, port) -> its addresses; raises `OSError` where it has none."""

_NOT_FOR_US = tuple(
    ip_network(text)
    for text in (
        # Python 3.11 calls most of these global, though each leads to a private, local or group address.
        "::/96",  # IPv4-compatible
        "64:ff9b::/96",  # NAT64: the last four bytes are an IPv4 address
        "64:ff9b:1::/48",
        "2001::/23",  # Teredo and other protocol assignments
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",  # once site-local
        "100.64.0.0/10",  # behind a carrier's NAT; some clouds keep their metadata here
        "192.0.0.0/24",
        "192.88.99.0/24",
        "168.63.129.16/32",  # a cloud's host agent behind a public address
    )
)


class AddressRefused(httpcore.ConnectError):
    """The host has an address that no lead may be sent to."""


class NameUnknown(httpcore.ConnectError):
    """The host has no address."""


def is_public(address: str) -> bool:
    """Whether an address is one that only the public internet can reach us through."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if ip.version == 6:
        if ip.scope_id is not None:
            return False
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
    if not ip.is_global or ip.is_multicast or ip.is_reserved:
        return False
    return not any(ip in network for network in _NOT_FOR_US if network.version == ip.version)


async def resolve_by_system(host: str, port: int) -> list[str]:
    """The addresses that the system's resolver knows, in its order."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class VettedBackend(httpcore.AsyncNetworkBackend):
    """httpcore's way to the network, for hosts that are public or allowed by name."""

    def __init__(self, allowed_hosts: frozenset[str], resolve: Resolve = resolve_by_system) -> None:
        self._allowed = allowed_hosts
        self._resolve = resolve
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first vetted address that answers within the limit."""
        try:
            async with asyncio.timeout(timeout or CONNECT_TIMEOUT_S):
                return await self._connect(await self._vetted(host, port), port, local_address, socket_options)
        except TimeoutError:
            raise httpcore.ConnectTimeout("no connection in time") from None

    async def _vetted(self, host: str, port: int) -> list[str]:
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError):
            addresses = []
        if not addresses:
            raise NameUnknown("the host has no address")
        if host.lower() not in self._allowed and not all(is_public(address) for address in addresses):
            raise AddressRefused("the host has an address that is not public")
        return addresses

    async def _connect(
        self,
        addresses: list[str],
        port: int,
        local_address: str | None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.AsyncNetworkStream:
        trouble: Exception = NameUnknown("the host has no address")
        for address in addresses:
            try:
                return await self._network.connect_tcp(
                    address, port, local_address=local_address, socket_options=socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                trouble = error
        raise trouble

"""How we reach the network: a name is resolved once, every address it has is vetted, and one is connected to.

Since the connection goes to the very address that was vetted, a name that changes its mind in between gains nothing;
certificates are still checked against the name.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import httpcore

from app.outbound.addresses import is_public
from app.outbound.allowance import allowance
from app.outbound.connection import OutboundConnection

CONNECT_TIMEOUT_S = 5.0

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""(host, port) -> its addresses; raises `OSError` where it has none."""


class AddressRefused(httpcore.ConnectError):
    """The host has an address that nothing may be sent to."""


class NameUnknown(httpcore.ConnectError):
    """The host has no address."""


# A look-up cannot be broken off: one whose name server is silent holds its thread for many seconds. The loop's own
# threads (four in uvloop) are soon all held by one such name, and then nobody's is looked up.
_RESOLVERS = ThreadPoolExecutor(32, "leadbid-resolver")


async def resolve_by_system(host: str, port: int) -> list[str]:
    """The addresses that the system's resolver knows, in its order."""
    look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    entries = await asyncio.get_running_loop().run_in_executor(_RESOLVERS, look_up)
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


class VettedNetwork(httpcore.AsyncNetworkBackend):
    """For hosts that are public or allowed by name.

    A `connect` ends in time by itself; of what `connect_tcp` makes, every step is within the allowance of its exchange.
    """

    def __init__(self, private_hosts: frozenset[str], resolve: Resolve = resolve_by_system) -> None:
        self._private_hosts = private_hosts
        self._resolve = resolve
        self._network = httpcore.AnyIOBackend()

    async def connect(self, host: str, port: int, ends_at: float, context: ssl.SSLContext | None) -> OutboundConnection:
        """A connection for HTTP to the first vetted address that answers, over TLS if there is a context for it."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout_at(min(ends_at, loop.time() + CONNECT_TIMEOUT_S)):
            trouble: OSError = ConnectionError("the host has no address")
            for address in await self._vetted(host, port):
                try:
                    _, connection = await loop.create_connection(
                        OutboundConnection,
                        address,
                        port,
                        ssl=context,
                        server_hostname=host if context is not None else None,
                    )
                    return connection
                except ssl.SSLError:
                    raise
                except OSError as error:
                    trouble = error
            raise trouble

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first vetted address that answers within the limit."""
        async with allowance().wait(httpcore.ConnectTimeout, timeout or CONNECT_TIMEOUT_S):
            addresses = await self._vetted(host, port)
            return _WithinAllowance(await self._connect(addresses, port, local_address, socket_options))

    async def _vetted(self, host: str, port: int) -> list[str]:
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError):
            addresses = []
        if not addresses:
            raise NameUnknown("the host has no address")
        if host.lower() not in self._private_hosts and not all(is_public(address) for address in addresses):
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


class _WithinAllowance(httpcore.AsyncNetworkStream):
    """A connection whose reads and writes end with the allowance of the exchange that makes them."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - as above
        async with allowance().wait(httpcore.ReadTimeout, timeout):
            return await self._stream.read(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as above
        async with allowance().wait(httpcore.WriteTimeout, timeout):
            await self._stream.write(buffer)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as above
    ) -> httpcore.AsyncNetworkStream:
        try:
            async with allowance().wait(httpcore.ConnectTimeout, timeout):
                return _WithinAllowance(await self._stream.start_tls(ssl_context, server_hostname))
        except BaseException:
            # Nobody else does: httpcore has no connection yet that it could close.
            await self._stream.aclose()
            raise

    async def aclose(self) -> None:
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

"""Where nothing is ever sent, whatever a name resolves to."""

import asyncio

import httpcore
import pytest

from app.outbound.network import AddressRefused, NameUnknown, VettedNetwork, resolve_by_system
from tests.table import each_row


def connecting(addresses: list[str], allowed: frozenset[str] = frozenset(), host: str = "crm.example.com") -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        return addresses

    async def connect() -> None:
        stream = await VettedNetwork(allowed, resolve).connect_tcp(host, 9, timeout=30.0)
        await stream.aclose()

    asyncio.run(connect())


@each_row("address", ["127.0.0.1", "169.254.169.254", "::ffff:127.0.0.1"])
def test_a_name_with_a_private_address_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused):
        connecting([address])


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(AddressRefused):
        connecting(["8.8.8.8", "10.0.0.1"])


@each_row("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "::1"])
def test_no_spelling_of_loopback_gets_through(host: str) -> None:
    async def connect() -> None:
        await VettedNetwork(frozenset(), resolve_by_system).connect_tcp(host, 9, timeout=30.0)

    with pytest.raises((AddressRefused, NameUnknown)):
        asyncio.run(connect())


def test_an_allowed_host_is_allowed_by_its_own_name_only() -> None:
    with pytest.raises(AddressRefused):
        connecting(["127.0.0.1"], frozenset(["other.example.com"]))
    with pytest.raises(httpcore.ConnectError) as caught:
        connecting(["127.0.0.1"], frozenset(["crm.example.com"]), host="CRM.example.com")
    assert not isinstance(caught.value, (AddressRefused, NameUnknown))


def test_a_name_without_address_is_unknown() -> None:
    with pytest.raises(NameUnknown):
        connecting([])


def test_a_resolver_that_hangs_ends_in_a_timeout() -> None:
    async def never(_host: str, _port: int) -> list[str]:
        await asyncio.sleep(60)
        return []

    async def connect() -> None:
        await VettedNetwork(frozenset(), never).connect_tcp("crm.example.com", 443, timeout=0.05)

    with pytest.raises(httpcore.ConnectTimeout):
        asyncio.run(connect())

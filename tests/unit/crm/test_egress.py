"""Where a lead may never be sent, whatever a name resolves to."""

import asyncio

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crm.egress import AddressRefused, NameUnknown, VettedBackend, is_public, resolve_by_system

PRIVATE = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.8",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1111%eth0",
    "fec0::1",
    "ff02::1",
    "not an address",
    "",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_or_special_address_is_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_a_public_address_may_be_called(address: str) -> None:
    assert is_public(address)


@given(address=st.ip_addresses(v=4))
def test_an_address_inside_another_is_judged_by_what_is_inside(address: object) -> None:
    assert is_public(f"::ffff:{address}") == is_public(str(address))
    assert not is_public(f"64:ff9b::{address}")


def connecting(addresses: list[str], allowed: frozenset[str] = frozenset(), host: str = "crm.example.com") -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        return addresses

    async def connect() -> None:
        stream = await VettedBackend(allowed, resolve).connect_tcp(host, 9, timeout=2.0)
        await stream.aclose()

    asyncio.run(connect())


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "::ffff:127.0.0.1"])
def test_a_name_with_a_private_address_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused):
        connecting([address])


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(AddressRefused):
        connecting(["8.8.8.8", "10.0.0.1"])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "::1"])
def test_no_spelling_of_loopback_gets_through(host: str) -> None:
    async def connect() -> None:
        await VettedBackend(frozenset(), resolve_by_system).connect_tcp(host, 9, timeout=2.0)

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
        await VettedBackend(frozenset(), never).connect_tcp("crm.example.com", 443, timeout=0.05)

    with pytest.raises(httpcore.ConnectTimeout):
        asyncio.run(connect())

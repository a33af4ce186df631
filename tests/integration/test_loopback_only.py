"""The network that tests may use: loopback, and nothing that would leave the machine."""

import asyncio
import socket
from collections.abc import Callable

import httpx
import pytest

from tests.loopback_only import NetworkIsOff

# Reserved for documentation (RFC 5737), so that nobody is bothered should the guard ever fail.
ELSEWHERE = "192.0.2.1"


def test_a_connection_to_another_machine_is_refused() -> None:
    with socket.socket() as client, pytest.raises(NetworkIsOff, match=ELSEWHERE):
        client.connect((ELSEWHERE, 80))


def test_a_datagram_to_another_machine_is_refused() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as client, pytest.raises(NetworkIsOff, match=ELSEWHERE):
        client.sendto(b"hello", (ELSEWHERE, 53))


@pytest.mark.parametrize(
    "look_up", [lambda: socket.getaddrinfo("a.example", 80), lambda: httpx.get("http://a.example")]
)
def test_a_name_is_not_looked_up(look_up: Callable[[], object]) -> None:
    with pytest.raises(NetworkIsOff, match=r"a\.example"):
        look_up()


def test_the_name_of_an_address_is_not_looked_up() -> None:
    with pytest.raises(NetworkIsOff, match=ELSEWHERE):
        socket.gethostbyaddr(ELSEWHERE)


@pytest.mark.parametrize("host", ["10.0.0.1", "2130706433", "0x7f.1", "fd00::1"])
def test_a_numeric_address_resolves_since_it_asks_nobody(host: str) -> None:
    assert socket.getaddrinfo(host, 80)


def test_loopback_is_open() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        writer.close()
        await writer.wait_closed()

    async def say(words: bytes) -> bytes:
        async with await asyncio.start_server(echo, "localhost", 0, family=socket.AF_INET) as server:
            reader, writer = await asyncio.open_connection("localhost", server.sockets[0].getsockname()[1])
            writer.write(words)
            heard = await reader.readline()
            writer.close()
            await writer.wait_closed()
            return heard

    assert asyncio.run(say(b"hello\n")) == b"hello\n"

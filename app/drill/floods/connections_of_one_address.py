"""One address opens thousands of connections and holds them, or reads what it asked for a byte a second."""

import asyncio
import socket
from functools import partial
from pathlib import Path

from app.drill.drill import NotHere, Say
from app.drill.floods._flood import Attack, attacked, many

PROMISE = (
    "thousands of connections of one address shut no other out where so many are not allowed, and take less than 100 MB"
)
IN_SAMPLE = False

_ATTACKER, _SELLER = "127.0.0.3", "127.0.0.2"
_AT_MOST = 64
_CONNECTIONS = 1_000
_PAGES = b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n" * 20


async def _hold(beginning: bytes, port: int) -> None:
    """Say this and wait to be thrown out."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(_ATTACKER, 0), limit=1)
    writer.write(beginning)
    try:
        while not reader.at_eof():
            await asyncio.gather(reader.read(1), asyncio.sleep(1.0))
    finally:
        writer.close()


def drill(folder: Path, say: Say) -> list[str]:
    """1,000 connections that say nothing, then as many that ask much and read little."""
    try:
        socket.create_server((_ATTACKER, 0)).close()
    except OSError:
        raise NotHere(f"a second address of this machine, as {_ATTACKER} is on Linux") from None
    attacks: dict[str, Attack] = {
        name: partial(many, _CONNECTIONS, partial(_hold, beginning), rest_s=0.2)
        for name, beginning in {"silence": b"", "answers read a byte a second": _PAGES}.items()
    }
    return attacked(folder, say, attacks, more=("--connections-per-address", str(_AT_MOST)), seller=_SELLER)

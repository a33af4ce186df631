"""Strangers open more connections than the service may have files, and say nothing, or a byte a second."""

import asyncio
from contextlib import closing
from functools import partial
from pathlib import Path

from app.drill.drill import NotHere, Say
from app.drill.floods._flood import attacked, many

PROMISE = "connections that say little or nothing shut no seller out, and take less than 100 MB"
IN_SAMPLE = False

_DESCRIPTORS = 1_024
_CONNECTIONS = 1_500
_BEGINNINGS = {
    "silence": b"",
    "slow heads": b"POST /v1/ping HTTP/1.1\r\nX-Slow: ",
    "slow bodies": b"POST /v1/ping HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n" + b" " * 50_000,
    "slow bodies elsewhere": b"POST /v1/outcomes HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n" + b" " * 50_000,
}


async def _drip(beginning: bytes, port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with closing(writer):
        writer.write(beginning)
        while not reader.at_eof():
            await asyncio.sleep(1.0)
            if beginning:
                writer.write(b"x")
                await writer.drain()


def drill(folder: Path, say: Say) -> list[str]:
    """1,500 of each, where 1,024 files may be open."""
    try:
        import resource  # noqa: PLC0415 - where there is none, there is no bound either
    except ImportError:
        raise NotHere("a bound of open files") from None
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    attacks = {
        name: partial(many, _CONNECTIONS, partial(_drip, beginning), rest_s=1.0)
        for name, beginning in _BEGINNINGS.items()
    }
    return attacked(folder, say, attacks, descriptors=_DESCRIPTORS)

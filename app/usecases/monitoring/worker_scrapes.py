"""One scrape of all workers that share a port, since it reaches any one of them: the others are asked on loopback."""

import asyncio
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from app.service_notes import service_places, worker_folder
from app.telemetry.declared import METRICS
from app.telemetry.exposition import head, of_workers

OWN = "own"
"""The parameter with which a worker is asked for its own metrics alone."""

_ANSWERED_S = 2.0


class WorkerScrapes:
    """Those of the `count` workers of a data directory, as number `own` of them sees it."""

    def __init__(self, data: Path, own: int, count: int) -> None:
        self._data = data
        self._own = own
        self._numbers = range(1, count + 1)

    async def with_others(self, text: bytes) -> bytes:
        """Its own metrics and theirs, each with the label `worker`; who does not answer is shown as down."""
        others = [number for number in self._numbers if number != self._own]
        answers = await asyncio.gather(*[self._asked(number) for number in others])
        texts = {self._own: text, **dict(zip(others, answers, strict=True))}
        # In a thread: with hundreds of sellers this is some ten thousand lines.
        return await asyncio.to_thread(_merged, dict(sorted(texts.items())))

    async def _asked(self, number: int) -> bytes:
        """What another one answers; empty where it does not."""
        places = service_places(worker_folder(self._data, number))
        if places is None:
            return b""
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(_ANSWERED_S):
                return await _got(int(urlsplit(places.address).port or 0))
        return b""


async def _got(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"GET /metrics?%b HTTP/1.1\r\nHost: worker\r\nConnection: close\r\n\r\n" % OWN.encode())
        head_of, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
    finally:
        writer.close()
    return body if b" 200 " in head_of.partition(b"\r\n")[0] else b""


def _merged(texts: dict[int, bytes]) -> bytes:
    return of_workers({number: text + _up(is_up=bool(text)) for number, text in texts.items()})


def _up(*, is_up: bool) -> bytes:
    name = "leadbid_worker_up"
    return "".join([*head(name, METRICS["worker_up"]), f"{name} {float(is_up)!r}\n"]).encode()

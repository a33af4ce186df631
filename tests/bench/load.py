"""A small load generator: waves of requests over so many connections, and the server's own processor time for them."""

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from typing import cast

import msgspec


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """`cpu_s` is what the server's process used meanwhile, all threads; times in seconds."""

    requests: int
    wall_s: float
    cpu_s: float
    failures: int

    @property
    def per_core_second(self) -> float:
        """Requests for each second of one core, which does not depend on how fast the load came."""
        return self.requests / self.cpu_s if self.cpu_s else 0.0

    @property
    def per_second(self) -> float:
        """Requests a second by the clock on the wall."""
        return self.requests / self.wall_s


class _Connection(asyncio.Protocol):
    """One keep-alive connection that sends a request and says when its answer has come."""

    def __init__(self, answers: list[bytes]) -> None:
        self.transport: asyncio.Transport
        self._answers = answers
        self._buffer = b""
        self._answered: asyncio.Future[None]
        self.failures = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def ask(self, request: bytes) -> asyncio.Future[None]:
        """Send a request; done when it is answered."""
        self._answered = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self._answered

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, blank, rest = self._buffer.partition(b"\r\n\r\n")
        if not blank:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(rest) < length:
            return
        self.failures += not head.startswith(b"HTTP/1.1 200")
        self._answers.append(rest[:length])
        self._buffer = rest[length:]
        self._answered.set_result(None)


async def measure(
    port: int,
    requests: Sequence[bytes],
    connections: int,
    answers: list[bytes] | None = None,
    took_ms: list[float] | None = None,
) -> Measured:
    """Send all the requests in waves, one on each connection, and read the server's own processor clock around them.

    The next wave waits for the last answer of the one before, so that the load is not at work while the server is: on a
    small machine the two share a core's caches. Answers are collected in no order, and so is what each took.
    """
    loop = asyncio.get_running_loop()
    collected = answers if answers is not None else []
    opened = [
        (await loop.create_connection(lambda: _Connection(collected), "127.0.0.1", port))[1] for _ in range(connections)
    ]
    before, started = await cpu_seconds(port), time.perf_counter()
    for first in range(0, len(requests), connections):
        wave, began = requests[first : first + connections], time.perf_counter()
        asked = [each.ask(request) for each, request in zip(opened, wave, strict=False)]
        for answered in asked:
            answered.add_done_callback(partial(_note, took_ms if took_ms is not None else [], began))
        await asyncio.gather(*asked)
    wall_s = time.perf_counter() - started
    used_s = await cpu_seconds(port) - before
    for each in opened:
        each.transport.close()
    return Measured(requests=len(requests), wall_s=wall_s, cpu_s=used_s, failures=sum(each.failures for each in opened))


def _note(took_ms: list[float], began: float, _: object) -> None:
    took_ms.append(1e3 * (time.perf_counter() - began))


async def cpu_seconds(port: int) -> float:
    """Processor time that the server's process has used so far, as it tells itself at `/cpu`."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /cpu HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return float(answer.rpartition(b"\r\n\r\n")[2])

"""A small closed-loop load generator: so many connections, each sending its next request when it has its answer."""

import asyncio
import time
from collections.abc import Iterator, Sequence

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
    """One keep-alive connection; `answers` collects bodies where they are wanted."""

    def __init__(self, requests: Iterator[bytes], done: asyncio.Future[None], answers: list[bytes] | None) -> None:
        self._requests = requests
        self._done = done
        self._answers = answers
        self._buffer = b""
        self.count = 0
        self.failures = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, blank, rest = self._buffer.partition(b"\r\n\r\n")
        if not blank:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(rest) < length:
            return
        self.count += 1
        self.failures += not head.startswith(b"HTTP/1.1 200")
        if self._answers is not None:
            self._answers.append(rest[:length])
        self._buffer = rest[length:]
        self._next()

    def connection_lost(self, _exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_result(None)

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
        else:
            self._transport.write(request)


def request_bytes(path: str, body: bytes, key: str = "") -> bytes:
    """One HTTP request as a seller's platform would send it."""
    auth = f"X-API-Key: {key}\r\n" if key else ""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nAccept: application/json\r\nContent-Type: application/json\r\n{auth}"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def measure(
    port: int, requests: Sequence[bytes], connections: int, answers: list[bytes] | None = None
) -> Measured:
    """Send all the requests over so many connections and read the server's own processor clock around it."""
    loop = asyncio.get_running_loop()
    left = iter(requests)
    before, started = await cpu_seconds(port), time.perf_counter()
    protocols, ends = [], []
    for _ in range(connections):
        done = loop.create_future()
        _, protocol = await loop.create_connection(
            lambda done=done: _Connection(left, done, answers),  # type: ignore[misc]
            "127.0.0.1",
            port,
        )
        protocols.append(protocol)
        ends.append(done)
    await asyncio.gather(*ends)
    wall_s = time.perf_counter() - started
    return Measured(
        requests=sum(protocol.count for protocol in protocols),
        wall_s=wall_s,
        cpu_s=await cpu_seconds(port) - before,
        failures=sum(protocol.failures for protocol in protocols),
    )


async def cpu_seconds(port: int) -> float:
    """Processor time that the server's process has used so far, as it tells itself at `/cpu`."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /cpu HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return float(answer.rpartition(b"\r\n\r\n")[2])

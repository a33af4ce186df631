"""Requests that fall due at random moments, independent of each other and of answers, as from many sellers at once.

What is late is late, and nobody waits for it. A request counts if it got a decision within 300 ms of falling due: a bid
or a reason other than `load_shed`.
"""

import asyncio
import random
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import cast

import msgspec

from app.drill.kit.market import someone
from app.mock_exchange.consumers import ping_of

HEADERS = {"Accept": "application/json", "Content-Type": "application/json", "X-API-Key": "demo-acme-key"}
IN_TIME_S = 0.3
GOODPUT_MIN = 0.8
SECONDS = 4.0
CONNECTIONS = 64
FIRST_RATE, STEP, FINE_STEP = 1_500.0, 1.3, 1.06

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_LEAD_ID = b'"seller_lead_id":"'

Tell = Callable[[str], None]


class OfferedLoad(msgspec.Struct, frozen=True, kw_only=True):
    """What became of requests that came at this rate: seconds to each decision, and how many got none."""

    rate: float
    took_s: list[float]
    shed: int
    others: int

    @property
    def p99_s(self) -> float:
        """What ninety-nine of a hundred requests took, those without a decision for ever."""
        count = len(self.took_s) + self.shed + self.others
        inside = int(count * 0.99)
        return sorted(self.took_s)[inside] if inside < len(self.took_s) else float("inf")

    @property
    def in_time_per_s(self) -> float:
        """Decisions in time a second."""
        return sum(took <= IN_TIME_S for took in self.took_s) / SECONDS


class _Connection(asyncio.Protocol):
    """Sends requests without waiting for answers, which come in order."""

    def __init__(self, took_s: list[float]) -> None:
        self.transport: asyncio.Transport
        self.due: deque[float] = deque()
        self.shed = 0
        self._took_s = took_s
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        now, buffer, at = time.perf_counter(), self._buffer + data, 0
        while (head := buffer.find(b"\r\n\r\n", at)) >= 0:
            length = _LENGTH.search(buffer, at, head)
            assert length is not None
            end = head + 4 + int(length[1])
            if end > len(buffer):
                break
            due = self.due.popleft()
            if buffer.find(b"load_shed", head, end) >= 0:
                self.shed += 1
            elif buffer.startswith(b"HTTP/1.1 200", at):
                self._took_s.append(now - due)
            at = end
        self._buffer = buffer[at:]


def _unheard(_text: str) -> None:
    """Nobody watches."""


async def capacity_of(
    port: int, pings: Iterator[bytes], rate: float = FIRST_RATE, step: float = STEP, tell: Tell = _unheard
) -> float:
    """The highest rate at which 99 of 100 are decided in time, twice in a row where the first time fails."""
    while True:
        offered = await offer(port, pings, rate * step, CONNECTIONS, tell)
        if offered.p99_s > IN_TIME_S:
            offered = await offer(port, pings, rate * step, CONNECTIONS, tell)
        if offered.p99_s <= IN_TIME_S:
            rate *= step
        elif step == STEP:
            step = FINE_STEP
        else:
            return rate


async def offer(port: int, pings: Iterator[bytes], rate: float, connections: int, tell: Tell = _unheard) -> OfferedLoad:
    """Have requests fall due at this rate for some seconds, and wait for the answers of those that were sent."""
    loop = asyncio.get_running_loop()
    took_s: list[float] = []
    opened = [
        (await loop.create_connection(lambda: _Connection(took_s), "127.0.0.1", port))[1] for _ in range(connections)
    ]
    draw = random.Random(int(rate))
    start = due = time.perf_counter()
    count, worst_lag_s = 0, 0.0
    while due < start + SECONDS:
        now = time.perf_counter()
        worst_lag_s = max(worst_lag_s, now - due)
        sending: dict[_Connection, list[bytes]] = {}
        while due <= now:
            connection = opened[draw.randrange(connections)]
            connection.due.append(due)
            sending.setdefault(connection, []).append(next(pings))
            count += 1
            due += draw.expovariate(rate)
        for connection, requests in sending.items():
            connection.transport.write(b"".join(requests))
        await asyncio.sleep(0.001)
    for _ in range(50):
        await asyncio.sleep(0.1)
        if not any(each.due for each in opened):
            break
    shed = sum(each.shed for each in opened)
    for each in opened:
        each.transport.close()
    offered = OfferedLoad(rate=rate, took_s=took_s, shed=shed, others=count - shed - len(took_s))
    tell(
        f"  {rate:>7,.0f} pings a second over {connections} connections: {offered.in_time_per_s:>7,.0f} decided "
        f"in time, {shed / SECONDS:>7,.0f} shed, {offered.others} not answered; "
        f"the load was {worst_lag_s * 1000.0:.0f} ms behind"
    )
    await asyncio.sleep(0.2)
    return offered


def pings_without_end() -> Iterator[bytes]:
    """Pings without end, no two of one lead: making a consumer for each would take longer than to answer."""
    parts = []
    for number in range(700_001, 702_001):
        before, name, after = ping_bytes(number).partition(_LEAD_ID)
        parts.append((before + name, len(after.partition(b'"')[0]), after.partition(b'"')[2]))
    number = 0
    while True:
        number += 1
        before, width, after = parts[number % len(parts)]
        yield before + b"%0*d" % (width, number) + b'"' + after


def ping_bytes(number: int) -> bytes:
    """The ping of this consumer, as it goes over the wire."""
    return request_bytes("/v1/ping", msgspec.json.encode(ping_of(someone(number), time.time())), HEADERS)


def request_bytes(path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """One HTTP request as a seller's platform would send it."""
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    return f"POST {path} HTTP/1.1\r\nHost: leadbid\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body


def broken_by(offered: OfferedLoad, capacity: float) -> list[str]:
    """What a service broke that was offered more than its capacity: four fifths of that are decided in time."""
    late = sum(took > IN_TIME_S for took in offered.took_s)
    broken = []
    if offered.in_time_per_s < GOODPUT_MIN * capacity:
        broken.append(f"only {offered.in_time_per_s / capacity:.0%} of what it can answer was decided in time")
    if late > 0.01 * len(offered.took_s):
        broken.append(f"{late} decisions came too late for their sellers")
    if offered.others:
        broken.append(f"{offered.others} pings got no answer at all")
    return broken

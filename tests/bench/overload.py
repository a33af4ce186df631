"""How many pings are answered in time when more come than can be answered: `PORT`, on a core of its own.

Open loop: requests fall due at random moments, independent of each other and of answers, as from many sellers at once;
what is late is late, and nobody waits for it. A request counts if it got a decision within 300 ms of falling due: a bid
or a reason other than `load_shed`.
"""

import asyncio
import random
import re
import sys
import time
from collections import deque
from collections.abc import Iterator
from statistics import median
from typing import cast

import msgspec
import uvloop

from app.mock_exchange.consumers import consumer, ping_of, post_of
from tests.bench.load import measure, request_bytes
from tests.bench.servers import VERTICAL

HEADERS = {"Accept": "application/json", "Content-Type": "application/json", "X-API-Key": "demo-acme-key"}
IN_TIME_S = 0.3
SECONDS = 4.0
CONNECTIONS = 64
FIRST_RATE, STEP, FINE_STEP = 1_500.0, 1.3, 1.06
AGAIN_FROM = 0.8
"""A later round looks for the capacity from this share of the former one."""
ROUNDS = 3
BESIDE_POSTS = 0.15
"""The rate of pings beside posts, as a share of capacity."""
POSTS = 1_500
POSTERS = 32

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_LEAD_ID = b'"seller_lead_id":"'


class Overload(msgspec.Struct, frozen=True, kw_only=True):
    """Pings a second, shares of them, and milliseconds."""

    capacity: float
    goodput_at_2_5x: float
    goodput_at_3x: float
    pings_beside_posts_p99: float


class Offered(msgspec.Struct, frozen=True, kw_only=True):
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


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """Pings a second, and how many of too many were decided in time as shares of that."""

    capacity: float
    at_2_5x: float
    at_3x: float


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


async def _overload(port: int) -> Overload:
    pings = pings_without_end()
    rounds = [await _round(port, pings, FIRST_RATE, STEP)]
    # A shared machine changes its speed: each round holds what it was offered against a capacity of its own.
    while len(rounds) < ROUNDS:
        rounds.append(await _round(port, pings, AGAIN_FROM * rounds[0].capacity, FINE_STEP))
    capacity = median(each.capacity for each in rounds)
    return Overload(
        capacity=round(capacity),
        goodput_at_2_5x=round(median(each.at_2_5x for each in rounds), 3),
        goodput_at_3x=round(median(each.at_3x for each in rounds), 3),
        pings_beside_posts_p99=round(
            1000.0 * median([await _beside_posts(port, pings, BESIDE_POSTS * capacity) for _ in range(ROUNDS)]), 1
        ),
    )


async def _round(port: int, pings: Iterator[bytes], rate: float, step: float) -> Round:
    capacity = await capacity_of(port, pings, rate, step)
    at_2_5x = await offer(port, pings, 2.5 * capacity, CONNECTIONS)
    at_3x = await offer(port, pings, 3.0 * capacity, 8 * CONNECTIONS)
    return Round(capacity=capacity, at_2_5x=at_2_5x.in_time_per_s / capacity, at_3x=at_3x.in_time_per_s / capacity)


async def capacity_of(port: int, pings: Iterator[bytes], rate: float = FIRST_RATE, step: float = STEP) -> float:
    """The highest rate at which 99 of 100 are decided in time, twice in a row where the first time fails."""
    while True:
        offered = await offer(port, pings, rate * step, CONNECTIONS)
        if offered.p99_s > IN_TIME_S:
            offered = await offer(port, pings, rate * step, CONNECTIONS)
        if offered.p99_s <= IN_TIME_S:
            rate *= step
        elif step == STEP:
            step = FINE_STEP
        else:
            return rate


async def offer(port: int, pings: Iterator[bytes], rate: float, connections: int) -> Offered:
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
    offered = Offered(rate=rate, took_s=took_s, shed=shed, others=count - shed - len(took_s))
    print(
        f"  {rate:>7,.0f} pings a second over {connections} connections: {offered.in_time_per_s:>7,.0f} decided "
        f"in time, {shed / SECONDS:>7,.0f} shed, {offered.others} not answered; "
        f"the load was {worst_lag_s * 1000.0:.0f} ms behind",
        file=sys.stderr,
        flush=True,
    )
    await asyncio.sleep(0.2)
    return offered


async def _beside_posts(port: int, pings: Iterator[bytes], rate: float) -> float:
    """Seconds within which 99 of 100 pings are answered while posts are bought as fast as they can be."""
    numbers = range(800_001, 800_001 + POSTS)
    answers: list[bytes] = []
    await measure(port, [_ping(number) for number in numbers], 1, answers)
    posts = [_post(number, answer) for number, answer in zip(numbers, answers, strict=True)]
    offering = asyncio.create_task(offer(port, pings, rate, CONNECTIONS))
    while not offering.done():
        # Sales, and when all leads are sold their stored answers.
        await measure(port, posts, POSTERS)
    return (await offering).p99_s


def _post(number: int, answer: bytes) -> bytes:
    ping_id = msgspec.json.decode(answer)["ping_id"]
    return request_bytes(
        "/v1/post", msgspec.json.encode(post_of(consumer(1, number, VERTICAL), ping_id, time.time())), HEADERS
    )


def _ping(number: int) -> bytes:
    return request_bytes("/v1/ping", msgspec.json.encode(ping_of(consumer(1, number, VERTICAL), time.time())), HEADERS)


def pings_without_end() -> Iterator[bytes]:
    """Pings without end, no two of one lead: making a consumer for each would take longer than to answer."""
    parts = []
    for number in range(700_001, 702_001):
        before, name, after = _ping(number).partition(_LEAD_ID)
        parts.append((before + name, len(after.partition(b'"')[0]), after.partition(b'"')[2]))
    number = 0
    while True:
        number += 1
        before, width, after = parts[number % len(parts)]
        yield before + b"%0*d" % (width, number) + b'"' + after


if __name__ == "__main__":
    print(msgspec.json.encode(uvloop.run(_overload(int(sys.argv[1])))).decode())

"""How many pings are answered in time when more come than can be answered: `PORT`, on a core of its own.

Open loop, as `app.drill.kit.open_loop` offers it.
"""

import asyncio
import sys
import time
from collections.abc import Iterator
from statistics import median

import msgspec
import uvloop

from app.drill.kit.market import someone
from app.drill.kit.open_loop import (
    CONNECTIONS,
    FINE_STEP,
    FIRST_RATE,
    HEADERS,
    STEP,
    capacity_of,
    offer,
    ping_bytes,
    pings_without_end,
    request_bytes,
)
from app.mock_exchange.consumers import post_of
from tests.bench.load import measure

AGAIN_FROM = 0.8
"""A later round looks for the capacity from this share of the former one."""
ROUNDS = 3
BESIDE_POSTS = 0.15
"""The rate of pings beside posts, as a share of capacity."""
POSTS = 1_500
POSTERS = 32


class Overload(msgspec.Struct, frozen=True, kw_only=True):
    """Pings a second, shares of them, and milliseconds."""

    capacity: float
    goodput_at_2_5x: float
    goodput_at_3x: float
    pings_beside_posts_p99: float


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """Pings a second, and how many of too many were decided in time as shares of that."""

    capacity: float
    at_2_5x: float
    at_3x: float


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
    capacity = await capacity_of(port, pings, rate, step, tell)
    at_2_5x = await offer(port, pings, 2.5 * capacity, CONNECTIONS, tell)
    at_3x = await offer(port, pings, 3.0 * capacity, 8 * CONNECTIONS, tell)
    return Round(capacity=capacity, at_2_5x=at_2_5x.in_time_per_s / capacity, at_3x=at_3x.in_time_per_s / capacity)


async def _beside_posts(port: int, pings: Iterator[bytes], rate: float) -> float:
    """Seconds within which 99 of 100 pings are answered while posts are bought as fast as they can be."""
    numbers = range(800_001, 800_001 + POSTS)
    answers: list[bytes] = []
    await measure(port, [ping_bytes(number) for number in numbers], 1, answers)
    posts = [_post(number, answer) for number, answer in zip(numbers, answers, strict=True)]
    offering = asyncio.create_task(offer(port, pings, rate, CONNECTIONS, tell))
    while not offering.done():
        # Sales, and when all leads are sold their stored answers.
        await measure(port, posts, POSTERS)
    return (await offering).p99_s


def _post(number: int, answer: bytes) -> bytes:
    ping_id = msgspec.json.decode(answer)["ping_id"]
    return request_bytes("/v1/post", msgspec.json.encode(post_of(someone(number), ping_id, time.time())), HEADERS)


def tell(text: str) -> None:
    """What each step came to, for whoever watches."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    print(msgspec.json.encode(uvloop.run(_overload(int(sys.argv[1])))).decode())

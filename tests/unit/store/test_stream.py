"""Parts that threads read side by side."""

import asyncio
import time
from functools import partial
from threading import Event

from app.store.engine.stream import side_by_side


def test_parts_come_in_their_order_whichever_is_read_first() -> None:
    def part(number: int) -> int:
        time.sleep(0.01 * (number % 2 == 0))
        return number

    async def scene() -> list[int]:
        return [number async for number in side_by_side([partial(part, number) for number in range(9)])]

    assert asyncio.run(scene()) == [*range(9)]


def test_who_is_cut_off_while_it_waits_leaves_no_thread_that_still_reads() -> None:
    begun: list[int] = []
    ended: list[int] = []
    is_begun = Event()

    def part(number: int) -> None:
        begun.append(number)
        is_begun.set()
        time.sleep(0.01 if number else 0.3)
        ended.append(number)

    async def read() -> None:
        async for _ in side_by_side([partial(part, number) for number in range(9)]):
            pass

    async def scene() -> None:
        reading = asyncio.create_task(read())
        await asyncio.to_thread(is_begun.wait)
        reading.cancel()
        await asyncio.wait([reading])
        assert reading.cancelled()
        assert sorted(ended) == sorted(begun) != []

    asyncio.run(scene())

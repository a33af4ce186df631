"""Stepped time: everything in its order, and nothing left undone between two steps."""

import asyncio
from functools import partial

import pytest

from app.mock_exchange.market.time import SteppedTime


async def nothing_due() -> float | None:
    """What is due where nobody has anything to do."""
    return None


def test_actors_wake_in_the_order_of_their_times_and_one_at_a_time() -> None:
    happened: list[tuple[float, str]] = []

    async def actor(time: SteppedTime, name: str, *sleeps: float) -> None:
        for seconds in sleeps:
            happened.append((time.now(), name))
            # An answer from somewhere else, for which the clock must wait.
            await asyncio.sleep(0.001)
            happened.append((time.now(), name))
            await time.sleep(seconds)

    async def scene() -> None:
        time = SteppedTime(100.0)
        time.act(103.0, partial(actor, time, "late", 5.0))
        time.act(100.0, partial(actor, time, "early", 4.0, 1.0))
        await time.run(nothing_due)
        assert time.now() == 108.0

    asyncio.run(scene())
    assert happened == [
        *[(100.0, "early")] * 2,
        *[(103.0, "late")] * 2,
        *[(104.0, "early")] * 2,
    ]


def test_what_is_due_is_done_before_each_event_and_at_its_own_time() -> None:
    done: list[float] = []
    due_at = [101.5, 130.0]

    async def scene() -> None:
        time = SteppedTime(100.0)

        async def due() -> float | None:
            done.append(time.now())
            while due_at and due_at[0] <= time.now():
                due_at.pop(0)
            return due_at[0] if due_at else None

        async def actor() -> None:
            assert done[-1] == time.now() == 102.0

        time.act(102.0, actor)
        await time.run(due)

    asyncio.run(scene())
    assert done == [100.0, 101.5, 102.0, 130.0]


def test_no_step_is_longer_than_the_gap() -> None:
    seen: list[float] = []

    async def scene() -> None:
        time = SteppedTime(0.0, gap_s=60.0)

        async def due() -> float | None:
            seen.append(time.now())
            return None

        time.act(150.0, partial(time.sleep, 0.0))
        await time.run(due)

    asyncio.run(scene())
    assert seen == [0.0, 60.0, 120.0, 150.0, 150.0]


def test_what_cannot_be_done_when_it_is_due_is_tried_again_a_second_later() -> None:
    """As where a receiver is out of order: the day must not stand still."""
    tries: list[float] = []

    async def scene() -> None:
        time = SteppedTime(10.0)

        async def due() -> float | None:
            tries.append(time.now())
            return 10.0 if len(tries) < 4 else None

        await time.run(due)

    asyncio.run(scene())
    assert tries == [10.0, 11.0, 12.0, 13.0]


def test_an_actor_that_fails_ends_the_day() -> None:
    async def scene() -> None:
        time = SteppedTime(0.0)

        async def fail() -> None:
            raise LookupError("made to fail by a test")

        time.act(1.0, fail)
        time.act(2.0, partial(time.sleep, 1.0))
        with pytest.raises(LookupError):
            await time.run(nothing_due)

    asyncio.run(scene())


def test_many_actors_take_no_longer_for_each_than_few() -> None:
    """A day has tens of thousands; each is one entry of a heap."""
    ended = 0

    async def scene() -> None:
        nonlocal ended
        time = SteppedTime(0.0, gap_s=1e9)

        async def actor() -> None:
            nonlocal ended
            await time.sleep(5.0)
            ended += 1

        for number in range(5_000):
            time.act(float(number % 97), actor)
        await time.run(nothing_due)

    asyncio.run(scene())
    assert ended == 5_000

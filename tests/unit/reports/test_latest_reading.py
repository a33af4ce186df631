"""What takes long is read once for all who ask, kept for a while, and waited for no longer than said."""

import asyncio

import pytest

from app.reports.latest_reading import LatestReading


class Slow:
    """A reading that ends when it is let go on."""

    def __init__(self, *, at_once: bool = True) -> None:
        self.asked: list[tuple[str, float]] = []
        self.go_on = asyncio.Event()
        if at_once:
            self.go_on.set()

    async def read(self, key: str, now: float) -> str:
        self.asked.append((key, now))
        await self.go_on.wait()
        if key == "broken":
            raise OSError("the disk is gone")
        return f"{key} at {now:g}"


def test_it_is_read_again_only_when_it_is_old_or_the_clock_was_set_back() -> None:
    async def scene() -> list[tuple[str, float]]:
        slow = Slow()
        latest = LatestReading(slow.read, kept_s=10.0, wait_s=1.0)
        assert [await latest.of("day", now) for now in (100.0, 109.0)] == ["day at 100"] * 2
        assert [await latest.of("day", now) for now in (110.0, 50.0)] == ["day at 110", "day at 50"]
        return slow.asked

    assert asyncio.run(scene()) == [("day", 100.0), ("day", 110.0), ("day", 50.0)]


def test_many_ask_and_one_reading_is_made_that_nobody_waits_for_longer_than_said() -> None:
    async def scene() -> None:
        slow = Slow(at_once=False)
        latest = LatestReading(slow.read, kept_s=10.0, wait_s=0.01)
        assert await asyncio.gather(*[latest.of("day", 100.0) for _ in range(5)]) == [None] * 5
        slow.go_on.set()
        assert await latest.of("day", 101.0) == "day at 100"
        slow.go_on.clear()
        assert await latest.of("day", 200.0) == "day at 100", "the last one, while it is read anew"
        assert len(slow.asked) == 2
        slow.go_on.set()
        assert await latest.of("day", 201.0) == "day at 200"

    asyncio.run(scene())


def test_a_reading_that_fails_says_so_and_the_next_is_made_anew() -> None:
    async def scene() -> None:
        latest = LatestReading(Slow().read, kept_s=10.0, wait_s=1.0)
        with pytest.raises(OSError, match="the disk is gone"):
            await latest.of("broken", 100.0)
        assert await latest.of("day", 100.0) == "day at 100"

    asyncio.run(scene())


def test_what_was_read_of_one_is_never_shown_for_another() -> None:
    async def scene() -> None:
        slow = Slow(at_once=False)
        latest = LatestReading(slow.read, kept_s=10.0, wait_s=0.01)
        assert [await latest.of(key, 100.0) for key in ("day", "week")] == [None, None]
        slow.go_on.set()
        assert await latest.of("day", 100.0) == "day at 100"
        assert await latest.of("week", 100.0) == "week at 100"

    asyncio.run(scene())

"""Time as the market lives it: that of the wall, or stepped from event to event with nothing left undone in between."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from heapq import heappop, heappush
from itertools import count
from typing import Any, Protocol


class Time(Protocol):
    """A clock (UTC epoch seconds) with a way to wait."""

    def now(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class WallTime:
    """The time that everybody else lives in, as this clock tells it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.now = clock

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class SteppedTime:
    """A clock that moves to the next event only when everything before it has been done.

    Actors are coroutines that wait here for the clock, and elsewhere only for answers. One is awake at a time, so that
    the same actors live the same day.
    """

    def __init__(self, start: float, gap_s: float = 60.0) -> None:
        """`gap_s` is the longest step: what paces with time has to see it pass. It may be changed on the way."""
        self.gap_s = gap_s
        self._now = start
        self._order = count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._awake = 0
        self._quiet = asyncio.Event()
        self._failure: BaseException | None = None
        self._actors: set[asyncio.Task[None]] = set()

    def now(self) -> float:
        """Where the clock stands."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait for the clock; for actors only."""
        woken = asyncio.get_running_loop().create_future()
        self._at(self._now + max(seconds, 0.0), lambda: woken.set_result(None))
        self._rest()
        await woken

    def act(self, at: float, actor: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Have an actor begin at this time, or at once where that has passed."""
        self._at(max(at, self._now), lambda: self._begin(actor()))

    async def run(self, due: Callable[[], Awaitable[float | None]]) -> None:
        """Step until no actor is left and nothing more will be due; what an actor raises ends it.

        `due` does everything that is due by now, and says when there will be more to do.
        """
        more_at = await due()
        while self._events or more_at is not None:
            event_at = self._events[0][0] if self._events else self._now + self.gap_s
            self._now = max(self._now, min(event_at, self._now + self.gap_s, _later(more_at, self._now)))
            more_at = await due()
            if self._events and event_at <= self._now:
                await self._wake(heappop(self._events)[2])

    def _at(self, at: float, wake: Callable[[], None]) -> None:
        heappush(self._events, (at, next(self._order), wake))

    def _begin(self, actor: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(actor)
        self._actors.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._actors.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._failure = task.exception()
        self._rest()

    def _rest(self) -> None:
        self._awake -= 1
        if self._awake == 0:
            self._quiet.set()

    async def _wake(self, wake: Callable[[], None]) -> None:
        self._awake += 1
        self._quiet.clear()
        wake()
        await self._quiet.wait()
        if self._failure is not None:
            raise self._failure


def _later(more_at: float | None, now: float) -> float:
    """When to look again at what could not be done when it was due, as where a receiver is given a rest."""
    if more_at is None:
        return float("inf")
    return more_at if more_at > now else now + 1.0

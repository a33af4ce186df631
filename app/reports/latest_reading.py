"""What takes long to read or count: done in the background, one at a time, and kept for a while for all who ask."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class LatestReading(Generic[K, V]):
    """`read` makes the value of a key at a moment; one that is younger than `kept_s` is not made again.

    Whoever asks waits `wait_s` at most: where the reading takes longer, the last one of that key is shown meanwhile.
    Without a limit, what is shown is never older.
    """

    def __init__(self, read: Callable[[K, float], Awaitable[V]], *, kept_s: float, wait_s: float | None) -> None:
        self._read = read
        self._kept_s = kept_s
        self._wait_s = wait_s
        self._latest: tuple[K, float, V] | None = None
        self._reading: asyncio.Task[None] | None = None

    async def of(self, key: K, now: float) -> V | None:
        """The value of this key; None while it is read for the first time. Raises what the reading raises."""
        if self._latest is not None and self._latest[0] == key and 0.0 <= now - self._latest[1] < self._kept_s:
            return self._latest[2]
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_anew(key, now))
        done, _ = await asyncio.wait({self._reading}, timeout=self._wait_s)
        for reading in done:
            reading.result()
        return self._latest[2] if self._latest is not None and self._latest[0] == key else None

    async def _read_anew(self, key: K, now: float) -> None:
        try:
            self._latest = key, now, await self._read(key, now)
        finally:
            self._reading = None

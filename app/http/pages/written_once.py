"""Pages that take longer to write than a ping may wait: each is written once, beside the event loop, and kept."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class WrittenOnce(Generic[T]):
    """The latest of what was written, by keys that name all that it depends on, the configuration's hash first."""

    def __init__(self, kept_max: int = 64) -> None:
        self._kept_max = kept_max
        self._kept: OrderedDict[Hashable, T] = OrderedDict()

    def kept(self, key: Hashable) -> T | None:
        """What is kept under this key."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    async def of(self, key: Hashable, write: Callable[[], T]) -> T:
        """What `write` gives, which is called in a thread where nothing is kept under this key."""
        if key not in self._kept:
            self._kept[key] = await asyncio.to_thread(write)
        self._kept.move_to_end(key)
        while len(self._kept) > self._kept_max:
            self._kept.popitem(last=False)
        return self._kept[key]

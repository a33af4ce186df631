"""Pages that take longer to write than a ping may wait: each is written once, beside the event loop, and kept."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")

_KEPT_MAX = 64


class WrittenOnce(Generic[T]):
    """The latest of what was written, by keys that name all that it depends on, the configuration's hash first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, T] = OrderedDict()

    async def of(self, key: Hashable, write: Callable[[], T]) -> T:
        """What `write` gives, which is called in a thread where nothing is kept under this key."""
        if key not in self._kept:
            self._kept[key] = await asyncio.to_thread(write)
        self._kept.move_to_end(key)
        while len(self._kept) > _KEPT_MAX:
            self._kept.popitem(last=False)
        return self._kept[key]

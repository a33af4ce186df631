"""What a reader costs in processor time, compared with what it costs for less: no bound here is in seconds."""

import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any

TIMES = 8
"""By how much an input grows from one measure to the next: eight for what is linear, 64 for what is quadratic."""

GROWTH_MAX = 3.0 * TIMES


def cost_s(call: Callable[[], Any], repeats: int = 7) -> float:
    """The least processor time of several calls, none of which finds kept what one before it worked out.

    Whatever else the machine does only ever adds to it.
    """
    with _without_collector():
        return min(_once(call) for _ in range(repeats))


def growth(call: Callable[[int], Any], size: int, repeats: int = 7) -> float:
    """How many times as much it costs for an input of eight times this size; the best of three measures."""
    ratios = []
    for _ in range(3):
        less, more = cost_s(lambda: call(size), repeats), cost_s(lambda: call(TIMES * size), repeats)
        ratios.append(more / less)
        if ratios[-1] <= GROWTH_MAX:
            break
    return min(ratios)


def _once(call: Callable[[], Any]) -> float:
    for each in _kept():
        each.cache_clear()
    started = time.process_time()
    call()
    return time.process_time() - started


@cache
def _kept() -> list[Any]:
    """Whatever keeps answers to texts that it met before."""
    modules = [module for name, module in sys.modules.items() if name.startswith("app.")]
    values = [value for module in modules for value in vars(module).values()]
    return [value for value in values if isinstance(value, type(lru_cache(len)))]


@contextmanager
def _without_collector() -> Iterator[None]:
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()

"""Keeps the collector of garbage off loading and off the ping path, and gives back what only loading took."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def without_collections() -> Iterator[None]:
    """What is loaded stays, and the collector would walk all of it again and again."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def settle() -> None:
    """What was loaded lives as long as the process, and values hold no cycles: it is not walked any more.

    With the default threshold every seventh ping or so waits for a collection, and each full one walks all live bids.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    # What was needed for loading only. The C library keeps it for later otherwise; that of Linux can give it back.
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)

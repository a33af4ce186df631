"""Keeps the collector of garbage off loading and off the ping path, and gives back what nobody needs any more."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# What the C library of Linux calls this setting; others have none, and pass over it.
_M_ARENA_MAX = -8

_ARENAS = 2
"""One for requests and one for threads beside them. By itself each thread has its own, and keeps what it once took."""


def prepare() -> None:
    """Before anything is loaded, and before there are threads: they will share what they take memory from.

    What was imported stays, too, and is not walked when what is loaded is.
    """
    gc.freeze()
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)


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

"""How many threads a fit may use: one, unless it is large and alone on the machine."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

ROWS_MIN = 100_000
"""Of fewer rows a fit gains nothing by a second thread."""

# Threads gain nothing on tens of thousands of rows (0.31 s a fit with one or two), and they wait for each other by
# spinning: beside one busy neighbour on two cores the same fit takes a hundred times as long. scikit-learn brings this.
threadpool_limits(limits=1, user_api="openmp")

_allowed: ContextVar[int] = ContextVar("threads", default=1)


@contextmanager
def threads_for(rows: int, *, alone: bool = True) -> Iterator[None]:
    """As many as there are cores for many rows, one for few, and one wherever other fits run at the same time."""
    limit = _cores() if alone and rows >= ROWS_MIN else 1
    before = _allowed.set(limit)
    try:
        with threadpool_limits(limits=limit, user_api="openmp"):
            yield
    finally:
        _allowed.reset(before)


def allowed() -> int:
    """For libraries that bring threads of their own."""
    return _allowed.get()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

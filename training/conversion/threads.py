"""How many threads a fit may use: one, unless it is large and alone on the machine."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

ROWS_MIN = 100_000
"""Of fewer rows a fit gains nothing by a second thread."""

# scikit-learn brings this. Those of linear algebra never gain anything here, and they do not sleep (see `training`).
threadpool_limits(limits=1)

_allowed: ContextVar[int] = ContextVar("threads", default=1)


@contextmanager
def threads_for(rows: int, *, alone: bool = True) -> Iterator[None]:
    """As many as there are cores for many rows, one for few, and one wherever other fits run at the same time."""
    limit = _cores() if alone and rows >= ROWS_MIN else 1
    before = _allowed.set(limit)
    try:
        with threadpool_limits(limits={"openmp": limit, "blas": 1}):
            yield
    finally:
        _allowed.reset(before)


def allowed() -> int:
    """For libraries that bring threads of their own."""
    return _allowed.get()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

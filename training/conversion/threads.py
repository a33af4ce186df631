"""How many threads a fit may use: one, unless it is large and alone on the machine."""

from contextlib import AbstractContextManager

from joblib import cpu_count
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

ROWS_MIN = 100_000
"""Of fewer rows a fit gains nothing by a second thread."""

# scikit-learn brings this. Those of linear algebra never gain anything here, and they do not sleep (see `training`).
threadpool_limits(limits=1)


def threads_for(rows: int, *, alone: bool = True) -> AbstractContextManager[object]:
    """As many as there are cores for many rows, one for few, and one wherever other fits run at the same time."""
    limits = {"openmp": cpu_count() if alone and rows >= ROWS_MIN else 1, "blas": 1}
    limited: AbstractContextManager[object] = threadpool_limits(limits=limits)
    return limited

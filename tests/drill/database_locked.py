"""Another process holds the SQLite database for writing, and does not let go."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.drill._outage import PROMISE as PROMISE
from tests.drill._outage import endure
from tests.drill.drill import Say

IN_SAMPLE = False


def drill(folder: Path, say: Say) -> list[str]:
    """Hold a write transaction for 22 s."""
    return endure(folder / "config", folder / "data", lambda: _held(folder / "data" / "leadbid.db"), say)


@contextmanager
def _held(file: Path) -> Iterator[None]:
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")

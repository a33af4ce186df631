"""The SQLite database is moved away under the service, and the very same file is put back later."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.drill.drill import Say
from app.drill.outages._outage import PROMISE as PROMISE
from app.drill.outages._outage import endure

IN_SAMPLE = True


def drill(folder: Path, say: Say) -> list[str]:
    """Have it elsewhere for 22 s."""
    return endure(folder / "config", folder / "data", lambda: _elsewhere(folder / "data" / "leadbid.db"), say)


@contextmanager
def _elsewhere(file: Path) -> Iterator[None]:
    file.rename(file.with_name("elsewhere.db"))
    yield
    file.with_name("elsewhere.db").rename(file)

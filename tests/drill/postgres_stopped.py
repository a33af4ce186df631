"""PostgreSQL is stopped in the middle of everything, and started again later."""

from pathlib import Path

from tests.drill._outage import PROMISE as PROMISE
from tests.drill._outage import endure
from tests.drill._replica import a_replica
from tests.drill.drill import Say
from tests.throwaway_postgres import stopped

IN_SAMPLE = False


def drill(folder: Path, say: Say) -> list[str]:
    """Have it away for 22 s."""
    with a_replica(folder / "data") as url:
        return endure(folder / "config", folder / "data", lambda: stopped(url), say, url)

"""PostgreSQL is stopped in the middle of everything, and started again later."""

from pathlib import Path

from app.drill.drill import Say
from app.drill.kit.throwaway_postgres import stopped
from app.drill.outages._outage import PROMISE as PROMISE
from app.drill.outages._outage import endure
from app.drill.outages._replica import a_replica

IN_SAMPLE = False


def drill(folder: Path, say: Say) -> list[str]:
    """Have it away for 22 s."""
    with a_replica(folder / "data") as url:
        return endure(folder / "config", folder / "data", lambda: stopped(url), say, url)

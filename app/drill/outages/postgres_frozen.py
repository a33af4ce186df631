"""All processes of PostgreSQL stand still: connections stay open, and nobody answers on them."""

from pathlib import Path

from app.drill.drill import Say
from app.drill.kit.throwaway_postgres import frozen
from app.drill.outages._outage import PROMISE as PROMISE
from app.drill.outages._outage import endure
from app.drill.outages._replica import a_replica

IN_SAMPLE = False


def drill(folder: Path, say: Say) -> list[str]:
    """Freeze it for 22 s."""
    with a_replica(folder / "data") as url:
        return endure(folder / "config", folder / "data", lambda: frozen(url), say, url)

"""All processes of PostgreSQL stand still: connections stay open, and nobody answers on them."""

from pathlib import Path

from tests.drill._outage import PROMISE as PROMISE
from tests.drill._outage import endure
from tests.drill._replica import a_replica
from tests.drill.drill import Say
from tests.throwaway_postgres import frozen

IN_SAMPLE = False


def drill(folder: Path, say: Say) -> list[str]:
    """Freeze it for 22 s."""
    with a_replica(folder / "data") as url:
        return endure(folder / "config", folder / "data", lambda: frozen(url), say, url)

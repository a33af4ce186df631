"""Another process holds the SQLite database for writing, and does not let go."""

from pathlib import Path

from app.drill.drill import Say
from app.drill.kit.database import held
from app.drill.outages._outage import PROMISE as PROMISE
from app.drill.outages._outage import endure

IN_SAMPLE = False


def drill(folder: Path, say: Say) -> list[str]:
    """Hold a write transaction for 22 s."""
    return endure(folder / "config", folder / "data", lambda: held(folder / "data" / "leadbid.db"), say)

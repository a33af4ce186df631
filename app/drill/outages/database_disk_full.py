"""The file system of the SQLite database is full to the last block."""

from pathlib import Path

from app.drill.drill import Say
from app.drill.kit.disk import a_disk, full
from app.drill.outages._outage import PROMISE as PROMISE
from app.drill.outages._outage import endure

IN_SAMPLE = False


def drill(folder: Path, say: Say) -> list[str]:
    """Fill it for 22 s, then make room."""
    with a_disk(folder / "disk", 16) as disk:
        return endure(folder / "config", disk / "data", lambda: full(disk / "filler"), say)

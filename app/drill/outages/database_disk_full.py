"""The file system of the SQLite database is full to the last block."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.drill.drill import Say
from app.drill.outages._outage import PROMISE as PROMISE
from app.drill.outages._outage import a_disk, endure

IN_SAMPLE = False


def drill(folder: Path, say: Say) -> list[str]:
    """Fill it for 22 s, then make room."""
    with a_disk(folder / "disk", 16) as disk:
        return endure(folder / "config", disk / "data", lambda: _full(disk / "filler"), say)


@contextmanager
def _full(filler: Path) -> Iterator[None]:
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    try:
        yield
    finally:
        filler.unlink()

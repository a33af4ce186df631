"""The disk of the SQLite database does not answer: a write neither succeeds nor fails."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.drill.drill import NotHere, Say
from app.drill.outages._outage import PROMISE as PROMISE
from app.drill.outages._outage import endure

IN_SAMPLE = False


def drill(folder: Path, say: Say) -> list[str]:
    """Freeze the file system of the database, not that of the journal, for 22 s."""
    with _a_file_system(folder) as disk:
        return endure(
            folder / "config", folder / "data", lambda: _frozen(disk), say, f"sqlite:///{disk / 'leadbid.db'}"
        )


@contextmanager
def _a_file_system(folder: Path) -> Iterator[Path]:
    """A real one in a file of its own. NotHere where this user may not mount it."""
    image, disk = folder / "image", folder / "disk"
    disk.mkdir()
    with image.open("wb") as file:
        file.truncate(64 * 2**20)
    try:
        subprocess.run(["mkfs.ext4", "-q", image], check=True, capture_output=True)
        subprocess.run(["mount", "-o", "loop", image, disk], check=True, capture_output=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        raise NotHere("this user may not mount a file system from a file") from None
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


@contextmanager
def _frozen(disk: Path) -> Iterator[None]:
    subprocess.run(["fsfreeze", "--freeze", disk], check=True)
    try:
        yield
    finally:
        subprocess.run(["fsfreeze", "--unfreeze", disk], check=True)

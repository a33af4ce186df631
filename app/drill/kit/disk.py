"""A small disk of its own, which can be filled."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.drill.drill import NotHere


@contextmanager
def a_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system in memory. NotHere where this user may not mount."""
    folder.mkdir(parents=True)
    mount: list[str | Path] = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        raise NotHere("the right to mount a file system, which root has")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def full(filler: Path) -> Iterator[None]:
    """The disk of this file is full to the last block as long as this lasts."""
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    try:
        yield
    finally:
        filler.unlink()

"""The last moment that a data directory's service lived, by which the next one sees that the clock was set back."""

import os
from contextlib import suppress
from pathlib import Path

from app.private_files import FILE as PRIVATE

FILE = "clock"


def keep_moment(data: Path, now: float) -> None:
    """Write it down in place, without waiting for the disk; where that fails the former one stays."""
    with suppress(OSError):
        descriptor = os.open(data / FILE, os.O_WRONLY | os.O_CREAT, PRIVATE)
        try:
            os.write(descriptor, b"%017.3f\n" % now)
        finally:
            os.close(descriptor)


def last_moment(data: Path) -> float:
    """The moment that was written down last; 0 where there is none that can be read."""
    try:
        return float((data / FILE).read_text())
    except (OSError, ValueError):
        return 0.0

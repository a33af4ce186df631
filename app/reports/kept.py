"""Stores the tallies of whole hours in small files beside the journal, so that a month is read from counts.

Nothing hangs on them: one that is missing, damaged, of another version, or of an hour that changed is counted anew.
"""

from collections.abc import Container
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

import msgspec

from app.private_files import make_directory, write_whole
from app.reports.tally import JournalTally

FOLDER = "tallies"

VERSION = 4
"""It grows whenever `counter.py` counts anything in another way, or reads another version of lines."""

Stamp = tuple[str, int, int]
"""A part of the hour by which it is known again: its file's name, bytes, and time of change in nanoseconds."""


class _Head(msgspec.Struct, frozen=True):
    """The first line of a file; the tally is the second."""

    v: int
    parts: tuple[Stamp, ...]
    digest: str


def read(directory: Path, hour: str, parts: tuple[Stamp, ...]) -> JournalTally | None:
    """What was kept of these parts of an hour; `None` where it must be counted."""
    try:
        head, _, tally = _path(directory, hour).read_bytes().partition(b"\n")
        if msgspec.json.decode(head, type=_Head) != _head(parts, tally):
            return None
        return msgspec.json.decode(tally, type=JournalTally)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def is_damaged(path: Path) -> bool:
    """Whether a file is not what was kept in it, whatever became of the journal meanwhile."""
    try:
        head, _, tally = path.read_bytes().partition(b"\n")
        noted = msgspec.json.decode(head, type=_Head)
        return noted.v == VERSION and noted != _head(noted.parts, tally)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return True


def write(directory: Path, hour: str, parts: tuple[Stamp, ...], tally: JournalTally) -> None:
    """Keep what these parts of an hour come to; the file is whole or not there. Raises OSError."""
    path, text = _path(directory, hour), msgspec.json.encode(tally)
    make_directory(path.parent)
    write_whole(path, msgspec.json.encode(_head(parts, text)) + b"\n" + text)


def drop_all_but(directory: Path, hours: Container[str]) -> None:
    """Forget the hours whose journal is gone."""
    for path in (directory / FOLDER).glob("*.json"):
        if path.stem not in hours:
            with suppress(FileNotFoundError):
                path.unlink()


def _head(parts: tuple[Stamp, ...], tally: bytes) -> _Head:
    return _Head(v=VERSION, parts=parts, digest=blake2b(tally, digest_size=16).hexdigest())


def _path(directory: Path, hour: str) -> Path:
    return directory / FOLDER / f"{hour}.json"

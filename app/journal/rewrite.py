"""Rewrites parts of the journal where lines must change or go, beside a service that goes on writing.

A file has its new content whole or not at all, so that a kill leaves the former, and the next run begins it again.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from app import parquet
from app.journal.compact import closed, to_parquet
from app.journal.flat import Flat, flat
from app.journal.parts import LinesDigest, Part, texts
from app.journal.versions import COLUMNS
from app.private_files import sync_folder, write_new

Change = Callable[[bytes, Path], bytes | None]
"""What becomes of a line of this file, given and returned without its line break; None where it goes."""

_UNFINISHED = (".*.jsonl.unfinished", ".*.parquet.rows", ".*.parquet.new")


def sweep(directory: Path) -> None:
    """Remove what a kill left half written. One at a time may work on a directory."""
    for pattern in _UNFINISHED:
        for path in directory.glob(pattern):
            path.unlink(missing_ok=True)


def rewrite(part: Part, directory: Path, change: Change, rest: Callable[[], None] = lambda: None) -> int:
    """Change every line of a part; how many changed or went. A part without lines is removed.

    One at a time may work on a directory; `rest` is called with every line. Raises ParquetError, OtherVersion, OSError.
    """
    if not part.is_parquet:
        return _rewrite_lines(closed(part, directory), change, rest)
    lines = part.path.with_suffix(".jsonl")
    if lines.exists():
        # A kill came before the last step of compacting: the same lines stand there once more.
        to_parquet(lines, lambda _name, _lines: None)
    return _rewrite_parquet(part, change, rest)


def remove(part: Part, directory: Path) -> None:
    """Remove a part with all its lines."""
    path = part.path if part.is_parquet else closed(part, directory)
    path.unlink(missing_ok=True)
    path.with_suffix(".jsonl").unlink(missing_ok=True)
    sync_folder(directory)


def _rewrite_lines(path: Path, change: Change, rest: Callable[[], None]) -> int:
    fresh = path.with_name(f".{path.name}.unfinished")
    while True:
        read = _Changing(path, change, rest)
        size = 0
        with path.open("rb") as former, write_new(fresh) as file:
            for text in former:
                size += len(text)
                if (new := read.changed(text.removesuffix(b"\n"))) is not None:
                    file.write(new + b"\n")
            file.flush()
            os.fsync(file.fileno())
        # A service that had opened the file before it was closed may have added to it meanwhile: then once more.
        if path.stat().st_size == size:
            break
    if read.left:
        fresh.replace(path)
    else:
        path.unlink()
        fresh.unlink()
    # A power cut must not bring back the file in which the person still stands.
    sync_folder(path.parent)
    return read.count


def _rewrite_parquet(part: Part, change: Change, rest: Callable[[], None]) -> int:
    read = _Changing(part.path, change, rest)
    rows = (flat(new, part.path) for text in texts(part) if (new := read.changed(text)) is not None)
    parquet.write(part.path, Flat, _counted(rows, read), notes=read.notes)
    if not read.left:
        part.path.unlink()
    return read.count


def _counted(rows: Iterator[Flat], read: "_Changing") -> Iterator[Flat]:
    for row in rows:
        read.broken += row.broken is not None
        yield row


class _Changing:
    """Lines on their way, and what is noted of them once they are all through."""

    def __init__(self, path: Path, change: Change, rest: Callable[[], None]) -> None:
        self.count = self.left = self.broken = 0
        self._bytes = 0
        self._digest = LinesDigest()
        self._path = path
        self._change = change
        self._rest = rest

    def changed(self, text: bytes) -> bytes | None:
        self._rest()
        new = self._change(text, self._path)
        self.count += new != text
        if new is not None:
            self.left += 1
            self._bytes += len(new) + 1
            self._digest.add(new)
        return new

    def notes(self) -> dict[str, int]:
        return {
            "v": COLUMNS,
            "lines": self.left,
            "broken": self.broken,
            "jsonl_bytes": self._bytes,
            "digest": self._digest.number,
        }

"""Adds a line to a file of a day: whole, once on disk before it is said to be, and readable after any crash."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from app.outbound.message import OutboundAnswer, OutboundLine
from app.private_files import append_to, make_directory, sync_folder

if sys.platform != "win32":
    import fcntl

_TAIL = 1 << 16
MARK = b"\xef\xbb\xbf"
"""Without a byte order mark Excel takes UTF-8 for the code page of its country."""


def append_line(line: OutboundLine) -> OutboundAnswer:
    """Status 200 once the line is on the disk. A file with other columns stays as it is, and the next one is begun."""
    try:
        first = path = Path(line.file)
        make_directory(first.parent)
        number = 1
        while not _appended(path, line):
            number += 1
            path = first.with_suffix(f".{number}{first.suffix}")
    except OSError as error:
        return OutboundAnswer(trouble="disk", body=(error.strerror or type(error).__name__).encode())
    return OutboundAnswer(status=200, step="WRITE")


def _appended(path: Path, line: OutboundLine) -> bool:
    is_new = not path.exists()
    with append_to(path) as file, _alone(file):
        header = MARK + line.header
        file.seek(0)
        if is_new or not file.read(1):
            _write(file, header + line.line)
        else:
            file.seek(0)
            if file.read(len(header)) != header:
                return False
            _write(file, _mended(file) + line.line)
        os.fsync(file.fileno())
    if is_new:
        sync_folder(path.parent)
    return True


def _mended(file: FileIO) -> bytes:
    """What ends the line that a crash cut, so that ours begins a new one; nothing where it is whole."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - _TAIL, 0))
    last = (file.read() or b"").rpartition(b"\n")[2]
    readable = last.decode("utf-8", "ignore").encode()
    if readable != last and last.startswith(readable):
        # Half a letter would keep strict readers from the whole file.
        file.truncate(size - len(last) + len(readable))
    return (b'"\n' if last.count(b'"') % 2 else b"\n") if last else b""


def _write(file: FileIO, content: bytes) -> None:
    """All of it, or OSError."""
    written = 0
    while written < len(content):
        written += file.write(content[written:]) or 0


@contextmanager
def _alone(file: FileIO) -> Iterator[None]:
    """No other of our processes adds to this file meanwhile."""
    if sys.platform != "win32":
        fcntl.flock(file, fcntl.LOCK_EX)
    yield

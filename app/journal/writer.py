"""Appends decisions to one file per hour, in batches and from a thread, so that no ping waits for the disk."""

import asyncio
import logging
import os
import sys
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from threading import Lock
from zlib import crc32

import msgspec

from app.journal.lines import Line
from app.journal.versions import STAMP
from app.private_files import append_to, make_directory
from app.telemetry.trouble import where

FLUSH_S = 0.05
"""How long a line may wait: a kill loses the last few. While a thread writes down what many pings left, others wait."""

_RETRY_S = 0.25

WAITING_MAX = 200_000
"""Lines held while the disk is full or fails; beyond that the oldest are dropped and counted."""

_HOUR_S = 3_600

_SIZE_BITS, _SUM_BITS = 24, 32
_SIZE_MAX, _SUM_MAX = (1 << _SIZE_BITS) - 1, (1 << _SUM_BITS) - 1

_ENCODER = msgspec.json.Encoder()

_log = logging.getLogger(__name__)


def hour_of(at: float) -> str:
    """The hour (UTC) as "2026-11-20T16"."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H")


def hour_start(hour: str) -> float:
    """When an hour of this name began, in UTC epoch seconds."""
    return datetime.strptime(hour, "%Y-%m-%dT%H").replace(tzinfo=UTC).timestamp()


def hour_file(at: float, writer: int = 0) -> str:
    """The name of the file to which a writer appends the lines of this hour; the only one of a directory is 0."""
    return f"{hour_of(at)}.{writer}.jsonl" if writer else f"{hour_of(at)}.jsonl"


def encoded(line: Line) -> bytes:
    """A line as it is written."""
    return STAMP + _ENCODER.encode(line)[1:]


class LineFile:
    """A file of the journal held open, so that its lines can be read though it was renamed, rewritten or removed."""

    def __init__(self, descriptor: int) -> None:
        """It is ours from now on."""
        self._descriptor = descriptor

    def is_same(self, other: int) -> bool:
        """Whether this descriptor is of the same file."""
        return os.path.sameopenfile(self._descriptor, other)

    def read(self, offset: int, size: int) -> bytes:
        """So many bytes from there, fewer where it ends. OSError."""
        return os.pread(self._descriptor, size, offset)

    def __del__(self) -> None:
        with suppress(OSError):
            os.close(self._descriptor)


class KeptLine(msgspec.Struct, gc=False):
    """A line that may be asked for again: its text until it is written, and from then on only where it stands.

    Hundreds of thousands of bids may live at once, and their lines would take kilobytes each. `held` is the line as it
    was appended, soon its text, and once that stands in a `file`, its place there: offset, size and checksum in one
    number.
    """

    held: Line | bytes | int
    file: LineFile | None = None

    @property
    def text(self) -> bytes | None:
        """The line; `None` where the file does not hold it any more."""
        # Another thread may let go of the text at any moment: what was taken here is looked at, nothing twice.
        held = self.held
        if isinstance(held, bytes):
            return held
        if isinstance(held, Line):
            return self.encode(held)
        if self.file is None:
            return None
        try:
            text = self.file.read(held >> (_SIZE_BITS + _SUM_BITS), held >> _SUM_BITS & _SIZE_MAX)
        except OSError:
            return None
        return text if crc32(text) == held & _SUM_MAX else None

    def encode(self, line: Line) -> bytes:
        """Hold the text of this line, which it is; a line that cannot be one leaves its place to those behind it."""
        try:
            text = encoded(line)
        except Exception as error:  # noqa: BLE001 - whatever it is, it would stop the journal for all that comes
            _log.error("a line of the journal could not be made: %s", where(error))
            text = b""
        self.held = text
        return text

    def is_written(self, file: LineFile, offset: int) -> int:
        """Let go of the text, which stands there from now on; how long it is."""
        text = self.text or b""
        if len(text) <= _SIZE_MAX:
            self.file = file
            self.held = (offset << _SIZE_BITS | len(text)) << _SUM_BITS | crc32(text)
        return len(text)


class JournalWriter:
    """The only writer of its number in a directory, each of which has files of its own.

    `append` only queues; `run` writes together what came within `FLUSH_S`, until cancelled. `lost` counts the lines
    that were dropped.

    While it runs, lines become text when the event loop has done all else of its turn: an answer need not wait for
    what is written down of it, which takes a tenth of a ping's time.
    """

    def __init__(self, directory: Path, append: Callable[[Path], FileIO] = append_to, writer: int = 0) -> None:
        """`append` opens a file to be added to."""
        make_directory(directory)
        self._directory = directory
        self._opened = append
        self._writer = writer
        # The writing thread takes from one end while pings add to the other; a deque needs no lock for that.
        self._waiting: deque[tuple[float, KeptLine]] = deque()
        self._unencoded: list[KeptLine] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._file: LineFile | None = None
        self._writing = Lock()
        self.trouble = ""
        """Why the last try to write failed; empty where it did not."""
        self.lost = 0

    @property
    def waiting(self) -> int:
        """How many lines are not written yet."""
        return len(self._waiting)

    @property
    def is_failing(self) -> bool:
        """Whether nothing can be written now."""
        return bool(self.trouble)

    @property
    def waits_since(self) -> float | None:
        """The time of the oldest of them; `None` where none waits."""
        try:
            return self._waiting[0][0]
        except IndexError:
            # The writing thread may have taken it just now.
            return None

    def append(self, line: Line) -> KeptLine:
        """Queue one line, to be written within `FLUSH_S`; returned for those who ask for it again."""
        kept = KeptLine(line)
        self._waiting.append((line.at, kept))
        if self._loop is None:
            kept.encode(line)
        else:
            if not self._unencoded:
                self._loop.call_soon(self._encode)
            self._unencoded.append(kept)
        return kept

    async def run(self, on_error: Callable[[OSError], None]) -> None:
        """Write until cancelled, then write what is left. A full disk keeps the lines waiting; it is reported once."""
        self._loop = asyncio.get_running_loop()
        try:
            while True:
                await asyncio.sleep(_RETRY_S if self.is_failing else FLUSH_S)
                if self._waiting:
                    await asyncio.to_thread(self.try_to_flush, on_error)
        finally:
            self._loop = None
            self.close(on_error)

    def close(self, on_error: Callable[[OSError], None]) -> None:
        """Write what is left. What no disk takes is lost, and said."""
        self.try_to_flush(on_error)
        if self.waiting:
            _log.error("the service stops, and %d lines of the journal are lost: %s", self.waiting, self.trouble)

    def _encode(self) -> None:
        """Have those lines be text that are not yet, since nobody asked for them."""
        lines, self._unencoded = self._unencoded, []
        for kept in lines:
            # Taken once, as in `text`: it may be written by now.
            held = kept.held
            if isinstance(held, Line):
                kept.encode(held)

    def flush(self) -> None:
        """Write all waiting lines, each to the file of its hour. OSError if some are still waiting afterwards."""
        with self._writing:
            self._have_directory()
            hours = self._take()
            try:
                while hours:
                    hour, batch = next(iter(hours.items()))
                    path = self._directory / hour_file(hour * _HOUR_S, self._writer)
                    self._append(path, [kept for _, kept in batch])
                    del hours[hour]
            except OSError:
                self._put_back([line for batch in hours.values() for line in batch])
                raise

    def _have_directory(self) -> None:
        """Make the directory again if it was removed: what was in it is gone, but what comes is kept."""
        if not self._directory.is_dir():
            make_directory(self._directory)
            _log.error(
                "the journal's directory %s was removed: it is made again and goes on from here; restore what it held",
                self._directory,
            )

    def try_to_flush(self, on_error: Callable[[OSError], None]) -> None:
        """Write what waits; where that fails for the first time, `on_error` is told."""
        try:
            self.flush()
        except OSError as error:
            if not self.is_failing:
                on_error(error)
            self.trouble = error.strerror or type(error).__name__
        else:
            self.trouble = ""

    def _append(self, path: Path, lines: Sequence[KeptLine]) -> None:
        """Write all of these lines or none.

        The file is opened by name each time, because compacting renames the file of a past hour and expects that
        nothing is appended to it afterwards. It is unbuffered, so that an error of the disk occurs here, where the part
        that was written can be cut off: otherwise the next line would be appended to half a line.
        """
        with self._opened(path) as file:
            end = file.seek(0, 2)
            first = _line_break(file, end)
            left = memoryview(first + b"\n".join([line.text or b"" for line in lines]) + b"\n")
            try:
                while left:
                    left = left[file.write(left) :]
            except OSError:
                with suppress(OSError):
                    file.truncate(end)
                raise
            self._let_go(lines, file.fileno(), end + len(first))

    def _let_go(self, lines: Sequence[KeptLine], descriptor: int, offset: int) -> None:
        """Have lines that were written from there on be read where they stand."""
        if sys.platform == "win32":
            # Commands could not rename a file that is held open there.
            return
        if self._file is None or not self._file.is_same(descriptor):
            self._file = LineFile(os.dup(descriptor))
        for line in lines:
            offset += line.is_written(self._file, offset) + 1

    def _take(self) -> dict[int, list[tuple[float, KeptLine]]]:
        """All that waits by now, by hour."""
        hours: dict[int, list[tuple[float, KeptLine]]] = {}
        for _ in range(len(self._waiting)):
            at, kept = self._waiting.popleft()
            hours.setdefault(int(at // _HOUR_S), []).append((at, kept))
        return hours

    def _put_back(self, lines: list[tuple[float, KeptLine]]) -> None:
        self._waiting.extendleft(reversed(lines))
        for _ in range(len(self._waiting) - WAITING_MAX):
            self._waiting.popleft()
            self.lost += 1


def _line_break(file: FileIO, end: int) -> bytes:
    """A line break if the file ends without one, since a kill may have cut off its last line."""
    if end == 0:
        return b""
    file.seek(end - 1)
    return b"" if file.read(1) == b"\n" else b"\n"

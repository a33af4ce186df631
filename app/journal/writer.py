"""Appends decisions to one file per hour, in batches and from a thread, so that no ping waits for the disk."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from threading import Lock

import msgspec

from app.journal.lines import Line
from app.journal.versions import STAMP
from app.private_files import append_to, make_directory

FLUSH_S = 0.25
"""How long a line may wait: a kill loses less than a second of lines."""

WAITING_MAX = 200_000
"""Lines held while the disk is full or fails; beyond that the oldest are dropped and counted."""

_HOUR_S = 3_600

_ENCODER = msgspec.json.Encoder()

_log = logging.getLogger(__name__)


def hour_of(at: float) -> str:
    """The hour (UTC) as "2026-11-20T16"."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H")


def hour_start(hour: str) -> float:
    """When an hour of this name began, in UTC epoch seconds."""
    return datetime.strptime(hour, "%Y-%m-%dT%H").replace(tzinfo=UTC).timestamp()


def hour_file(at: float) -> str:
    """The name of the file to which the lines of this hour are appended."""
    return f"{hour_of(at)}.jsonl"


def encoded(line: Line) -> bytes:
    """A line as it is written."""
    return STAMP + _ENCODER.encode(line)[1:]


class JournalWriter:
    """The only writer of a directory. `append` only queues; `run` writes every quarter of a second until cancelled.

    `lost` counts the lines that were dropped.
    """

    def __init__(self, directory: Path, append: Callable[[Path], FileIO] = append_to) -> None:
        """`append` opens a file to be added to."""
        make_directory(directory)
        self._directory = directory
        self._append = append
        # The writing thread takes from one end while pings add to the other; a deque needs no lock for that.
        self._waiting: deque[tuple[float, bytes]] = deque()
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

    def append(self, line: Line) -> bytes:
        """Queue one line, to be written within a quarter of a second; returns its encoded text."""
        text = encoded(line)
        self._waiting.append((line.at, text))
        return text

    async def run(self, on_error: Callable[[OSError], None]) -> None:
        """Write until cancelled, then write what is left. A full disk keeps the lines waiting; it is reported once."""
        try:
            while True:
                await asyncio.sleep(FLUSH_S)
                await asyncio.to_thread(self.try_to_flush, on_error)
        finally:
            self.close(on_error)

    def close(self, on_error: Callable[[OSError], None]) -> None:
        """Write what is left. What no disk takes is lost, and said."""
        self.try_to_flush(on_error)
        if self.waiting:
            _log.error("the service stops, and %d lines of the journal are lost: %s", self.waiting, self.trouble)

    def flush(self) -> None:
        """Write all waiting lines, each to the file of its hour. OSError if some are still waiting afterwards."""
        with self._writing:
            self._have_directory()
            hours = self._take()
            try:
                while hours:
                    hour, batch = next(iter(hours.items()))
                    _write(self._append, self._directory / hour_file(hour * _HOUR_S), [text for _, text in batch])
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

    def _take(self) -> dict[int, list[tuple[float, bytes]]]:
        """All that waits by now, by hour."""
        hours: dict[int, list[tuple[float, bytes]]] = {}
        for _ in range(len(self._waiting)):
            at, text = self._waiting.popleft()
            hours.setdefault(int(at // _HOUR_S), []).append((at, text))
        return hours

    def _put_back(self, lines: list[tuple[float, bytes]]) -> None:
        self._waiting.extendleft(reversed(lines))
        for _ in range(len(self._waiting) - WAITING_MAX):
            self._waiting.popleft()
            self.lost += 1


def _write(append: Callable[[Path], FileIO], path: Path, lines: Iterable[bytes]) -> None:
    """Write all of these lines or none.

    The file is opened by name each time, because compacting renames the file of a past hour and expects that nothing is
    appended to it afterwards. It is unbuffered, so that an error of the disk occurs here, where the part that was
    written can be cut off: otherwise the next line would be appended to half a line.
    """
    with append(path) as file:
        end = file.seek(0, 2)
        left = memoryview(_line_break(file, end) + b"\n".join(lines) + b"\n")
        try:
            while left:
                left = left[file.write(left) :]
        except OSError:
            with suppress(OSError):
                file.truncate(end)
            raise


def _line_break(file: FileIO, end: int) -> bytes:
    """A line break if the file ends without one, since a kill may have cut off its last line."""
    if end == 0:
        return b""
    file.seek(end - 1)
    return b"" if file.read(1) == b"\n" else b"\n"

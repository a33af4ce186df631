"""Counts a journal that grows: of a file that is appended to, only what was written since the last look."""

from collections.abc import Callable, Iterator
from pathlib import Path

from app.journal.parts import OPEN, Part
from app.journal.summary import LineSummary, summarize
from app.reports.counter import LineCounter
from app.reports.fold import fold
from app.reports.hours import LUMP, Hour, count_hour, hours
from app.reports.kept import Stamp
from app.reports.tally import JournalTally, add

_READ_BYTES = 1 << 20


class GrowingTally:
    """One for a directory, asked by one thread at a time. `rest` is called every now and then, so that it holds nobody
    up.
    """

    def __init__(self, directory: Path, rest: Callable[[], None] = lambda: None) -> None:
        self._directory = directory
        self._rest = rest
        self._whole: dict[str, tuple[tuple[Stamp, ...], JournalTally]] = {}
        self._open: dict[Path, _OpenPart] = {}

    def since(self, since: float, until: float) -> JournalTally:
        """Everything from the hour of `since` to that of `until` (UTC epoch seconds).

        Raises ParquetError, OtherVersion, OSError.
        """
        whole, seen, read = JournalTally(), {}, dict[Path, _OpenPart]()
        for hour in hours(self._directory, since, until):
            tally = self._grown(hour, read)
            if tally is None:
                stamps, tally = self._whole.get(hour.name, ((), JournalTally()))
                if stamps != hour.stamps:
                    tally = count_hour(self._directory, hour, self._rest)
                seen[hour.name] = hour.stamps, tally
            add(whole, tally)
        self._whole, self._open = seen, read
        return whole.settle()

    def _grown(self, hour: Hour, read: "dict[Path, _OpenPart]") -> JournalTally | None:
        """The count of an hour of which each writer has one file of JSON lines, noted in `read`; None of another."""
        if any(part.number != OPEN or part.is_parquet for part in hour.parts):
            return None
        whole = JournalTally()
        for part in hour.parts:
            known = self._open.get(part.path)
            read[part.path] = known if known is not None and known.continues(part) else _OpenPart(part)
            add(whole, read[part.path].read_on(self._rest))
        return whole


class _OpenPart:
    """How far a file was read, and what it comes to."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._file = _file_id(part.path)
        self._offset = 0
        self._counter = LineCounter()

    def continues(self, part: Part) -> bool:
        """Whether this is the same file, which has lost nothing."""
        return part == self._part and _file_id(part.path) == self._file and part.path.stat().st_size >= self._offset

    def read_on(self, rest: Callable[[], None]) -> JournalTally:
        """The count of all that is written by now; the last line may be half written, and waits for its end."""
        fold(self._lines(rest), self._counter)
        return self._counter.tally

    def _lines(self, rest: Callable[[], None]) -> Iterator[LineSummary]:
        number = 0
        with self._part.path.open("rb") as file:
            file.seek(self._offset)
            while texts := file.readlines(_READ_BYTES):
                for text in texts:
                    if not text.endswith(b"\n"):
                        return
                    self._offset += len(text)
                    number += 1
                    if number % LUMP == 0:
                        rest()
                    line = summarize(text.removesuffix(b"\n"), self._part.path)
                    if line is None:
                        self._counter.unread()
                    else:
                        yield line


def _file_id(path: Path) -> int:
    return path.stat().st_ino

"""Counts a journal hour by hour; an hour whose tally was kept is not counted again."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path

import msgspec

from app.journal.lines import Line
from app.journal.parts import Part, parts, texts
from app.journal.summary import LineSummary, summarize
from app.journal.writer import hour_start
from app.reports import kept
from app.reports.counter import LineCounter
from app.reports.fold import fold
from app.reports.kept import Stamp
from app.reports.tally import JournalTally, add

LUMP = 200
"""Lines counted in one go, some milliseconds of work, before other threads get a turn."""

_HOUR_S = 3_600.0


class Hour(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of one hour (UTC, as "2026-11-20T16") as they stood when somebody looked."""

    name: str
    parts: tuple[Part, ...]
    stamps: tuple[Stamp, ...]

    @property
    def is_compacted(self) -> bool:
        """Whether all of it is compacted: then it changes only where somebody writes a line of an hour long over."""
        return all(part.is_parquet for part in self.parts)


def hours(directory: Path, since: float = 0.0, until: float = float("inf")) -> Iterator[Hour]:
    """The hours with lines from `since` to `until` (UTC epoch seconds), oldest first."""
    for name, found in groupby(parts(directory, since, until), lambda part: part.hour):
        hour = _stamped(directory, name, tuple(found))
        if hour is not None:
            yield hour


def count_hour(directory: Path, hour: Hour, rest: Callable[[], None]) -> JournalTally:
    """What an hour comes to, as it was kept or else counted now; `rest` is called every now and then.

    Raises ParquetError, OtherVersion, OSError.
    """
    return kept.read(directory, hour.name, hour.stamps) or _counted(directory, hour, rest, lambda _: True)


def count_span(directory: Path, since: float, until: float, rest: Callable[[], None] = lambda: None) -> JournalTally:
    """Everything from `since` to `until` (UTC epoch seconds), to the second. Raises as `count_hour` does."""
    whole = JournalTally()
    for hour in hours(directory, since, until):
        begins = hour_start(hour.name)
        if since <= begins and begins + _HOUR_S <= until:
            add(whole, count_hour(directory, hour, rest))
        else:
            add(whole, _counted(directory, hour, rest, lambda line: since <= line.at <= until))
    return whole.settle()


def keep_tallies(directory: Path, rest: Callable[[], None] = lambda: None) -> int:
    """Keep what each compacted hour comes to where that is not kept yet, and drop what is of hours that are gone.

    How many were counted. One at a time may work on a directory. Raises as `count_hour` does.
    """
    counted, names = 0, set()
    for hour in hours(directory):
        names.add(hour.name)
        if hour.is_compacted and kept.read(directory, hour.name, hour.stamps) is None:
            kept.write(directory, hour.name, hour.stamps, _counted(directory, hour, rest, lambda _: True))
            counted += 1
    kept.drop_all_but(directory, names)
    return counted


def _stamped(directory: Path, name: str, found: tuple[Part, ...]) -> Hour | None:
    """The hour with these parts, or those that took their places; `None` where it is gone."""
    try:
        stamps = tuple([_stamp(part.path) for part in found])
    except FileNotFoundError:
        return _again(directory, name)
    return Hour(name=name, parts=found, stamps=stamps) if found else None


def _again(directory: Path, name: str) -> Hour | None:
    """The hour as it stands now: a part was closed or compacted meanwhile, and has another name."""
    begins = hour_start(name)
    return _stamped(directory, name, tuple(parts(directory, begins, begins)))


def _stamp(path: Path) -> Stamp:
    status = path.stat()
    return path.name, status.st_size, status.st_mtime_ns


def _counted(directory: Path, hour: Hour, rest: Callable[[], None], wanted: Callable[[Line], bool]) -> JournalTally:
    """What the wanted lines of an hour come to, also where its parts are closed or compacted meanwhile."""
    counter = LineCounter()
    try:
        fold(filter(wanted, _summaries(hour.parts, counter, rest)), counter)
    except FileNotFoundError:
        again = _again(directory, hour.name)
        return _counted(directory, again, rest, wanted) if again is not None else JournalTally()
    return counter.tally.settle()


def _summaries(parts: Iterable[Part], counter: LineCounter, rest: Callable[[], None]) -> Iterator[LineSummary]:
    number = 0
    for part in parts:
        for text in texts(part):
            number += 1
            if number % LUMP == 0:
                rest()
            line = summarize(text, part.path)
            if line is None:
                counter.unread()
            else:
                yield line

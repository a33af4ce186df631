"""Turns past hours into Parquet without changing a byte of their lines."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from app import parquet
from app.journal.flat import Flat, flat
from app.journal.parts import OPEN, LinesDigest, Part, parquet_texts, parts
from app.journal.versions import COLUMNS, check_columns
from app.journal.writer import hour_of

_TOLD_EVERY = 20_000


class Compacted(msgspec.Struct, frozen=True, kw_only=True):
    """One part, before and after. `broken` lines stand in the file as well, as the bytes that they are."""

    name: str
    lines: int
    broken: int
    bytes_before: int
    bytes_after: int


class NotTheSame(Exception):
    """What was written reads back as something else, so the JSON lines stay; the disk may be failing."""


def compact(directory: Path, before: float, tell: Callable[[str, int], None]) -> Iterator[Compacted]:
    """Compact every part of the hours that ended by `before` (UTC epoch seconds), oldest first, as it is asked for.

    One at a time may work on a directory. It may be killed at any moment and begun again. `tell` hears of each part how
    many lines have been read. Raises ParquetError, NotTheSame, OtherVersion, OSError.
    """
    parquet.require()
    for part in parts(directory):
        if part.is_parquet:
            lines = part.path.with_suffix(".jsonl")
            if lines.exists():
                # A kill came before the last step.
                yield to_parquet(lines, tell)
        elif part.hour < hour_of(before):
            yield to_parquet(closed(part, directory), tell)


def closed(part: Part, directory: Path) -> Path:
    """The part under a name to which the service appends nothing any more; a later line begins another part."""
    if part.number != OPEN:
        return part.path
    others = [other for other in parts(directory) if (other.hour, other.writer) == (part.hour, part.writer)]
    taken = [other.number for other in others if other.number != OPEN]
    return part.path.rename(part.path.with_name(f"{part.open_name}-{max(taken, default=0) + 1}.jsonl"))


def to_parquet(path: Path, tell: Callable[[str, int], None]) -> Compacted:
    """The Parquet file with the lines of this file, which then goes."""
    target = path.with_suffix(".parquet")
    # A service that had opened the file before it was closed may have added to it meanwhile: then once more.
    while not (target.exists() and parquet.notes(target)["jsonl_bytes"] == path.stat().st_size):
        source = _Source(path, tell)
        parquet.write(target, Flat, source.rows(), notes=source.notes, check=source.prove)
    path.unlink()
    return measured(target)


def measured(path: Path) -> Compacted:
    """What was noted of a part when it was compacted."""
    noted = parquet.notes(path)
    check_columns(path, noted.get("v"))
    return Compacted(
        name=path.stem,
        lines=noted["lines"],
        broken=noted["broken"],
        bytes_before=noted["jsonl_bytes"],
        bytes_after=path.stat().st_size,
    )


class _Source:
    """The lines of a file on their way, and what must be known of them once they are all gone."""

    def __init__(self, path: Path, tell: Callable[[str, int], None]) -> None:
        self._path = path
        self._tell = tell
        self._digest = LinesDigest()
        self._lines = self._broken = self._bytes = 0

    def rows(self) -> Iterator[Flat]:
        with self._path.open("rb") as file:
            for text in file:
                line = text.removesuffix(b"\n")
                row = flat(line, self._path)
                self._digest.add(line)
                self._lines += 1
                self._broken += row.broken is not None
                self._bytes += len(text)
                if self._lines % _TOLD_EVERY == 0:
                    self._tell(self._path.stem, self._lines)
                yield row

    def notes(self) -> dict[str, int]:
        return {
            "v": COLUMNS,
            "lines": self._lines,
            "broken": self._broken,
            "jsonl_bytes": self._bytes,
            "digest": self._digest.number,
        }

    def prove(self, made: Path) -> None:
        """The JSON lines are about to go: what takes their place is read back, byte for byte."""
        digest = LinesDigest()
        for line in parquet_texts(made):
            digest.add(line)
        if digest.number != self._digest.number:
            raise NotTheSame(f"{self._path} is kept: what was written of it reads back as something else")

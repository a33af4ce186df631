"""How far a journal reaches: from which hour to which, and how many lines."""

from pathlib import Path

import msgspec

from app import parquet
from app.journal.parts import Part, parts, texts


class Extent(msgspec.Struct, frozen=True, kw_only=True):
    """Hours as "2026-11-20T16" (UTC), both empty where there are no lines."""

    first_hour: str = ""
    last_hour: str = ""
    lines: int = 0

    def __str__(self) -> str:
        if not self.first_hour:
            return "no lines"
        return f"{self.first_hour}h to {self.last_hour}h UTC, {self.lines:,} lines"


def extent(directory: Path) -> Extent:
    """Of a journal as it stands. Raises ParquetError."""
    found = parts(directory)
    if not found:
        return Extent()
    return Extent(first_hour=found[0].hour, last_hour=found[-1].hour, lines=sum(map(_lines_of, found)))


def _lines_of(part: Part) -> int:
    try:
        return parquet.notes(part.path)["lines"] if part.is_parquet else sum(1 for _ in texts(part))
    except FileNotFoundError:
        # Closed or compacted meanwhile: a count for somebody to read need not be exact.
        return 0

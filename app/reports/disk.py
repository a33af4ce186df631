"""How much disk a journal takes, and what compacting saves."""

from pathlib import Path

import msgspec

from app.journal.compact import measured
from app.journal.parts import parts


class Disk(msgspec.Struct, kw_only=True):
    """What the parts of a journal take; `compacted_bytes` is what the Parquet files took as JSON lines."""

    json_files: int = 0
    json_bytes: int = 0
    parquet_files: int = 0
    parquet_bytes: int = 0
    compacted_lines: int = 0
    compacted_bytes: int = 0


def disk(directory: Path, since: float = 0.0, until: float = float("inf")) -> Disk:
    """The parts with lines of this span. ParquetError where one is compacted and DuckDB is missing."""
    found = Disk()
    for part in parts(directory, since, until):
        if part.is_parquet:
            size = measured(part.path)
            found.parquet_files += 1
            found.parquet_bytes += size.bytes_after
            found.compacted_lines += size.lines
            found.compacted_bytes += size.bytes_before
        else:
            found.json_files += 1
            found.json_bytes += part.path.stat().st_size
    return found

"""Rows as Parquet files, each whole or not there at all; the one endpoint to DuckDB, which an extra brings."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from glob import escape
from pathlib import Path
from stat import S_IMODE
from typing import Any, get_args, get_type_hints

import msgspec

from app.private_files import FILE, sync_folder, write_new

_ROW_GROUP = 20_000
"""Rows compressed together: a row of the journal takes some kilobytes, and a group of them is held in memory."""

_ROW_BYTES_MAX = 32 * 1_024 * 1_024
"""A power cut can leave a file that is one long line of zeros; it must not keep the rest from being written."""

_FETCHED = 1_000
_BATCH = 1_000
_SETTINGS: Mapping[str, str | int] = {
    # A command works beside the service on the same machine: it takes one core and little memory, and no network.
    "threads": 1,
    "memory_limit": "1GB",
    "autoinstall_known_extensions": "false",
}
_TYPES = {
    str: "VARCHAR",
    int: "BIGINT",
    float: "DOUBLE",
    bool: "BOOLEAN",
    datetime: "TIMESTAMP",
    bytes: "BLOB",
    tuple[str, ...]: "VARCHAR[]",
    tuple[int, ...]: "BIGINT[]",
}
_READ_AS = {"BLOB": "VARCHAR", "BIGINT": "VARCHAR"}
"""What a column is in the rows, where it is not yet what it becomes."""


class ParquetError(Exception):
    """Parquet can be neither written nor read here; the text says what to do."""


def require() -> None:
    """Raise ParquetError if DuckDB is missing, for callers that check before long work."""
    _duckdb()


def write(
    path: Path,
    kind: type[msgspec.Struct],
    rows: Iterable[msgspec.Struct],
    *,
    notes: Callable[[], Mapping[str, int]] = dict,
    check: Callable[[Path], None] = lambda _: None,
) -> int:
    """Put `rows` of `kind` into `path`, a column a field; how many they were. What stood there is replaced.

    Fields are text, numbers, booleans, bytes, aware `datetime` (in UTC then), tuples of text or of whole numbers, or
    `None`. Neither the rows nor the file are ever in memory as a whole. `notes` are asked for when all rows are taken
    and stand in the file's metadata; `check` may look at the file before it gets its name, and raise. A new file is
    private, one that replaces another has the rights of that.
    """
    taken, made = path.with_name(f".{path.name}.rows"), path.with_name(f".{path.name}.new")
    try:
        with _asking(path) as database:
            count = _take(taken, rows)
            database.execute(f"COPY ({_selected(kind)}) TO {_quoted(made)} ({_form(notes())})", [escape(str(taken))])
        # Before the file gets its name: what a kill leaves behind then goes with the next try, which there will be.
        taken.unlink()
        made.chmod(S_IMODE(path.stat().st_mode) if path.exists() else FILE)
        check(made)
        _sync(made)
        made.replace(path)
        sync_folder(path.parent)
    finally:
        taken.unlink(missing_ok=True)
        made.unlink(missing_ok=True)
    return count


def read(
    path: Path, columns: str, where: str = "true", values: Mapping[str, object] | None = None, order: str = ""
) -> Iterator[Any]:
    """The rows of a file as tuples of these columns; `where` names its values as `$name`.

    In the file's order, or by `order`, which may say how many of them at most.
    """
    with _asking(path) as database:
        database.execute(
            f"SELECT {columns} FROM read_parquet($file) WHERE {where} {order}",  # noqa: S608 - words of our own modules
            {"file": escape(str(path)), **(values or {})},
        )
        while batch := _fetched(database, path):
            yield from batch


def _fetched(database: Any, path: Path) -> list[Any]:
    """The next rows. What a damaged file holds may be no text, or no time that there is."""
    try:
        rows: list[Any] = database.fetchmany(_FETCHED)
    except (ValueError, OverflowError) as error:
        raise ParquetError(f"{path} is damaged: it cannot be read ({type(error).__name__})") from None
    return rows


def notes(path: Path) -> dict[str, int]:
    """What `write` noted in a file's metadata."""
    with _asking(path) as database:
        database.execute("SELECT key, value FROM parquet_kv_metadata(?)", [escape(str(path))])
        found = database.fetchall()
        try:
            return {key.decode(): int(value) for key, value in found}
        except ValueError:
            raise ParquetError(f"{path} is damaged: its notes cannot be read") from None


@contextmanager
def _asking(path: Path) -> Iterator[Any]:
    """A cursor for work on this file."""
    duckdb, database = _duckdb()
    with database.cursor() as cursor:
        try:
            yield cursor
        except (duckdb.Error, UnicodeDecodeError) as error:
            # What a damaged file holds may be no text. By its kind alone: its own text may hold values.
            raise ParquetError(
                f"{path} failed as Parquet ({type(error).__name__}): is it damaged, or the disk full?"
            ) from None


@cache
def _duckdb() -> tuple[Any, Any]:
    """The module, and a database that holds nothing."""
    try:
        import duckdb  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise ParquetError("Parquet needs DuckDB: pip install 'leadbid[reports]'") from None
    return duckdb, duckdb.connect(":memory:", config=dict(_SETTINGS))


def _take(path: Path, rows: Iterable[msgspec.Struct]) -> int:
    """Write the rows as JSON, from which DuckDB reads them in its own time."""
    count, batch, encoder = 0, [], msgspec.json.Encoder()
    with write_new(path) as file:
        for row in rows:
            batch.append(row)
            if len(batch) == _BATCH:
                file.write(encoder.encode_lines(batch))
                count += len(batch)
                batch.clear()
        file.write(encoder.encode_lines(batch))
    return count + len(batch)


def _selected(kind: type[msgspec.Struct]) -> str:
    types = {name: _type_of(hint) for name, hint in get_type_hints(kind).items()}
    values = ", ".join(f'{_value(name, type_)} AS "{name}"' for name, type_ in types.items())
    read_as = ", ".join(f"\"{name}\": '{_READ_AS.get(type_, type_)}'" for name, type_ in types.items())
    options = f"format = 'newline_delimited', maximum_object_size = {_ROW_BYTES_MAX}, columns = {{{read_as}}}"
    return f"SELECT {values} FROM read_json(?, {options})"  # noqa: S608 - names of our own fields


def _type_of(hint: Any) -> str:
    return next(_TYPES[each] for each in (hint, *get_args(hint)) if each in _TYPES)


def _value(name: str, type_: str) -> str:
    if type_ == "BLOB":
        return f'from_base64("{name}")'
    # A number that needs more than 64 bits is left out, where the whole file would be refused.
    return f'TRY_CAST("{name}" AS BIGINT)' if type_ == "BIGINT" else f'"{name}"'


def _form(noted: Mapping[str, int]) -> str:
    metadata = ", ".join(f"{name}: '{number}'" for name, number in noted.items())
    form = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP}"
    return f"{form}, KV_METADATA {{{metadata}}}" if metadata else form


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _sync(path: Path) -> None:
    """Wait until a file is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""A database for one piece of work: it lies on disk beside its result, and is gone when that is done."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from glob import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from training.errors import TrainingError

_MEMORY = "1GB"
"""What does not fit goes to the disk: a machine that serves beside it must not notice."""


class NoData(TrainingError):
    """What was to be read is not there, or cannot be read; the text says what to do."""


class Scratch:
    """A database in a folder of its own. NoData where what it is asked to read cannot be."""

    def __init__(self, folder: Path, duckdb: Any) -> None:
        self.folder = folder
        self._duckdb = duckdb
        self._database = duckdb.connect(
            str(folder / "scratch.duckdb"),
            config={"memory_limit": _MEMORY, "threads": 1, "autoinstall_known_extensions": "false", "TimeZone": "UTC"},
        )

    def do(self, sql: str, *values: object) -> None:
        """Run one statement."""
        self._run(self._database, sql, values)

    def rows(self, sql: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """What a question gives, as it is consumed."""
        # A cursor of its own, so that others may ask meanwhile.
        with self._database.cursor() as cursor:
            self._run(cursor, sql, values)
            while batch := cursor.fetchmany(1_000):
                yield from batch

    def one(self, sql: str, *values: object) -> tuple[Any, ...]:
        """The one row of an answer that has one."""
        row: tuple[Any, ...] = self._run(self._database, sql, values).fetchone()
        return row

    def column(self, sql: str, *values: object) -> Any:
        """The one column of an answer as an array; what is missing from a column of text is `None`."""
        with self._database.cursor() as cursor:
            (found,) = self._run(cursor, sql, values).fetchnumpy().values()
        # A masked array where something is missing, and a plain one otherwise.
        if hasattr(found, "mask") and found.dtype == object:
            return np.where(found.mask, None, found.data)
        return found

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _run(self, cursor: Any, sql: str, values: Sequence[object]) -> Any:
        try:
            return cursor.execute(sql, list(values))
        except self._duckdb.Error as error:
            # By its first line: the rest quotes what was asked.
            raise NoData(f"DuckDB could not do it: {str(error).splitlines()[0]}") from None


@contextmanager
def scratch(beside: Path) -> Iterator[Scratch]:
    """A database that lies in a hidden folder in `beside`. NoData where DuckDB is missing."""
    try:
        import duckdb  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise NoData("this needs DuckDB: pip install 'leadbid[training]'") from None
    with TemporaryDirectory(dir=beside, prefix=".work-") as folder, closing(Scratch(Path(folder), duckdb)) as database:
        yield database


def files(paths: Sequence[Path]) -> list[str]:
    """Paths as DuckDB takes them, which would read a star in one as a pattern."""
    return [escape(str(path)) for path in paths]


def quoted(name: str) -> str:
    """A column's name as SQL writes it, whatever it is made of."""
    return '"' + name.replace('"', '""') + '"'


def text(words: str) -> str:
    """Words as SQL writes them."""
    return "'" + words.replace("'", "''") + "'"

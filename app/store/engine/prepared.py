"""Statements that every sale runs: compiled once for each database, and on SQLite handed to its driver as they are."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any, Protocol

import msgspec
from sqlalchemy import Column, Connection, Dialect, LargeBinary, Table, text
from sqlalchemy.sql import ClauseElement

Values = Mapping[str, object]

TOGETHER = (64, 16, 4)
"""So many rows SQLite takes in one statement. For each its driver gives the interpreter away, and to get it back from a
busy event loop takes longer than many rows do."""


class Ran(Protocol):
    """What came of a statement, whichever way it went."""

    @property
    def rowcount(self) -> int: ...

    def fetchall(self) -> Sequence[Any]: ...


class Prepared:
    """A statement whose parameters and columns are text, numbers and bytes, so that no value needs to be converted.

    A sale is some twenty statements. SQLAlchemy adds 40 us to each, as compiled text still 15; SQLite itself takes 2 to
    10, and has but one writer, whose time is all there is. Errors of its driver are told apart in `failures`.
    """

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._texts: dict[str, str] = {}

    def run(self, connection: Connection, values: Values | Sequence[Values]) -> Ran:
        """Run it with these named values; with a sequence of them, once for each."""
        wanted = self.text(connection.dialect)
        if connection.dialect.driver == "pysqlite":
            driver: Any = connection.connection.driver_connection
            cursor: Ran = (driver.execute if isinstance(values, Mapping) else driver.executemany)(wanted, values)
            return cursor
        # The annotation of SQLAlchemy wants dictionaries, and has no word for "read only".
        parameters: Any = values
        return connection.exec_driver_sql(wanted, parameters)

    def text(self, dialect: Dialect) -> str:
        """The statement as this database and its driver want it."""
        known = self._texts.get(dialect.name)
        if known is None:
            known = self._texts[dialect.name] = str(self._statement.compile(dialect=dialect))
        return known


class Insert(Prepared):
    """Adds rows to a table; with `or_nothing`, those whose key is not taken."""

    def __init__(self, table: Table, *, or_nothing: bool = False) -> None:
        names = [column.name for column in table.c]
        columns, values = ", ".join(f'"{name}"' for name in names), ", ".join(f":{name}" for name in names)
        end = " ON CONFLICT DO NOTHING" if or_nothing else ""
        super().__init__(text(f'INSERT INTO "{table.name}" ({columns}) VALUES ({values}){end}'))  # noqa: S608 - names of our own schema
        slots = f"({', '.join('?' * len(names))})"
        self._in_order = itemgetter(*names)
        # Where a row fails, those before it stay until the caller goes back: to take them out by itself, SQLite would
        # copy each page before it changes.
        self._of_many = {
            count: f'INSERT OR FAIL INTO "{table.name}" ({columns}) VALUES {", ".join([slots] * count)}{end}'  # noqa: S608 - as above
            for count in (*TOGETHER, 1)
        }
        read = ", ".join(map(_read_from_json, table.c))
        self._at_once = Prepared(
            text(
                f'INSERT INTO "{table.name}" ({columns}) SELECT {read} '  # noqa: S608 - as above
                f'FROM json_populate_recordset(CAST(NULL AS "{table.name}"), CAST(:rows AS json)){end}'
            )
        )

    def run(self, connection: Connection, values: Values | Sequence[Values]) -> Ran:
        """Add one row, or several; SQLite takes many of them in one statement."""
        if isinstance(values, Mapping) or connection.dialect.driver != "pysqlite":
            return super().run(connection, values)
        driver: Any = connection.connection.driver_connection
        rows = [*map(self._in_order, values)]
        ran: Ran = driver.cursor()
        for first, count in _portions(len(rows)):
            of_these = chain.from_iterable(rows[first : first + count])
            ran = driver.execute(self._of_many[count], tuple(of_these))
        return ran

    def of(self, connection: Connection, rows: Sequence[Values]) -> tuple[Prepared, Values | Sequence[Values]]:
        """The work that adds them: on PostgreSQL one statement, whose driver takes as long for a row as for many."""
        if connection.dialect.name == "sqlite":
            return self, rows
        return self._at_once, {"rows": msgspec.json.encode(rows).decode()}


def _portions(rows: int) -> Iterator[tuple[int, int]]:
    """Where each statement's rows begin, and how many they are: a few sizes, whose statements stay prepared."""
    first = 0
    while first < rows:
        count = next((count for count in TOGETHER if count <= rows - first), 1)
        yield first, count
        first += count


def _read_from_json(column: Column[Any]) -> str:
    """Bytes come as base64, which PostgreSQL takes for the bytes of that text as long as nobody decodes it."""
    if isinstance(column.type, LargeBinary):
        return f"decode(encode(\"{column.name}\", 'escape'), 'base64')"
    return f'"{column.name}"'

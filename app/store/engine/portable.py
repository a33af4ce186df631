"""Two operations that SQL does not express alike on both databases: adding if absent, and exclusive access."""

from collections.abc import Iterable
from functools import cache
from hashlib import blake2b

from sqlalchemy import BigInteger, Connection, Table, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from app.store.engine.prepared import Insert, Prepared, Values
from app.store.engine.trips import Work, run_all

_ALONE = Prepared(
    select(func.pg_advisory_xact_lock(func.unnest(bindparam("names", type_=ARRAY(BigInteger))).column_valued("name")))
)


def add_new(connection: Connection, table: Table, row: Values) -> bool:
    """Insert a row unless its key is taken; whether it was inserted."""
    return adding_new(table).run(connection, row).rowcount == 1


def replace(connection: Connection, table: Table, row: Values) -> None:
    """Insert a row, or put it in the place of the one with its key."""
    _replace(table).run(connection, row)


def be_alone(connection: Connection, names: Iterable[str]) -> None:
    """Until this transaction ends, no other one that names any of these gets past this line."""
    run_all(connection, being_alone(connection, names))


def being_alone(connection: Connection, names: Iterable[str]) -> list[Work]:
    """What `be_alone` runs, for those who have more to run in one trip.

    SQLite has one writer, which is alone anyway. On PostgreSQL the locks are taken in one order, so that no two
    transactions wait for each other; they leave no rows behind.
    """
    if connection.dialect.name == "sqlite":
        return []
    return [(_ALONE, {"names": sorted({_number(name) for name in names})})]


@cache
def adding_new(table: Table) -> Insert:
    """The statement that inserts a row unless its key is taken."""
    return Insert(table, or_nothing=True)


@cache
def _replace(table: Table) -> Prepared:
    key = [column.name for column in table.primary_key]
    changes = ", ".join(f'"{column.name}" = excluded."{column.name}"' for column in table.c if column.name not in key)
    return Prepared(text(f"{_insert(table)} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}"))


def _insert(table: Table) -> str:
    names = [column.name for column in table.c]
    columns, values = ", ".join(f'"{name}"' for name in names), ", ".join(f":{name}" for name in names)
    return f'INSERT INTO "{table.name}" ({columns}) VALUES ({values})'  # noqa: S608 - names of our own schema


def _number(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)

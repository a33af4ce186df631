"""Answers too long to be held: read as they are consumed, from one moment of the database."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Select

from app.store.engine.failures import DATABASE_ERRORS, as_unavailable

_PAGE = 10_000
"""Rows held at a time: millions of people must not all stand in memory as tuples before they are packed."""


def stream(engine: Engine, wanted: Select[Any]) -> Iterator[Any]:
    """The rows of a query. StoreUnavailable where the database does not give them all."""
    for _, page in pages(engine, wanted):
        yield from page


def pages(engine: Engine, wanted: Select[Any]) -> Iterator[tuple[Connection, Sequence[Any]]]:
    """The same, many at a time, each with the connection on which to ask for what belongs to them."""
    try:
        with engine.begin() as connection:
            for page in connection.execute(wanted, execution_options={"yield_per": _PAGE}).partitions():
                yield connection, page
    except DATABASE_ERRORS as error:
        raise as_unavailable(error) from None


def tuples(engine: Engine, wanted: Select[Any]) -> Iterator[Any]:
    """The same of text and numbers: SQLite's driver gives them as they are, in a third of the time."""
    if engine.dialect.name != "sqlite":
        yield from stream(engine, wanted)
        return
    compiled = wanted.compile(dialect=engine.dialect)
    try:
        with engine.begin() as connection:
            driver: Any = connection.connection.driver_connection
            cursor = driver.execute(str(compiled), compiled.params)
            while page := cursor.fetchmany(_PAGE):
                yield from page
    except DATABASE_ERRORS as error:
        raise as_unavailable(error) from None

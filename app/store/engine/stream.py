"""Answers too long to be held: read as they are consumed, from one moment of the database."""

import sqlite3
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine, Select, exc

from app.store.engine.failures import as_unavailable

_PAGE = 10_000
"""Rows held at a time: millions of people must not all stand in memory as tuples before they are packed."""


def stream(engine: Engine, wanted: Select[Any]) -> Iterator[Any]:
    """The rows of a query. StoreUnavailable where the database does not give them all."""
    try:
        with engine.begin() as connection:
            yield from connection.execute(wanted, execution_options={"yield_per": _PAGE})
    except (exc.SQLAlchemyError, sqlite3.Error) as error:
        raise as_unavailable(error) from None

"""A database of its own on the PostgreSQL of a test run."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from sqlalchemy import create_engine, make_url

_NUMBERS = count(1)


@contextmanager
def own_database(url: str) -> Iterator[str]:
    """The URL of one more database on the same server, without tables, for as long as it is needed."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    name = f"own_{next(_NUMBERS)}"
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
        try:
            yield make_url(url).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()

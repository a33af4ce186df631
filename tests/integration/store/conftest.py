"""A store on each database, empty at the start of every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from app.store.migrate import migrate
from app.store.schema import metadata


@pytest.fixture(scope="session")
def migrated_postgres_url(postgres_url: str) -> str:
    """A PostgreSQL with our tables."""
    migrate(postgres_url)
    return postgres_url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database with our tables: a file, then a PostgreSQL."""
    if request.param == "sqlite":
        path = f"sqlite:///{tmp_path / 'leadbid.db'}"
        migrate(path)
        yield path
        return
    address: str = request.getfixturevalue("migrated_postgres_url")
    yield address
    engine = create_engine(address)
    with engine.begin() as connection:
        names = ", ".join(f'"{table}"' for table in metadata.tables)
        connection.exec_driver_sql(f"TRUNCATE {names}")
    engine.dispose()

"""A store's database of each kind, with our tables and empty at the start of every test."""

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


@pytest.fixture
def empty_postgres_url(migrated_postgres_url: str) -> Iterator[str]:
    """The same, emptied after each test."""
    yield migrated_postgres_url
    engine = create_engine(migrated_postgres_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("TRUNCATE " + ", ".join(f'"{table}"' for table in metadata.tables))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database: a file, then a PostgreSQL."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("empty_postgres_url"))
    address = f"sqlite:///{tmp_path / 'leadbid.db'}"
    migrate(address)
    return address

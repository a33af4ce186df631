"""A store's database of each kind, with our tables and empty at the start of every test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from app.store.migrate import migrate
from app.store.schema import metadata
from tests.bidder import empty_database


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
        # TRUNCATE would write a new file for each table and index; these hold a few rows.
        connection.exec_driver_sql(
            "; ".join(f'DELETE FROM "{table.name}"' for table in reversed(metadata.sorted_tables))
        )
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database: a file, then a PostgreSQL."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("empty_postgres_url"))
    return f"sqlite:///{shutil.copy(empty_database(), tmp_path)}"

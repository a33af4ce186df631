"""A PostgreSQL with our tables, empty at the start of every test."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine

from app.store.migrate import migrate
from app.store.schema import metadata
from app.usecases.reload import settled


@pytest.fixture(scope="module", autouse=True)
def _a_file_is_settled_soon() -> Iterator[None]:
    """Tests write a file at once, and each of some forty reloads would wait two seconds until it has lain still."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settled, "SETTLE_S", 0.2)
        yield


@pytest.fixture(scope="session")
def migrated_postgres_url(postgres_url: str) -> str:
    """A PostgreSQL with our tables."""
    migrate(postgres_url)
    return postgres_url


@pytest.fixture(scope="session")
def emptying(migrated_postgres_url: str) -> Iterator[Engine]:
    """One connection to it for all tests, some of which end everybody's: then it is made again."""
    engine = create_engine(migrated_postgres_url, pool_pre_ping=True)
    yield engine
    engine.dispose()


@pytest.fixture
def empty_postgres_url(migrated_postgres_url: str, emptying: Engine) -> Iterator[str]:
    """The same, emptied after each test."""
    yield migrated_postgres_url
    with emptying.begin() as connection:
        # TRUNCATE would write a new file for each table and index; these hold a few rows.
        connection.exec_driver_sql(
            "; ".join(f'DELETE FROM "{table.name}"' for table in reversed(metadata.sorted_tables))
        )

"""A PostgreSQL with our tables, for each test its own."""

import pytest

from app.store.migrate import migrate


@pytest.fixture
def url(own_postgres_url: str) -> str:
    migrate(own_postgres_url)
    return own_postgres_url

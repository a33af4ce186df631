"""The PostgreSQL that replicas share."""

import pytest


@pytest.fixture
def url(empty_postgres_url: str) -> str:
    """Its address; it has tables, and nothing in them."""
    return empty_postgres_url

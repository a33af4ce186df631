"""A store's database of each kind, with our tables and empty at the start of every test."""

import shutil
from pathlib import Path

import pytest

from tests.bidder import empty_database


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database: a file, then a PostgreSQL."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("empty_postgres_url"))
    return f"sqlite:///{shutil.copy(empty_database(), tmp_path)}"

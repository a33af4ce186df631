"""The ground the store's tests stand on when they run against PostgreSQL."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from app.drill.kit import throwaway_postgres as ground


def _ask(url: str, question: str) -> object:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return connection.execute(text(question)).scalar_one()


def test_the_session_has_a_real_postgresql_that_waits_for_no_disk(postgres_url: str) -> None:
    assert str(_ask(postgres_url, "SELECT version()")).startswith("PostgreSQL")
    assert _ask(postgres_url, "SHOW fsync") == "off"


def test_only_its_own_socket_file_leads_to_it(postgres_url: str) -> None:
    assert _ask(postgres_url, "SHOW listen_addresses") == ""
    assert _ask(postgres_url, "SELECT inet_server_addr()::text IS NULL") is True


def test_nothing_is_left_of_it_afterwards(postgres_url: str) -> None:
    with ground.throwaway_postgres() as url:
        folder = Path(str(make_url(url).query["host"]))
        assert url != postgres_url
        connection = create_engine(url, poolclass=NullPool).connect()
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    assert not folder.exists()
    with pytest.raises(OperationalError):
        connection.execute(text("SELECT 1"))
    connection.close()


def test_without_server_binaries_the_reason_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(ground, "SERVER_FOLDERS", ())
    with pytest.raises(ground.ServerNotFound, match="install PostgreSQL"), ground.throwaway_postgres():
        pytest.fail("a server came from nowhere")

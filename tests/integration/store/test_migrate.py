"""Migrations make exactly the tables that the statements expect, and a database that lacks them is refused."""

import asyncio
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.dialects.postgresql.base import ischema_names

from app.cli import main
from app.store import migrate as module
from app.store.engine.revision import HEAD
from app.store.errors import StoreUnavailable, StoreUnfit
from app.store.migrate import migrate
from app.store.schema import TransactionId, metadata
from app.store.store import Store


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
        return
    postgres_url = str(request.getfixturevalue("postgres_url"))
    _administer(postgres_url, "CREATE DATABASE fresh")
    yield postgres_url.replace("/postgres?", "/fresh?")
    _administer(postgres_url, "DROP DATABASE fresh WITH (FORCE)")


def test_migrations_make_the_tables_of_the_schema(new_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ischema_names, "xid8", TransactionId)
    assert migrate(new_url) == ("", HEAD)
    migrated, declared = _engine(new_url), create_engine("sqlite://")
    metadata.create_all(declared)
    with migrated.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata) == []
    made, wanted = inspect(migrated), inspect(declared)
    for name in metadata.tables:
        assert _shape(made, name) == _shape(wanted, name)
    migrated.dispose()
    declared.dispose()


def test_sqlite_migrations_write_the_very_words_of_the_schema(tmp_path: Path) -> None:
    """Reflection does not see every property, such as WITHOUT ROWID; the stored text of a table holds all of it."""
    migrate(f"sqlite:///{tmp_path / 'migrated.db'}")
    declared = create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    metadata.create_all(declared)
    declared.dispose()
    assert _words(tmp_path / "migrated.db") == _words(tmp_path / "declared.db")


def test_the_newest_migration_makes_the_tables_of_this_version() -> None:
    scripts = ScriptDirectory(str(Path(module.__file__).parent / "migrations"))
    assert scripts.get_current_head() == HEAD
    assert [each.revision for each in scripts.walk_revisions()] == [str(n) for n in range(int(HEAD), 0, -1)]


def test_a_second_run_does_nothing(new_url: str) -> None:
    migrate(new_url)
    assert migrate(new_url) == (HEAD, HEAD)


def test_two_that_migrate_at_once_take_turns(new_url: str) -> None:
    with ThreadPoolExecutor(2) as threads:
        before = sorted(result[0] for result in threads.map(migrate, [new_url] * 2))
    assert before == ["", HEAD]


def test_the_first_tables_can_be_taken_back(new_url: str) -> None:
    migrate(new_url)
    engine = _engine(new_url)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(module.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()


def test_sqlite_gets_its_tables_when_the_service_starts(tmp_path: Path) -> None:
    async def start() -> bool:
        store = Store(f"sqlite:///{tmp_path / 'deep' / 'down' / 'leadbid.db'}")
        await store.open()
        ready = await store.ready()
        await store.close()
        return ready

    assert asyncio.run(start())


def test_postgresql_without_our_tables_is_refused_with_the_remedy(postgres_url: str) -> None:
    _administer(postgres_url, "CREATE DATABASE bare")
    bare = postgres_url.replace("//leadbid@/postgres?", "//leadbid:s3cret@/bare?")

    async def start() -> str:
        store = Store(bare)
        with pytest.raises(StoreUnfit) as refused:
            await store.open()
        await store.close()
        return str(refused.value)

    said = asyncio.run(start())
    _administer(postgres_url, "DROP DATABASE bare WITH (FORCE)")
    assert f"has no tables of leadbid, and this leadbid needs version {HEAD}: run" in said
    assert "leadbid migrate --database 'postgresql+psycopg://" in said
    assert "s3cret" not in said


def test_a_database_of_a_newer_version_is_refused_by_name_and_left_as_it_is(new_url: str) -> None:
    migrate(new_url)
    engine = _engine(new_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()

    async def start() -> None:
        store = Store(new_url)
        try:
            await store.open()
        finally:
            await store.close()

    said = f"has tables of version 9999, and this leadbid knows only those up to version {HEAD}: run the leadbid"
    with pytest.raises(StoreUnfit, match=said):
        asyncio.run(start())
    with pytest.raises(StoreUnfit, match=said):
        migrate(new_url)
    engine = _engine(new_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9999"
    engine.dispose()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("nonsense", "cannot be read"),
        ("mysql://localhost/leads", "no mysql database"),
        ("postgresql+psycopg://leadbid@here:54x2/leads", "cannot be read: write sqlite:///FILE or postgresql"),
        ("postgresql+psycopg://leadbid@[::1/leads", "cannot be read: write sqlite:///FILE or postgresql"),
        ("postgresql+psycopg://leadbid:p@ss/word@here/leads", "write each @ but that before the host as %40"),
        ("sqlite://", "no sqlite database can be used: name a file"),
        ("sqlite:///:memory:", "name a file"),
        ("sqlite:////dev/null/leadbid.db", "cannot be written: "),
        ("sqlite:////tmp/what?/leadbid.db", r"the path of a SQLite file may hold no `\?`: name another directory"),
    ],
)
def test_an_address_that_cannot_be_used_says_why(address: str, said: str) -> None:
    with pytest.raises(StoreUnfit, match=said):
        Store(address)


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "leadbid.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreUnavailable, match="SQLITE_NOTADB"):
        migrate(f"sqlite:///{tmp_path / 'leadbid.db'}")


def test_a_postgresql_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    async def start() -> None:
        store = Store(f"postgresql+psycopg://leadbid@/postgres?host={tmp_path}")
        try:
            assert not await store.ready()
            await store.open()
        finally:
            await store.close()

    with pytest.raises(StoreUnavailable, match=r"cannot be reached \(connection .*No such file or directory\)"):
        asyncio.run(start())


def _engine(url: str) -> Engine:
    return create_engine(url)


def _administer(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def _shape(found: Any, table: str) -> tuple[object, ...]:
    return (
        [(column["name"], column["nullable"]) for column in found.get_columns(table)],
        found.get_pk_constraint(table)["constrained_columns"],
        sorted(check["name"] for check in found.get_check_constraints(table)),
        sorted(unique["name"] for unique in found.get_unique_constraints(table)),
        sorted(
            (index["name"], tuple(index["column_names"]))
            for index in found.get_indexes(table)
            if not index.get("duplicates_constraint")
        ),
        sorted((key["name"], key["referred_table"]) for key in found.get_foreign_keys(table)),
    )


def _words(file: Path) -> dict[str, Counter[str]]:
    """The statement that made each table and index, without the order of its constraints."""
    connection = sqlite3.connect(file)
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'")
    found = {name: Counter(re.split(r"[\s(),]+", sql)) for name, sql in rows}
    connection.close()
    return found


def test_the_command_says_which_database_it_cannot_reach_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate", "--database", "postgresql+psycopg://leadbid:secret@127.0.0.1:1/leads"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("postgresql+psycopg://leadbid@127.0.0.1:1/leads cannot be migrated, the database cannot be")
    assert "Connection refused): is it up, is its address right, is it leadbid's alone, and may this user" in said
    assert said.count("\n") == 1

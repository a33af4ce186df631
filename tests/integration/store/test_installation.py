"""A store knows its own database, proves that it can be written at little cost, and waits for it only so long."""

import asyncio
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, create_engine, make_url, text

from app.store.engine.connections import async_writing_engine, database_url, writing_engine
from app.store.engine.database_file import sole_database, was_served
from app.store.engine.runners import GroupRunner, TaskRunner
from app.store.errors import StoreUnavailable, StoreUnfit
from app.store.migrate import migrate
from app.store.store import Store
from tests.bidder import empty_database
from tests.build import keys
from tests.integration.store.world import a_sale, a_store, count, refused, vault


def test_however_many_ask_whether_it_can_be_written_few_write(url: str) -> None:
    async def play() -> None:
        async with a_store(url) as store:
            began = time.monotonic()
            for _ in range(20):
                assert all(await asyncio.gather(*[store.ready() for _ in range(20)]))
            writes = _probes(url)
            assert writes <= 2 + int(time.monotonic() - began)

    asyncio.run(play())


def test_other_keys_are_refused_and_new_ones_are_remembered(url: str) -> None:
    async def play() -> None:
        async with a_store(url) as store:
            assert not await store.is_served()
            await store.take_keys(keys())
            assert await store.is_served()
            await store.take_keys(keys(signing={1: b"s" * 32, 2: b"n" * 32}))
            await store.require_keys(keys())
            for other in (
                keys(index=b"x" * 32),
                keys(signing={1: b"x" * 32}),
                keys(signing={2: b"x" * 32}),
                keys(sealing={"one": b"x" * 32}),
            ):
                with pytest.raises(StoreUnfit, match="with which this database was written"):
                    await store.take_keys(other)
                with pytest.raises(StoreUnfit, match="with which this database was written"):
                    await store.require_keys(other)

    asyncio.run(play())
    assert count(url, "key_check") == 4


def test_two_that_bring_different_keys_at_once_are_not_both_taken(url: str) -> None:
    async def play() -> list[Any]:
        async with a_store(url) as one, a_store(url) as two:
            takes = one.take_keys(keys()), two.take_keys(keys(index=b"x" * 32))
            return list(await asyncio.gather(*takes, return_exceptions=True))

    results = asyncio.run(play())
    assert [type(each) for each in results if each is not None] == [StoreUnfit]


@pytest.fixture
def own_postgres_url(postgres_url: str) -> Iterator[str]:
    """A database that a test may take away."""
    url = make_url(postgres_url).set(database="taken_away").render_as_string(hide_password=False)
    _made_anew(postgres_url)
    yield url
    _administer(postgres_url, "DROP DATABASE taken_away WITH (FORCE)")


def test_a_postgresql_that_was_made_anew_gets_no_sale(own_postgres_url: str, postgres_url: str) -> None:
    async def play() -> None:
        async with a_store(own_postgres_url) as store:
            await store.take_keys(keys())
            assert (await store.sell(a_sale(1), refused)).outcome == "sold"
            await asyncio.to_thread(_made_anew, postgres_url)
            with pytest.raises(StoreUnavailable, match="was not written by this service"):
                await store.sell(a_sale(2), refused)
            assert not await store.ready()

    asyncio.run(play())
    assert count(own_postgres_url, "lead") == 0


def test_a_postgresql_whose_tables_are_gone_is_away_and_no_fault_of_ours(own_postgres_url: str) -> None:
    async def play() -> None:
        async with a_store(own_postgres_url) as store:
            await asyncio.to_thread(_administer, own_postgres_url, "DROP SCHEMA public CASCADE")
            with pytest.raises(StoreUnavailable, match="UndefinedTable"):
                await store.sell(a_sale(1), refused)
            assert not await store.ready()

    asyncio.run(play())


def test_a_postgresql_that_does_not_answer_is_given_up_and_its_connection_with_it(empty_postgres_url: str) -> None:
    def wait(connection: Connection) -> int:
        connection.exec_driver_sql("INSERT INTO cap_counter (counter, used) VALUES ('half', 1)")
        connection.exec_driver_sql("SELECT pg_sleep(30)")
        return 0

    def whose(connection: Connection) -> int:
        return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())

    async def play() -> None:
        runner = TaskRunner(async_writing_engine(database_url(empty_postgres_url), 1), 1)
        former = await runner.run(whose)
        began = time.monotonic()
        with pytest.raises(StoreUnavailable, match="did not answer in time"):
            await runner.run(wait, 0.3)
        assert time.monotonic() - began < 15.0
        assert await runner.run(whose) != former
        await runner.close()

    asyncio.run(play())
    assert count(empty_postgres_url, "cap_counter") == 0


def test_a_job_that_waited_too_long_is_not_done_afterwards(tmp_path: Path) -> None:
    url, begun, gate = f"sqlite:///{tmp_path / 'leadbid.db'}", threading.Event(), threading.Event()
    migrate(url)

    def hold(_connection: Connection) -> None:
        begun.set()
        gate.wait(60.0)

    def use(connection: Connection) -> None:
        connection.exec_driver_sql("INSERT INTO cap_counter (counter, used) VALUES ('late', 1)")

    async def play() -> None:
        runner = GroupRunner(writing_engine(database_url(url), 1))
        first = asyncio.ensure_future(runner.run(hold))
        assert await asyncio.to_thread(begun.wait, 60.0)
        with pytest.raises(StoreUnavailable, match="did not answer in time"):
            await runner.run(use, 0.1)
        gate.set()
        await first
        await runner.close()

    asyncio.run(play())
    assert count(url, "cap_counter") == 0


def test_a_log_that_belongs_to_another_state_of_the_database_is_refused(tmp_path: Path) -> None:
    """A backup was put in the place of its database, and the log of that was left."""
    file = tmp_path / "leadbid.db"
    migrate(f"sqlite:///{file}")
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("PRAGMA wal_autocheckpoint = 0")
        database.execute("INSERT INTO key_check VALUES ('index', 'x')")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(file, tmp_path / "backup")
        _grow(database, 0, 400)
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        _grow(database, 400, 410)
        shutil.copy(f"{file}-wal", tmp_path / "log")
    shutil.copy(tmp_path / "backup", file)
    assert was_served(file)
    shutil.copy(tmp_path / "log", f"{file}-wal")
    with pytest.raises(StoreUnfit, match="is damaged or no database: restore it from your backup, without -wal"):
        was_served(file)


def test_a_database_that_its_disk_changed_while_nobody_had_it_is_named(tmp_path: Path) -> None:
    file = Path(shutil.copy(empty_database(), tmp_path / "leadbid.db"))
    with sole_database(file, 1):
        assert not (tmp_path / "leadbid.db-digest").exists()
    assert not was_served(file)
    status, content = file.stat(), bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(StoreUnfit, match=r"leadbid\.db is damaged: nobody wrote to it since the service stopped"):
        was_served(file)


def test_a_database_may_be_made_smaller_under_a_service(tmp_path: Path) -> None:
    file = tmp_path / "leadbid.db"

    async def play() -> None:
        with sole_database(file, 77) as own:
            store = Store(f"sqlite:///{file}", vault(), file=own)
            await store.open()
            big = [replace(a_sale(number), evidence=()) for number in range(50)]
            for sale in big:
                await store.sell(sale, refused)
            with closing(sqlite3.connect(file, isolation_level=None)) as shell:
                shell.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                before = file.stat().st_size
                assert (await store.sell(a_sale(60), refused)).outcome == "sold"
                for table in ("delivery", "sighting", "answer", "certificate", "lead"):
                    shell.execute(
                        f"DELETE FROM {table} WHERE rowid >= 0"
                        if table in ("delivery", "lead")
                        else f"DELETE FROM {table}"
                    )
                shell.execute("VACUUM")
                shell.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            assert file.stat().st_size < before
            assert (await store.sell(a_sale(61), refused)).outcome == "sold"
            await store.close()

    asyncio.run(play())


def _grow(database: sqlite3.Connection, first: int, end: int) -> None:
    for number in range(first, end):
        database.execute("INSERT INTO suppression VALUES (?, ?, 1, 0)", (f"{number * 7919 % 100_003:032d}", "x" * 200))


def _probes(url: str) -> int:
    address = make_url(url)
    engine = create_engine(address)
    with engine.connect() as connection:
        number = connection.exec_driver_sql("SELECT number FROM write_probe").scalar_one()
    engine.dispose()
    return int(number)


def _made_anew(postgres_url: str) -> None:
    _administer(postgres_url, "DROP DATABASE IF EXISTS taken_away WITH (FORCE)")
    _administer(postgres_url, "CREATE DATABASE taken_away")
    migrate(make_url(postgres_url).set(database="taken_away").render_as_string(hide_password=False))


def _administer(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()

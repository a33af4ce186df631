"""What keeps the writing of sales cheap, however many there are and whenever it began."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text

from app.store.engine.availability import Availability
from app.store.engine.connections import database_url, writing_engine
from app.store.engine.runners import CHECKPOINT_ROWS, GroupRunner
from app.store.errors import StoreUnavailable
from app.store.migrate import migrate
from app.store.store import Store
from tests.integration.store.world import a_cap, a_sale, in_store, refused

_GROUP = 20
_READ_WHOLE = (
    "SELECT relname FROM pg_stat_user_tables WHERE seq_tup_read > 0 "
    "AND relname IN ('answer', 'certificate', 'lead', 'sighting')"
)
_LOOKED_UP = "SELECT coalesce(sum(idx_scan), 0) FROM pg_stat_user_tables WHERE relname = 'sighting'"


def test_what_was_written_is_moved_into_the_file_between_commits(tmp_path: Path) -> None:
    file = tmp_path / "leadbid.db"
    with closing(sqlite3.connect(file)) as made:
        made.execute("CREATE TABLE note (body TEXT)")

    def write(rows: int) -> Callable[[Connection], None]:
        def job(connection: Connection) -> None:
            connection.execute(text("INSERT INTO note VALUES (:body)"), [{"body": "x" * 1_000}] * rows)

        return job

    async def scene() -> tuple[int, int]:
        runner = GroupRunner(writing_engine(database_url(f"sqlite:///{file}"), 1))
        await runner.run(write(CHECKPOINT_ROWS - 1))
        # Whatever the thread had to do after that commit is done when it takes the next.
        await runner.run(lambda _: None)
        before = file.stat().st_size
        await runner.run(write(1))
        await runner.run(lambda _: None)
        after = file.stat().st_size
        await runner.close()
        return before, after

    before, after = asyncio.run(scene())
    assert before < 100_000
    assert after > CHECKPOINT_ROWS * 1_000


def test_a_thread_that_is_held_up_is_noticed_by_what_waits_for_it(tmp_path: Path) -> None:
    """Also where it is in no transaction, but moves the log to a disk that does not answer."""
    goes_on = threading.Event()

    async def scene() -> bool:
        availability = Availability()
        runner = GroupRunner(writing_engine(database_url(f"sqlite:///{tmp_path / 'leadbid.db'}"), 1), availability)
        held_up = asyncio.create_task(runner.run(lambda _: goes_on.wait()))
        await asyncio.sleep(0)
        with pytest.raises(StoreUnavailable, match="in time"):
            await runner.run(lambda _: None, 0.1)
        goes_on.set()
        await held_up
        await runner.close()
        return availability.is_troubled

    assert asyncio.run(scene())


def test_sales_on_a_new_postgresql_do_not_read_those_before_them(own_postgres_url: str) -> None:
    """A prepared statement keeps the plan that it got while the tables were empty."""
    migrate(own_postgres_url)

    async def scene(store: Store) -> None:
        for first in range(0, 20 * _GROUP, _GROUP):
            sales = [a_sale(number, cap_uses=(a_cap(1_000),)) for number in range(first, first + _GROUP)]
            results = await asyncio.gather(*[store.sell(sale, refused) for sale in sales])
            assert {result.outcome for result in results} == {"sold"}

    in_store(own_postgres_url, scene)
    engine = create_engine(own_postgres_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        # A server process tells what it has read when it ends.
        until = time.monotonic() + 10.0
        while not connection.exec_driver_sql(_LOOKED_UP).scalar_one() and time.monotonic() < until:
            time.sleep(0.02)
        assert connection.exec_driver_sql(_LOOKED_UP).scalar_one() > 0
        assert connection.exec_driver_sql(_READ_WHOLE).scalars().all() == []
    engine.dispose()


def test_a_database_whose_answers_and_certificates_lie_in_the_order_of_their_keys_serves_as_any(tmp_path: Path) -> None:
    """So they lay in databases of earlier versions."""
    file = tmp_path / "leadbid.db"
    migrate(f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as made:
        for table in ("answer", "certificate"):
            (words,) = made.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
            made.execute(f"DROP TABLE {table}")
            made.execute(f"{words} WITHOUT ROWID")
    sale = a_sale(1)
    strangers = a_sale(2, certificates=sale.certificates)

    async def scene(store: Store) -> None:
        assert (await store.sell(sale, refused)).outcome == "sold"
        assert (await store.sell(sale, refused)).outcome == "repeated"
        reused = await store.sell(strangers, refused)
        assert (reused.refusal and reused.refusal.code) == "certificate_reused"
        used = b"".join([part async for part in store.used_certificates()])
        assert used == b"".join([bytes.fromhex(digest)[:8] for digest in sale.certificates])

    in_store(f"sqlite:///{file}", scene)

"""Runners: nobody hears of success before COMMIT has returned, and nobody's failure is anyone else's."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, create_engine, text

from app.store.engine import runners
from app.store.engine.connections import (
    async_lookup_engine,
    async_reading_engine,
    async_writing_engine,
    database_url,
    writing_engine,
)
from app.store.engine.runners import GroupRunner, JointJob, Runner, TaskRunner
from app.store.errors import StoreUnavailable
from app.store.store import Store
from app.wire.feedback import Notice
from tests.integration.store.world import NOW, a_sale, a_store, count, refused

T = TypeVar("T")


def using(name: str) -> Any:
    """A job that makes a counter of this name."""

    def job(connection: Connection) -> str:
        connection.execute(text("INSERT INTO cap_counter (counter, used) VALUES (:name, 1)"), {"name": name})
        return name

    return job


def failing(error: Exception) -> Any:
    """A job that writes, then raises."""

    def job(connection: Connection) -> None:
        using("half a job")(connection)
        raise error

    return job


def with_runner(url: str, scene: Callable[[Runner], Awaitable[T]], connections: int = 4) -> T:
    """What a scene comes to with the runner that writes to this database."""

    async def play() -> T:
        address = database_url(url)
        made: Runner
        if url.startswith("sqlite"):
            made = GroupRunner(writing_engine(address, 1, 200))
        else:
            made = TaskRunner(async_writing_engine(address, connections), connections)
        try:
            return await scene(made)
        finally:
            await made.close()

    return asyncio.run(play())


@asynccontextmanager
async def a_reader(url: str, connections: int = 1) -> AsyncIterator[TaskRunner]:
    """The runner that reads, on either database."""
    reader = TaskRunner(async_reading_engine(database_url(url), connections, 200), connections)
    try:
        yield reader
    finally:
        await reader.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A SQLite file without tables of ours."""
    return tmp_path / "leadbid.db"


def grouped(file: Path, *jobs: Any) -> list[Any]:
    """What comes of jobs that wait together, so that they share one commit."""

    async def play() -> list[Any]:
        group = GroupRunner(writing_engine(database_url(f"sqlite:///{file}"), 1, 200))
        try:
            return await waiting_together(group, jobs)
        finally:
            await group.close()

    return asyncio.run(play())


async def waiting_together(runner: Runner, jobs: Sequence[Any]) -> list[Any]:
    """What comes of jobs that all wait before the first begins: on SQLite its thread takes those that it finds."""
    begun, gate = threading.Event(), threading.Event()

    def hold(_connection: Connection) -> None:
        begun.set()
        gate.wait(60.0)

    # Elsewhere those of one turn wait together anyway, and what holds would hold the turn.
    held = [asyncio.ensure_future(runner.run(hold))] if isinstance(runner, GroupRunner) else []
    try:
        assert not held or await asyncio.to_thread(begun.wait, 60.0)
        waiting = [asyncio.ensure_future(runner.run(job)) for job in jobs]
        # Each begins to wait.
        await asyncio.sleep(0)
    finally:
        gate.set()
    await asyncio.gather(*held)
    return list(await asyncio.gather(*waiting, return_exceptions=True))


def test_each_job_gets_its_own_result(url: str) -> None:
    async def play(runner: Runner) -> list[str]:
        return list(await asyncio.gather(*[runner.run(using(str(number))) for number in range(50)]))

    assert with_runner(url, play) == [str(number) for number in range(50)]
    assert count(url, "cap_counter") == 50


def test_a_job_that_raises_fails_alone_and_leaves_nothing(url: str) -> None:
    async def play(runner: Runner) -> list[Any]:
        jobs = [using("a"), failing(KeyError("mine")), using("b")]
        return list(await asyncio.gather(*[runner.run(job) for job in jobs], return_exceptions=True))

    first, error, last = with_runner(url, play)
    assert (first, last) == ("a", "b")
    assert isinstance(error, KeyError)
    assert count(url, "cap_counter") == 2


def test_a_broken_constraint_is_the_jobs_own_error(url: str) -> None:
    async def play(runner: Runner) -> list[Any]:
        await runner.run(using("a"))
        return list(await asyncio.gather(runner.run(using("a")), runner.run(using("b")), return_exceptions=True))

    error, other = with_runner(url, play)
    assert type(error).__name__ == "IntegrityError"
    # Neither the statement's values nor anything else of the row is in the text.
    assert "'name'" not in str(error)
    assert other == "b"


class Joined(JointJob[str]):
    """Makes a counter of this name; of several at once those whose name is no "left" one, unless one is "wrong"."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, connection: Connection) -> str:
        if self.name == "wrong":
            raise KeyError(self.name)
        return f"{using(self.name)(connection)} alone"

    @staticmethod
    def together(connection: Connection, jobs: Sequence["Joined"]) -> list[str | None]:
        names = [job.name for job in jobs]
        done = [None if name == "left" else f"{using(name)(connection)} together" for name in names]
        if "wrong" in names:
            raise KeyError("wrong")
        return done


def test_jobs_that_are_done_together_leave_those_that_must_be_done_alone(url: str) -> None:
    async def play(runner: Runner) -> list[str]:
        return await waiting_together(runner, [Joined(name) for name in ("a", "left", "b")])

    assert with_runner(url, play) == ["a together", "left alone", "b together"]
    assert count(url, "cap_counter") == 3


def test_of_jobs_that_fail_together_each_is_done_alone_and_once(url: str) -> None:
    async def play(runner: Runner) -> list[Any]:
        jobs = [using("before"), *[Joined(name) for name in ("a", "wrong", "b")], using("after")]
        return await waiting_together(runner, jobs)

    before, a, error, b, after = with_runner(url, play)
    assert (before, a, b, after) == ("before", "a alone", "b alone", "after")
    assert isinstance(error, KeyError)
    assert count(url, "cap_counter") == 4


def test_jobs_that_wait_share_one_commit(file: Path) -> None:
    def transactions(connection: Connection) -> int:
        return connection.execute(text("PRAGMA data_version")).scalar_one() and id(connection)

    assert len(set(grouped(file, *[transactions] * 20))) == 1


def test_when_a_commit_fails_nobody_of_its_group_is_told_otherwise(file: Path) -> None:
    def owing(connection: Connection) -> str:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        connection.exec_driver_sql("INSERT INTO child VALUES (99)")
        return "done"

    with sqlite3.connect(file) as before:
        before.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        before.execute("CREATE TABLE child (id INTEGER REFERENCES parent)")
    before.close()
    good = lambda connection: connection.exec_driver_sql("INSERT INTO parent VALUES (1)").rowcount  # noqa: E731
    results = grouped(file, good, owing, good)
    assert [type(result) for result in results[:2]] == [StoreUnavailable, StoreUnavailable]
    after = sqlite3.connect(file)
    assert after.execute("SELECT count(*) FROM parent").fetchone() == (0,)
    after.close()


def test_a_full_disk_fails_the_group_and_the_next_one_works(file: Path) -> None:
    with sqlite3.connect(file) as before:
        before.execute("CREATE TABLE paper (sheet BLOB)")
    before.close()

    def fill(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 1}")
        connection.exec_driver_sql("INSERT INTO paper VALUES (zeroblob(100000))")

    def write(connection: Connection) -> int:
        return connection.exec_driver_sql("INSERT INTO paper VALUES (x'00')").rowcount

    results = grouped(file, write, fill, write)
    assert all(isinstance(result, StoreUnavailable) for result in results)
    assert grouped(file, write, write) == [1, 1]


def test_a_lock_held_by_another_past_the_timeout_sells_nothing_and_the_next_works(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'leadbid.db'}"

    async def play() -> None:
        async with a_store(url, busy_ms=100) as store:
            holder = sqlite3.connect(tmp_path / "leadbid.db", isolation_level=None)
            holder.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreUnavailable, match=r"did not take it \(SQLITE_BUSY\)"):
                await store.sell(a_sale(1), refused)
            assert not await store.ready()
            # What is only read goes on.
            assert await store.kept_answer("acme", a_sale(1).nonce) is None
            holder.execute("ROLLBACK")
            holder.close()
            # At most once a second a write is tried again, however many ask.
            async with asyncio.timeout(60.0):
                while not await store.ready():  # noqa: ASYNC110 - nothing tells when it is
                    await asyncio.sleep(0.05)
            assert (await store.sell(a_sale(1), refused)).outcome == "sold"

    asyncio.run(play())
    assert count(url, "lead") == 1


def test_a_short_transaction_of_a_command_is_waited_for(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'leadbid.db'}"

    async def play() -> str:
        async with a_store(url) as store:
            holder = sqlite3.connect(tmp_path / "leadbid.db", isolation_level=None)
            holder.execute("BEGIN IMMEDIATE")
            selling = asyncio.ensure_future(store.sell(a_sale(1), refused))
            await asyncio.sleep(0.1)
            assert not selling.done()
            holder.execute("COMMIT")
            holder.close()
            return (await selling).outcome

    assert asyncio.run(play()) == "sold"


def test_a_postgresql_that_was_restarted_is_noticed_by_nobody(empty_postgres_url: str) -> None:
    notice = Notice(ping_id="x", result="lost")

    async def play() -> None:
        async with a_store(empty_postgres_url) as store:
            for number in range(3):
                assert await store.record_notice("acme", f"{number:016x}", notice, NOW)
                assert await store.demands(NOW) == []
                _end_all_sessions(empty_postgres_url)

    asyncio.run(play())
    assert count(empty_postgres_url, "notice") == 3


def test_a_connection_lost_in_the_middle_is_tried_again_and_counts_once(empty_postgres_url: str) -> None:
    tries = []

    def interrupted(connection: Connection) -> int:
        tries.append(using("a")(connection))
        if len(tries) == 1:
            _end_all_sessions(empty_postgres_url)
        return connection.execute(text("UPDATE cap_counter SET used = used + 1")).rowcount

    assert with_runner(empty_postgres_url, lambda runner: runner.run(interrupted), connections=1) == 1
    assert len(tries) == 2
    assert count(empty_postgres_url, "cap_counter", "used = 2") == 1


def test_a_connection_lost_at_the_commit_is_not_tried_again(empty_postgres_url: str) -> None:
    """Whether it was committed is not known: the seller asks again, and is told what was."""
    tries = []

    def cut_off(connection: Connection) -> None:
        tries.append(using("a")(connection))
        _end_all_sessions(empty_postgres_url)

    with pytest.raises(StoreUnavailable):
        with_runner(empty_postgres_url, lambda runner: runner.run(cut_off), connections=1)
    assert len(tries) == 1


def test_transactions_that_stand_in_each_others_way_are_tried_again(empty_postgres_url: str) -> None:
    """Two jobs take the same two rows in opposite order: PostgreSQL ends one of them, and it goes again."""

    def crossing(first: str, second: str) -> Any:
        tries = []

        def job(connection: Connection) -> int:
            tries.append(first)
            take = text("UPDATE cap_counter SET used = used + 1 WHERE counter = :name")
            connection.execute(take, {"name": first})
            if len(tries) == 1:
                connection.exec_driver_sql("SELECT pg_sleep(0.3)")
            connection.execute(take, {"name": second})
            return len(tries)

        return job

    async def play(runner: Runner) -> list[int]:
        await runner.run(using("a"))
        await runner.run(using("b"))
        return list(await asyncio.gather(runner.run(crossing("a", "b")), runner.run(crossing("b", "a"))))

    quick, slow = sorted(with_runner(empty_postgres_url, play))
    # On a busy machine both may be told to go again; neither may be given up.
    assert 1 <= quick <= slow
    assert slow > 1
    assert count(empty_postgres_url, "cap_counter", "used = 3") == 2


def test_more_waiting_jobs_than_can_be_answered_in_time_are_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners, "WAITING_MAX", 3)
    gate, engine = threading.Event(), create_engine(database_url(url))
    is_sqlite = engine.dialect.name == "sqlite"

    def slow(connection: Connection) -> None:
        if is_sqlite:
            gate.wait(60.0)
        else:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(1)")

    async def play(runner: Runner) -> list[Any]:
        with nullcontext() if is_sqlite else engine.begin() as holder:
            if holder is not None:
                holder.exec_driver_sql("SELECT pg_advisory_xact_lock(1)")
            first = asyncio.ensure_future(runner.run(slow))
            await asyncio.sleep(0.1)
            more = [asyncio.ensure_future(runner.run(using(str(number)))) for number in range(6)]
            await asyncio.sleep(0)
        gate.set()
        await first
        return list(await asyncio.gather(*more, return_exceptions=True))

    results = with_runner(url, play)
    engine.dispose()
    refusals = [result for result in results if isinstance(result, StoreUnavailable)]
    assert 3 <= len(refusals) <= 4
    assert {str(refusal) for refusal in refusals} == {"3 jobs are waiting already"}
    assert count(url, "cap_counter") == 6 - len(refusals)


def test_what_waits_when_the_store_closes_is_committed_first(url: str) -> None:
    async def play() -> None:
        store = Store(url)
        await store.open()
        waiting = [asyncio.ensure_future(store.sell(a_sale(number), refused)) for number in range(20)]
        await asyncio.sleep(0)
        await store.close()
        assert {result.outcome for result in await asyncio.gather(*waiting)} == {"sold"}

    asyncio.run(play())
    assert count(url, "lead") == 20


def test_a_closed_store_says_so(url: str) -> None:
    async def play() -> None:
        store = Store(url)
        await store.open()
        await store.close()
        with pytest.raises(StoreUnavailable, match="closed"):
            await store.sell(a_sale(1), refused)
        with pytest.raises(StoreUnavailable, match="closed"):
            await store.kept_answer("acme", "0" * 16)
        await store.close()

    asyncio.run(play())


def test_a_caller_that_has_gone_away_harms_nobody(url: str) -> None:
    async def play() -> None:
        async with a_store(url) as store:
            gone = [asyncio.ensure_future(store.sell(a_sale(number), refused)) for number in range(5)]
            await asyncio.sleep(0)
            for task in gone:
                task.cancel()
            assert (await store.sell(a_sale(9), refused)).outcome == "sold"
            again = [(await store.sell(a_sale(number), refused)).outcome for number in range(5)]
            assert set(again) <= {"sold", "repeated"}

    asyncio.run(play())
    assert count(url, "lead") == 6


def test_what_reads_cannot_write(url: str) -> None:
    async def play() -> None:
        async with a_reader(url) as reader:
            with pytest.raises(StoreUnavailable):
                await reader.run(using("a"))
        if url.startswith("postgresql"):
            lookup = TaskRunner(async_lookup_engine(database_url(url), 1), 1)
            with pytest.raises(StoreUnavailable):
                await lookup.run(using("a"))
            await lookup.close()

    asyncio.run(play())
    assert count(url, "cap_counter") == 0


def test_what_reads_sees_one_moment(url: str) -> None:
    def twice(connection: Connection) -> tuple[int, int]:
        counted = text("SELECT count(*) FROM cap_counter")
        before = connection.execute(counted).scalar_one()
        write_elsewhere(url)
        return before, connection.execute(counted).scalar_one()

    async def play() -> tuple[int, int]:
        async with a_reader(url) as reader:
            return await reader.run(twice)

    assert asyncio.run(play()) == (0, 0)
    assert count(url, "cap_counter") == 1


def write_elsewhere(url: str) -> None:
    """Write and commit a counter while someone else is in the middle of reading."""
    engine = create_engine(database_url(url))
    with engine.begin() as connection:
        using("elsewhere")(connection)
    engine.dispose()


def test_a_reader_that_has_gone_away_leaves_its_connection_free(url: str) -> None:
    """There is but one connection: were it left in a statement or a transaction, the last read would tell."""
    seen = []

    def slow(connection: Connection) -> None:
        for _ in range(50):
            connection.exec_driver_sql("SELECT count(*) FROM lead")
        seen.append("end")

    async def play() -> int:
        async with a_reader(url) as reader:
            for wait_s in (0.0, 0.0, 0.001, 0.003, 0.01):
                gone = asyncio.ensure_future(reader.run(slow))
                await asyncio.sleep(wait_s)
                gone.cancel()
            write_elsewhere(url)
            return await reader.run(lambda connection: connection.execute(text(_COUNT)).scalar_one())

    assert asyncio.run(play()) == 1
    # The first was cancelled before it ever began.
    assert 3 <= len(seen) <= 5


def test_more_readers_than_connections_wait_for_each_other(url: str) -> None:
    async def play() -> list[int]:
        async with a_reader(url, 2) as reader:
            jobs = [reader.run(lambda connection: connection.execute(text(_COUNT)).scalar_one()) for _ in range(20)]
            return list(await asyncio.gather(*jobs))

    assert asyncio.run(play()) == [0] * 20


def test_a_closed_store_leaves_no_thread(url: str) -> None:
    before = set(threading.enumerate())

    async def play() -> set[threading.Thread]:
        async with a_store(url) as store:
            await asyncio.gather(*[store.switches(0.0) for _ in range(8)], store.sell(a_sale(1), refused))
            await store.kept_answer("acme", "0" * 16)
            return set(threading.enumerate()) - before

    started = asyncio.run(play())
    assert url.startswith("postgresql") or len(started) >= 3
    for thread in set(threading.enumerate()) - before:
        thread.join(1.0)
    assert set(threading.enumerate()) <= before


def test_a_process_that_forgot_to_close_its_store_ends_all_the_same(url: str) -> None:
    script = (
        "import asyncio, sys\n"
        "from app.store.store import Store\n"
        "store = Store(sys.argv[1])\n"
        "print(asyncio.run(store.switches(0.0)), flush=True)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, url], capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout == "[]\n"


_COUNT = "SELECT count(*) FROM cap_counter"


def _end_all_sessions(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
    engine.dispose()

"""`python -m tests.bench.store`: posts a second through the store alone, by each way to run its jobs.

A post is what one costs the store: the look-up, then the sale in its transaction. The ways take turns, since a shared
machine changes its speed. `--rounds N`, `--posts N`, `--posters N`.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

import msgspec
import uvloop
from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.post.sale import Sale
from app.drill.kit.throwaway_postgres import ServerNotFound, throwaway_postgres
from app.store.engine.connections import (
    async_reading_engine,
    async_writing_engine,
    database_url,
    reading_engine,
    writing_engine,
)
from app.store.engine.failures import as_unavailable
from app.store.engine.runners import GROUP_MAX, Job, Runner, TaskRunner
from app.store.migrate import migrate
from app.store.schema import metadata
from app.store.store import READERS, WRITERS, Store
from tests.integration.store.world import a_cap, a_sale, refused, vault

T = TypeVar("T")

_TICK_S = 0.002


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One round of one way; `late_ms` is how long the event loop kept others waiting, a ping say, in the worst 1 %."""

    posts_per_s: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    late_ms: float


class GroupedTasks:
    """SQLite's group commit without a thread of ours: all that wait share a transaction of one asyncio connection."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._waiting: list[tuple[Job[Any], asyncio.Future[Any]]] = []
        self._work: asyncio.Task[None] | None = None

    async def run(self, job: Job[T], limit_s: float | None = None) -> T:  # noqa: ARG002 - a bench waits as long as it takes
        """See Runner."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, future))
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._groups())
        return await future

    async def close(self) -> None:
        """See Runner."""
        if self._work is not None:
            await self._work
        await self._engine.dispose()

    async def _groups(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:GROUP_MAX], self._waiting[GROUP_MAX:]
            try:
                async with self._engine.begin() as connection:
                    results = await connection.run_sync(_in_savepoints, [job for job, _ in group])
            except Exception as error:  # noqa: BLE001 - everyone must hear it
                results = [as_unavailable(error)] * len(group)
            for (_, future), result in zip(group, results, strict=True):
                if isinstance(result, Exception):
                    future.set_exception(result)
                else:
                    future.set_result(result)


class Threads:
    """Each job in a transaction and a thread of its own, statement by statement."""

    def __init__(self, engine: Engine, threads: int) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(threads)

    async def run(self, job: Job[T], limit_s: float | None = None) -> T:  # noqa: ARG002 - a bench waits as long as it takes
        """See Runner."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._transaction, job)

    async def close(self) -> None:
        """See Runner."""
        self._threads.shutdown()
        self._engine.dispose()

    def _transaction(self, job: Job[T]) -> T:
        with self._engine.begin() as connection:
            return job(connection)


def _in_savepoints(connection: Connection, jobs: list[Job[Any]]) -> list[Any]:
    results: list[Any] = []
    for job in jobs:
        connection.exec_driver_sql("SAVEPOINT job")
        try:
            results.append(job(connection))
        except Exception as error:  # noqa: BLE001 - it is the job's own
            results.append(error)
            connection.exec_driver_sql("ROLLBACK TO job")
        connection.exec_driver_sql("RELEASE job")
    return results


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """The runner of sales and that of look-ups, where they are not those of the store as it is served."""

    writer: Callable[[URL], Runner] | None = None
    lookup: Callable[[URL], Runner] | None = None


class _Store(Store):
    def __init__(self, url: str, way: Way) -> None:
        super().__init__(url, vault())
        address = database_url(url)
        self._writer = way.writer(address) if way.writer else self._writer
        self._lookup = way.lookup(address) if way.lookup else self._lookup


def _tasks_that_look_up(url: URL) -> Runner:
    return TaskRunner(async_reading_engine(url, 1), 1)


SQLITE = {
    "SQLite as served: threads that group": Way(),
    "SQLite, look-ups by aiosqlite": Way(lookup=_tasks_that_look_up),
    "SQLite by aiosqlite, grouped": Way(
        writer=lambda url: GroupedTasks(async_writing_engine(url, 1)), lookup=_tasks_that_look_up
    ),
    "SQLite by aiosqlite, a commit a post": Way(
        writer=lambda url: TaskRunner(async_writing_engine(url, 1), 1), lookup=_tasks_that_look_up
    ),
}
POSTGRES = {
    "PostgreSQL as served: tasks": Way(),
    "PostgreSQL by threads": Way(
        writer=lambda url: Threads(writing_engine(url, WRITERS), WRITERS),
        lookup=lambda url: Threads(reading_engine(url, READERS), READERS),
    ),
}


def main() -> None:
    """Measure every way, and print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("rounds", 7), ("posts", 2_000), ("posters", 32)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    print(f"{asked.posters} posters, {asked.posts} posts a round, medians of {asked.rounds} rounds\n")
    with tempfile.TemporaryDirectory() as folder:
        _compare(SQLITE, lambda: _new_file(Path(folder)), asked)
    try:
        with throwaway_postgres() as url:
            migrate(url)
            _compare(POSTGRES, lambda: _emptied(url), asked)
    except ServerNotFound as missing:
        print(missing)


def _compare(ways: Mapping[str, Way], database: Callable[[], str], asked: argparse.Namespace) -> None:
    found: dict[str, list[Measured]] = {name: [] for name in ways}
    for _ in range(asked.rounds):
        for name, way in ways.items():
            found[name].append(uvloop.run(_round(_Store(database(), way), asked.posts, asked.posters)))
    first = next(iter(found.values()))
    for name, rounds in found.items():
        over = median(mine.posts_per_s / other.posts_per_s for mine, other in zip(rounds, first, strict=True))
        rate, p50_ms, p99_ms, cpu_us, late_ms = [
            median(getattr(each, field) for each in rounds) for field in Measured.__struct_fields__
        ]
        shown = f"{rate:>6,.0f} posts/s, p50 {p50_ms:>6.1f} ms, p99 {p99_ms:>6.1f} ms, {cpu_us:>5,.0f} us CPU each"
        print(f"{name:<40} {shown}, loop late by {late_ms:>4.1f} ms, {over:.2f} times", flush=True)


async def _round(store: Store, posts: int, posters: int) -> Measured:
    await store.open()
    counters = ("campaign/solar-tx/daily//2026-11-20", "campaign/solar-tx/total/")
    uses = tuple([a_cap(1_000_000, counter=counter) for counter in counters])
    sales = [a_sale(number, cap_uses=uses) for number in range(posts + 10 * posters)]
    await _post(store, sales[posts:], posters)
    late_ms: list[float] = []
    watch = asyncio.create_task(_watch(late_ms))
    started, used = time.perf_counter(), time.process_time()
    took_ms = sorted(await _post(store, sales[:posts], posters))
    wall_s, cpu_s = time.perf_counter() - started, time.process_time() - used
    watch.cancel()
    await store.close()
    return Measured(
        posts_per_s=posts / wall_s,
        p50_ms=took_ms[posts // 2],
        p99_ms=took_ms[posts * 99 // 100],
        cpu_us=1e6 * cpu_s / posts,
        late_ms=sorted(late_ms)[len(late_ms) * 99 // 100],
    )


async def _watch(late_ms: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(_TICK_S)
        late_ms.append(1e3 * (time.perf_counter() - began - _TICK_S))


async def _post(store: Store, sales: list[Sale], posters: int) -> list[float]:
    took_ms: list[float] = []

    async def poster(mine: list[Sale]) -> None:
        for sale in mine:
            began = time.perf_counter()
            await store.gather_post(sale.seller, sale.nonce, sale.certificates, sale.person)
            assert (await store.sell(sale, refused)).outcome == "sold"
            took_ms.append(1e3 * (time.perf_counter() - began))

    await asyncio.gather(*[poster(sales[number::posters]) for number in range(posters)])
    return took_ms


def _new_file(folder: Path) -> str:
    return f"sqlite:///{folder / f'{time.monotonic_ns()}.db'}"


def _emptied(url: str) -> str:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("TRUNCATE " + ", ".join(f'"{table}"' for table in metadata.tables))
    engine.dispose()
    return url


if __name__ == "__main__":
    main()

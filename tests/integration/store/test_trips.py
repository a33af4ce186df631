"""Statements that go together: the last trip commits, and one that fails tells its own error."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, text

from app.store.engine.prepared import Prepared
from app.store.engine.runners import Runner
from app.store.engine.trips import run_all, run_last
from app.store.errors import StoreUnavailable
from tests.integration.store.test_runners import using, with_runner
from tests.integration.store.world import count

ADD = Prepared(text("INSERT INTO cap_counter (counter, used) VALUES (:name, 1)"))


def test_what_is_run_last_is_committed_before_anything_else_is_done(empty_postgres_url: str) -> None:
    def job(connection: Connection) -> int:
        run_last(connection, [(ADD, {"name": "a"}), (ADD, {"name": "b"})])
        return count(empty_postgres_url, "cap_counter")

    assert with_runner(empty_postgres_url, lambda runner: runner.run(job)) == 2


def test_a_connection_lost_in_a_trip_is_tried_again_unless_it_was_the_last(empty_postgres_url: str) -> None:
    die = Prepared(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    tries: list[str] = []

    def lost(run: Callable[..., object], name: str) -> Any:
        def job(connection: Connection) -> None:
            tries.append(name)
            run(connection, [(ADD, {"name": name}), *([(die, {})] if tries.count(name) == 1 else [])])

        return job

    async def play(runner: Runner) -> None:
        await runner.run(lost(run_all, "in the middle"))
        with pytest.raises(StoreUnavailable):
            await runner.run(lost(run_last, "at the end"))

    with_runner(empty_postgres_url, play)
    assert tries == ["in the middle"] * 2 + ["at the end"]
    assert count(empty_postgres_url, "cap_counter", "counter = 'in the middle'") == 1


def test_an_error_in_a_trip_is_the_jobs_own_and_names_no_values(url: str) -> None:
    async def play(runner: Runner) -> list[Any]:
        twice = runner.run(lambda connection: run_all(connection, [(ADD, {"name": "a"}), (ADD, {"name": "a"})]))
        return list(await asyncio.gather(twice, runner.run(using("b")), return_exceptions=True))

    error, other = with_runner(url, play)
    assert type(error).__name__ == "IntegrityError"
    assert "'name'" not in str(error)
    assert other == "b"
    assert count(url, "cap_counter") == 1

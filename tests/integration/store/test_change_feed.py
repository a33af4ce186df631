"""The change feed of PostgreSQL: every change is read once, whenever it commits, and whoever missed some is told."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from app.store.change_feed import feed
from app.store.store import Store

T = TypeVar("T")

WRITERS = 4


@pytest.fixture
def engine(empty_postgres_url: str) -> Iterator[Engine]:
    engine = create_engine(empty_postgres_url)
    yield engine
    engine.dispose()


def test_a_change_that_commits_late_is_read_although_later_ones_were_before(engine: Engine) -> None:
    with engine.connect() as early, engine.connect() as late, engine.connect() as reader:
        begin = position(reader)
        feed.tell(early, "early")
        feed.tell(late, "late")
        late.commit()
        first = read(reader, begin)
        early.commit()
        second = read(reader, first.position)

        assert [first.bodies, second.bodies] == [('{"kind":"late"}',), ('{"kind":"early"}',)]
        # A reader that remembers the highest number would miss it: it was given out before.
        numbers = dict(reader.execute(text("SELECT body, number FROM change_feed")).tuples().all())
        assert numbers['{"kind":"early"}'] < numbers['{"kind":"late"}']


def test_no_change_is_read_twice_however_transactions_interleave(engine: Engine) -> None:
    with engine.connect() as reader:
        place = position(reader)
        told: list[str] = []
        seen: list[str] = []
        writers = [engine.connect() for _ in range(4)]
        for step in range(60):
            writer = writers[step * 7 % 4]
            feed.tell(writer, f"{step}")
            told.append(f'{{"kind":"{step}"}}')
            if step % 3:
                writer.commit()
            news = read(reader, place)
            place, seen = news.position, [*seen, *news.bodies]
        for writer in writers:
            writer.commit()
            writer.close()
        seen += read(reader, place).bodies
    assert sorted(seen) == sorted(told)


def test_nothing_is_missed_nor_read_twice_while_many_write_at_once(engine: Engine) -> None:
    with engine.connect() as reader, ThreadPoolExecutor(WRITERS) as pool:
        place = position(reader)
        seen: list[str] = []
        writing = [pool.submit(write, engine, writer) for writer in range(WRITERS)]
        while not all(each.done() for each in writing):
            news = read(reader, place)
            place, seen = news.position, [*seen, *news.bodies]
        seen += read(reader, place).bodies
        told = [body for each in writing for body in each.result()]
    assert len(told) == WRITERS * 100
    assert sorted(seen) == sorted(told)


def test_what_is_rolled_back_is_never_told(engine: Engine) -> None:
    with engine.connect() as writer, engine.connect() as reader:
        begin = position(reader)
        feed.tell(writer, "undone")
        writer.rollback()
        feed.tell(writer, "done")
        writer.commit()
        assert read(reader, begin).bodies == ('{"kind":"done"}',)


def test_a_transaction_that_lasts_holds_up_no_other_change(engine: Engine) -> None:
    with engine.connect() as lasting, engine.connect() as writer, engine.connect() as reader:
        lasting.execute(text("SELECT pg_current_xact_id()"))
        begin = position(reader)
        feed.tell(writer, "done")
        writer.commit()
        assert read(reader, begin).bodies == ('{"kind":"done"}',)


def test_changes_of_one_transaction_are_told_in_their_order(engine: Engine) -> None:
    with engine.connect() as writer, engine.connect() as reader:
        begin = position(reader)
        for number in range(20):
            feed.tell(writer, str(number))
        writer.commit()
        assert [body[9:-2] for body in read(reader, begin).bodies] == [str(number) for number in range(20)]


def test_whoever_comes_from_before_a_purge_is_told_that_something_is_lost(engine: Engine) -> None:
    with engine.connect() as writer, engine.connect() as reader:
        long_ago = position_between(reader)
        feed.tell(writer, "old")
        writer.commit()
        seen = position_between(reader)
        feed.tell(writer, "new")
        writer.commit()
        for _ in range(2):
            feed.purge_changes(writer, seen)
            writer.commit()

        assert read(reader, long_ago).is_lost
        after = read(reader, seen)
        assert (after.bodies, after.is_lost) == (('{"kind":"new"}',), False)
        assert not read(reader, after.position).is_lost


def test_a_slower_replicas_purge_hides_nothing_of_a_faster_ones(engine: Engine) -> None:
    with engine.connect() as writer, engine.connect() as reader:
        places = []
        for number in range(3):
            places.append(position_between(reader))
            feed.tell(writer, str(number))
            writer.commit()
        for place in (places[2], places[1]):
            feed.purge_changes(writer, place)
            writer.commit()
        assert [read(reader, place).is_lost for place in places] == [True, True, False]


def test_a_server_that_knows_fewer_transactions_has_lost_some(engine: Engine) -> None:
    """As after a failover to a standby that had not heard of everything."""
    with engine.connect() as reader:
        lowest, highest, _ = position(reader).split(":")
        assert read(reader, f"{lowest}:{int(highest) + 1_000}:").is_lost


def test_sqlite_has_no_feed(tmp_path_factory: pytest.TempPathFactory) -> None:
    async def scene(store: Store) -> None:
        await store.open()
        assert await store.feed_position() == ""
        await store.tell("read_again")
        assert (await store.changes_since("")).bodies == ()

    _at_store(f"sqlite:///{tmp_path_factory.mktemp('data') / 'leadbid.db'}", scene)


def write(engine: Engine, writer: int) -> list[str]:
    """Tell in transactions of all lengths, one of three of which is rolled back; what was told."""
    told, chance = [], random.Random(writer)
    with engine.connect() as connection:
        for number in range(150):
            feed.tell(connection, f"{writer}-{number}")
            time.sleep(chance.random() * 0.004)
            if number % 3:
                connection.commit()
                told.append(f'{{"kind":"{writer}-{number}"}}')
            else:
                connection.rollback()
    return told


def position(connection: Connection) -> str:
    found = feed.position(connection)
    connection.commit()
    return found


def position_between(connection: Connection) -> str:
    """A position at which nothing else is under way: a server that looks through its tables purges less."""

    while True:
        found = position(connection)
        lowest, highest, _ = found.split(":")
        if lowest == highest:
            return found
        time.sleep(0.05)


def read(connection: Connection, since: str) -> feed.NewChanges:
    found = feed.changes_since(connection, since)
    connection.commit()
    return found


def _at_store(url: str, scene: Callable[[Store], Awaitable[T]]) -> T:
    async def play() -> T:
        store = Store(url)
        try:
            return await scene(store)
        finally:
            await store.close()

    return asyncio.run(play())

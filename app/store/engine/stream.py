"""Answers too long to be held: read as they are consumed."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Executable, Row, Select

from app.store.engine.failures import DATABASE_ERRORS, as_unavailable

T = TypeVar("T")

_AHEAD = 3
"""Two parts are read side by side, as a small machine has cores, and one lies ready: each has a connection."""

_PAGE = 10_000
"""Rows held at a time: millions of people must not all stand in memory as tuples before they are packed."""


async def side_by_side(jobs: Iterable[Callable[[], T]]) -> AsyncIterator[T]:
    """What these jobs give, each of which reads a part, in their order: others are at work while one is consumed."""
    under_way: deque[asyncio.Future[T]] = deque()
    try:
        for job in jobs:
            under_way.append(asyncio.ensure_future(asyncio.to_thread(job)))
            if len(under_way) == _AHEAD:
                yield await asyncio.shield(under_way[0])
                under_way.popleft()
        while under_way:
            yield await asyncio.shield(under_way[0])
            under_way.popleft()
    finally:
        # A thread ends by itself, and has a connection until then; also the one that was waited for in vain.
        await asyncio.gather(*under_way, return_exceptions=True)


def first_row(engine: Engine, wanted: Executable, values: Mapping[str, object]) -> Row[Any] | None:
    """The first row of a short answer. StoreUnavailable where the database does not give it."""
    try:
        with engine.begin() as connection:
            return connection.execute(wanted, values).first()
    except DATABASE_ERRORS as error:
        raise as_unavailable(error) from None


def stream(engine: Engine, wanted: Select[Any]) -> Iterator[Any]:
    """The rows of a query, as of one moment. StoreUnavailable where the database does not give them all."""
    for _, page in pages(engine, wanted):
        yield from page


def pages(engine: Engine, wanted: Select[Any]) -> Iterator[tuple[Connection, Sequence[Any]]]:
    """The same, many at a time, each with the connection on which to ask for what belongs to them."""
    try:
        with engine.begin() as connection:
            for page in connection.execute(wanted, execution_options={"yield_per": _PAGE}).partitions():
                yield connection, page
    except DATABASE_ERRORS as error:
        raise as_unavailable(error) from None

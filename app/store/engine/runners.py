"""Runs jobs against the database: side by side as tasks, or grouped in the one thread that writes to SQLite."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import greenlet_spawn

from app.store.engine.failures import as_unavailable, is_no_service, may_work_next_time
from app.store.engine.prepared import Prepared
from app.store.errors import StoreUnavailable

T = TypeVar("T")
Job = Callable[[Connection], T]
"""Work inside one transaction that someone else begins and commits; it may be run again after a failure."""

GROUP_MAX = 100
"""Jobs that share one commit: a hundred cost about as much disk time as one, and a hundred take some 50 ms."""

WAITING_MAX = 2_000
"""More than this many waiting jobs would be answered too late for any seller; they are refused at once instead."""

_TRIES = 5

_SAVEPOINT = Prepared(text("SAVEPOINT job"))
_RELEASE = Prepared(text("RELEASE job"))
_ROLL_BACK = Prepared(text("ROLLBACK TO job"))


class Runner(Protocol):
    """Takes jobs from any number of tasks."""

    async def run(self, job: Job[T]) -> T:
        """The job's result, once COMMIT has returned. StoreUnavailable where it did not; else what the job raised."""
        ...

    async def close(self) -> None:
        """Finish what waits, then let go of the database."""
        ...


class _Ticket:
    """One job, the future that waits for it, and its result so far."""

    __slots__ = ("error", "future", "job", "loop", "result")

    def __init__(self, job: Job[Any], loop: asyncio.AbstractEventLoop) -> None:
        self.job = job
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()
        self.result: object = None
        self.error: Exception | None = None


class GroupRunner:
    """One thread, one connection. All waiting jobs share a transaction, each in a savepoint of its own.

    SQLite has a single writer, and a durable commit waits for the disk far longer than the statements of a sale take.
    So the sales that arrive during one commit share the next. The savepoint lets one of them fail without the others.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: deque[_Ticket] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None

    async def run(self, job: Job[T]) -> T:
        """See Runner."""
        ticket = _Ticket(job, asyncio.get_running_loop())
        with self._changed:
            if self._closing:
                raise StoreUnavailable("the store is closed")
            if len(self._waiting) >= WAITING_MAX:
                raise StoreUnavailable(f"{WAITING_MAX} jobs are waiting already")
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="leadbid-store", daemon=True)
                self._thread.start()
            self._waiting.append(ticket)
            self._changed.notify()
        result: T = await ticket.future
        return result

    async def close(self) -> None:
        """See Runner."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)
        self._engine.dispose()

    def _work(self) -> None:
        while group := self._next_group():
            try:
                self._transaction(group)
            except Exception as error:  # noqa: BLE001 - whatever it was, nothing is committed and everyone must hear it
                for ticket in group:
                    ticket.error = as_unavailable(error)
            _tell(group)

    def _next_group(self) -> list[_Ticket]:
        """The jobs that wait, up to a limit; empty when closed and nothing is left."""
        with self._changed:
            while not self._waiting and not self._closing:
                self._changed.wait()
            return [self._waiting.popleft() for _ in range(min(len(self._waiting), GROUP_MAX))]

    def _transaction(self, group: Iterable[_Ticket]) -> None:
        with self._engine.begin() as connection:
            for ticket in group:
                _SAVEPOINT.run(connection, {})
                try:
                    ticket.result = ticket.job(connection)
                except Exception as error:
                    if is_no_service(error):
                        # SQLite may have rolled back the whole transaction, so no job of the group is certain.
                        raise
                    ticket.error = error
                    _ROLL_BACK.run(connection, {})
                _RELEASE.run(connection, {})


class TaskRunner:
    """Each job in a transaction and a task of its own, several at once. A job that conflicts with another is retried.

    It serves the event loop that it is first used in: the drivers' connections belong to that one.
    """

    def __init__(self, engine: AsyncEngine, connections: int) -> None:
        self._asynchronous = engine
        self._engine = engine.sync_engine
        # Callers wait here and never in the pool, which wakes none of them if a connection cannot be made.
        self._free = asyncio.Semaphore(connections)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._is_closed = False

    async def run(self, job: Job[T]) -> T:
        """See Runner."""
        if self._is_closed:
            raise StoreUnavailable("the store is closed")
        if len(self._tasks) >= WAITING_MAX:
            raise StoreUnavailable(f"{WAITING_MAX} jobs are waiting already")
        task = asyncio.create_task(self._transaction(job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # A caller that goes away must not cut off a statement or a commit: what has begun is completed.
        return await asyncio.shield(task)

    async def close(self) -> None:
        """See Runner."""
        self._is_closed = True
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._asynchronous.dispose()

    async def _transaction(self, job: Job[T]) -> T:
        async with self._free:
            # The job is synchronous code. In a greenlet each of its statements yields to the event loop, so the same
            # job serves both databases. One greenlet for the whole transaction, because AsyncConnection takes five and
            # a task, a third of what a post costs.
            return await greenlet_spawn(self._tried, job)

    def _tried(self, job: Job[T]) -> T:
        for tries_left in reversed(range(_TRIES)):
            is_done = False
            try:
                with self._engine.begin() as connection:
                    result = job(connection)
                    is_done = True
                return result
            except Exception as error:  # noqa: BLE001 - the transaction is tried again, or it is raised again
                # After an error of COMMIT itself nobody knows whether it was committed: the caller must ask again.
                if tries_left == 0 or is_done or not may_work_next_time(error):
                    raise (as_unavailable(error) if is_done or is_no_service(error) else error) from None
        raise AssertionError("the last try returns or raises")


def _tell(group: Iterable[_Ticket]) -> None:
    """Resolve the futures of a group with one call per event loop, because each call wakes its loop."""
    loops: dict[asyncio.AbstractEventLoop, list[_Ticket]] = {}
    for ticket in group:
        loops.setdefault(ticket.loop, []).append(ticket)
    for loop, tickets in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, tickets)


def _resolve(tickets: Iterable[_Ticket]) -> None:
    for ticket in tickets:
        if ticket.future.cancelled():
            continue
        if ticket.error is not None:
            ticket.future.set_exception(ticket.error)
        else:
            ticket.future.set_result(ticket.result)

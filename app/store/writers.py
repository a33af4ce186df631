"""Runs jobs against the database: one writer with group commit on SQLite, many short transactions on PostgreSQL."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from app.store.errors import StoreUnavailable

T = TypeVar("T")
Job = Callable[[Connection], T]
"""Work inside one transaction that someone else begins and commits; it may be run again after a failure."""

GROUP_MAX = 100
"""Jobs that share one commit: a hundred cost about as much disk time as one, and a hundred take some 50 ms."""

WAITING_MAX = 2_000
"""More than this many waiting jobs would be answered too late for any seller; they are refused at once instead."""

_TRIES = 5
_CLASHES = frozenset(("40001", "40P01"))
"""PostgreSQL says: another transaction was in the way, try again."""


class Writer(Protocol):
    """Commits jobs; `run` returns only after COMMIT has."""

    async def run(self, job: Job[T]) -> T:
        """The job's result once it is committed. StoreUnavailable where it was not; else what the job itself raised."""
        ...

    def close(self) -> None:
        """Finish what waits, then let go of the database."""
        ...


class _Ticket:
    """One job with the future that waits for it, and what came of it so far."""

    __slots__ = ("error", "future", "job", "loop", "result")

    def __init__(self, job: Job[Any], loop: asyncio.AbstractEventLoop) -> None:
        self.job = job
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()
        self.result: object = None
        self.error: Exception | None = None


class GroupWriter:
    """One thread, one connection. All jobs that wait share a commit, each in a savepoint of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: deque[_Ticket] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None

    async def run(self, job: Job[T]) -> T:
        """See Writer."""
        ticket = _Ticket(job, asyncio.get_running_loop())
        with self._changed:
            if self._closing:
                raise StoreUnavailable("the store is closed")
            if len(self._waiting) >= WAITING_MAX:
                raise StoreUnavailable(f"{WAITING_MAX} writes are waiting already")
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="leadbid-writer", daemon=True)
                self._thread.start()
            self._waiting.append(ticket)
            self._changed.notify()
        result: T = await ticket.future
        return result

    def close(self) -> None:
        """See Writer."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()
        self._engine.dispose()

    def _work(self) -> None:
        while group := self._next_group():
            try:
                self._commit(group)
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

    def _commit(self, group: Iterable[_Ticket]) -> None:
        with self._engine.begin() as connection:
            for ticket in group:
                connection.exec_driver_sql("SAVEPOINT job")
                try:
                    ticket.result = ticket.job(connection)
                except OperationalError:
                    # Full disk, lost file: SQLite may have rolled back the whole transaction with it.
                    raise
                except Exception as error:  # noqa: BLE001 - it is this job's own, and raised where it is awaited
                    ticket.error = error
                    connection.exec_driver_sql("ROLLBACK TO job")
                connection.exec_driver_sql("RELEASE job")


class PooledWriter:
    """Each job in a transaction of its own, some at once. One that met another in its way is tried again."""

    def __init__(self, engine: Engine, threads: int) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(threads, "leadbid-writer")
        self._waiting = 0

    async def run(self, job: Job[T]) -> T:
        """See Writer."""
        if self._waiting >= WAITING_MAX:
            raise StoreUnavailable(f"{WAITING_MAX} writes are waiting already")
        self._waiting += 1
        try:
            return await _in(self._threads, self._transaction, job)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """See Writer."""
        self._threads.shutdown()
        self._engine.dispose()

    def _transaction(self, job: Job[T]) -> T:
        for tries_left in reversed(range(_TRIES)):
            try:
                with self._engine.begin() as connection:
                    return job(connection)
            except SQLAlchemyError as error:
                if tries_left == 0 or getattr(_cause(error), "sqlstate", None) not in _CLASHES:
                    raise _translated(error) from None
        raise AssertionError("the last try returns or raises")


class Readers:
    """Reads in a few threads, each job in a transaction that sees one moment of the database."""

    def __init__(self, engine: Engine, threads: int) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(threads, "leadbid-reader")

    async def run(self, job: Job[T]) -> T:
        """The job's result. StoreUnavailable where the database does not answer."""
        return await _in(self._threads, self.run_here, job)

    def run_here(self, job: Job[T]) -> T:
        """The same in this thread."""
        for is_last in (False, True):
            try:
                with self._engine.begin() as connection:
                    return job(connection)
            except SQLAlchemyError as error:
                # Where the database was restarted since, all pooled connections are let go at once, and new ones serve.
                is_stale = isinstance(error, DBAPIError) and error.connection_invalidated
                if is_last or not is_stale:
                    raise _translated(error) from None
        raise AssertionError("the last try returns or raises")

    def close(self) -> None:
        """Let go of the database."""
        self._threads.shutdown()
        self._engine.dispose()


def _in(threads: ThreadPoolExecutor, work: Callable[[Job[T]], T], job: Job[T]) -> asyncio.Future[T]:
    try:
        return asyncio.get_running_loop().run_in_executor(threads, work, job)
    except RuntimeError:
        raise StoreUnavailable("the store is closed") from None


def as_unavailable(error: Exception) -> StoreUnavailable:
    """The one error for a database that does not serve, named by its kind: its own text may hold values."""
    return StoreUnavailable(f"the database did not take it ({type(_cause(error)).__name__})")


def _translated(error: SQLAlchemyError) -> Exception:
    if isinstance(error, (OperationalError, InterfaceError, InternalError, PoolExhausted)):
        return as_unavailable(error)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return as_unavailable(error)
    return error


def _cause(error: Exception) -> BaseException:
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


def _tell(group: Iterable[_Ticket]) -> None:
    """Resolve the futures of a group, with one call a loop: each call wakes its loop."""
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

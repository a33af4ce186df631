"""Runs jobs against the database: grouped in one thread on SQLite, side by side on PostgreSQL."""

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, exc, text

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
_CLASHES = frozenset(("40001", "40P01"))
"""PostgreSQL says: another transaction was in the way, try again."""

_NO_SERVICE = (
    exc.OperationalError,
    exc.InterfaceError,
    exc.InternalError,
    exc.TimeoutError,
    sqlite3.OperationalError,
    sqlite3.InternalError,
)
"""Locked, full, gone. Other errors are of the statement, so our own."""

_DAMAGED = (exc.DatabaseError, sqlite3.DatabaseError)
"""Broken, where nothing narrower is said."""

_SAVEPOINT = Prepared(text("SAVEPOINT job"))
_RELEASE = Prepared(text("RELEASE job"))
_ROLL_BACK = Prepared(text("ROLLBACK TO job"))


class Runner(Protocol):
    """Takes jobs from any number of tasks."""

    async def run(self, job: Job[T]) -> T:
        """The job's result, once COMMIT has returned. StoreUnavailable where it did not; else what the job raised."""
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


class GroupRunner:
    """One thread, one connection. All jobs that wait share a transaction, each in a savepoint of its own."""

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

    def close(self) -> None:
        """See Runner."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()
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
                    if _is_no_service(error):
                        # SQLite may have rolled back the whole transaction with it: nobody's work is certain.
                        raise
                    ticket.error = error
                    _ROLL_BACK.run(connection, {})
                _RELEASE.run(connection, {})


class PoolRunner:
    """Each job in a transaction of its own, some at once. One that met another in its way is tried again."""

    def __init__(self, engine: Engine, threads: int) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(threads, "leadbid-store")
        self._waiting = 0

    async def run(self, job: Job[T]) -> T:
        """See Runner."""
        if self._waiting >= WAITING_MAX:
            raise StoreUnavailable(f"{WAITING_MAX} jobs are waiting already")
        self._waiting += 1
        try:
            return await self._submit(job)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """See Runner."""
        self._threads.shutdown()
        self._engine.dispose()

    def _submit(self, job: Job[T]) -> asyncio.Future[T]:
        try:
            return asyncio.get_running_loop().run_in_executor(self._threads, self._transaction, job)
        except RuntimeError:
            raise StoreUnavailable("the store is closed") from None

    def _transaction(self, job: Job[T]) -> T:
        for tries_left in reversed(range(_TRIES)):
            is_done = False
            try:
                with self._engine.begin() as connection:
                    result = job(connection)
                    is_done = True
                return result
            except Exception as error:  # noqa: BLE001 - the transaction is tried again, or it is raised again
                # An error of COMMIT itself leaves open whether it was committed: whoever asked must ask again.
                if tries_left == 0 or is_done or not _may_work_next_time(error):
                    raise (as_unavailable(error) if is_done or _is_no_service(error) else error) from None
        raise AssertionError("the last try returns or raises")


def as_unavailable(error: Exception) -> StoreUnavailable:
    """The one error for a database that does not serve, named by its kind: its own text may hold values."""
    return StoreUnavailable(f"the database did not take it ({type(_cause(error)).__name__})")


def _is_no_service(error: Exception) -> bool:
    return isinstance(error, _NO_SERVICE) or type(error) in _DAMAGED or _is_stale(error)


def _is_stale(error: Exception) -> bool:
    """The database was restarted since this connection was made; the pool lets all such connections go at once."""
    return isinstance(error, exc.DBAPIError) and error.connection_invalidated


def _may_work_next_time(error: Exception) -> bool:
    return _is_stale(error) or getattr(_cause(error), "sqlstate", None) in _CLASHES


def _cause(error: Exception) -> BaseException:
    return error.orig if isinstance(error, exc.DBAPIError) and error.orig is not None else error


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

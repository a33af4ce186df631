"""Runs jobs against the database: side by side as tasks, or grouped in the one thread that writes to SQLite."""

import asyncio
import os
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import greenlet_spawn

from app.store.engine.availability import Availability
from app.store.engine.database_file import DatabaseFile
from app.store.engine.failures import DATABASE_ERRORS, as_unavailable, is_no_service, may_work_next_time
from app.store.engine.prepared import Prepared
from app.store.errors import StoreUnavailable

T = TypeVar("T")
Job = Callable[[Connection], T]
"""Work inside one transaction that someone else begins and commits; it may be run again after a failure."""

GROUP_MAX = 100
"""Jobs that share one commit: a hundred cost about as much disk time as one, and a hundred take some 50 ms."""

CHECKPOINT_ROWS = 4_000
"""So many changed rows, some 16 MB of log, are moved into the database at a time, after those who waited for them were
told. SQLite would do that by itself within every other commit of fifty sales, which then took four times as long."""

JOINT_MAX, JOINT_AT_ONCE = 50, 2
"""Jobs that share a transaction of PostgreSQL, and such transactions: one is decided while the other is committed. Each
sale holds some five of the 6,400 locks that a server has by default, and a dozen replicas may all be busy."""

WAITING_MAX = 2_000
"""More than this many waiting jobs would be answered too late for any seller; they are refused at once instead."""

LIMIT_S = 4.0
"""So long may a job take with all its waiting: a post is answered while its seller still listens, whatever froze. A
little longer than SQLite waits for a lock."""

_TRIES = 5

_CLOSE_S = 5.0
"""A store that closes waits this long for what has begun, also where the database does not answer any more."""

_SAVEPOINT = Prepared(text("SAVEPOINT job"))
_RELEASE = Prepared(text("RELEASE job"))
_ROLL_BACK = Prepared(text("ROLLBACK TO job"))
_END_WITHOUT = Prepared(text("ROLLBACK"))
_BEGIN_AGAIN = Prepared(text("BEGIN IMMEDIATE"))


class Runner(Protocol):
    """Takes jobs from any number of tasks."""

    async def run(self, job: Job[T], limit_s: float | None = None) -> T:
        """The job's result, once COMMIT has returned. StoreUnavailable where it did not; else what the job raised.

        After `limit_s` (by default the runner's) it is given up, and then nobody knows whether it is committed yet: the
        caller must ask again.
        """
        ...

    async def close(self) -> None:
        """Finish what waits, then let go of the database."""
        ...


class JointJob(Generic[T]):
    """A job that can be done together with others of its kind, with fewer statements than one after the other."""

    def __call__(self, connection: Connection) -> T:
        """Do it alone."""
        raise NotImplementedError

    @staticmethod
    def together(connection: Connection, jobs: Sequence[Any]) -> Sequence[T | None]:
        """The result of each that is done now, None for those that must be done alone, of which nothing is written."""
        raise NotImplementedError


_Joining = tuple[JointJob[Any], "asyncio.Future[Any]"]
"""A job that is to be done together with others, and who waits to hear what came of that."""


class _Ticket:
    """One job, the future that waits for it, and its result so far."""

    __slots__ = ("error", "future", "is_done", "is_given_up", "job", "loop", "result")

    def __init__(self, job: Job[Any], loop: asyncio.AbstractEventLoop) -> None:
        self.job = job
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()
        self.result: object = None
        self.error: Exception | None = None
        self.is_done = False
        self.is_given_up = False


class GroupRunner:
    """One thread, one connection. All waiting jobs share a transaction, each in a savepoint of its own.

    SQLite has a single writer, and a durable commit waits for the disk far longer than the statements of a sale take.
    So the sales that arrive during one commit share the next. The savepoint lets one of them fail without the others;
    those that are done together need none.
    """

    def __init__(
        self, engine: Engine, availability: Availability | None = None, file: DatabaseFile | None = None
    ) -> None:
        """Into any other file than `file`, what is committed would be lost (DatabaseGone)."""
        self._engine = engine
        self._availability = availability or Availability()
        self._file = file
        self._waiting: deque[_Ticket] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._is_called = False
        self._rows_in_log = 0
        self._thread: threading.Thread | None = None

    async def run(self, job: Job[T], limit_s: float | None = None) -> T:
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
        if not self._is_called:
            # After all else of this turn, so that what comes in it shares a transaction: each call costs as much as
            # some statements, since the thread takes the interpreter away from those that are still to come.
            self._is_called = True
            ticket.loop.call_soon(self._call)
        timer = ticket.loop.call_later(limit_s or LIMIT_S, self._give_up, ticket)
        try:
            result: T = await ticket.future
        finally:
            timer.cancel()
        return result

    async def close(self) -> None:
        """See Runner."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)
        self._engine.dispose()

    def _give_up(self, ticket: _Ticket) -> None:
        ticket.is_given_up = True
        if not ticket.future.done():
            ticket.future.set_exception(_too_slow())
        # What holds it up may be no transaction, but the log that is moved to a disk which does not answer.
        self._availability.failed(str(_too_slow()))

    def _call(self) -> None:
        self._is_called = False
        with self._changed:
            self._changed.notify()

    def _work(self) -> None:
        while group := self._next_group():
            self._availability.begun()
            try:
                self._transaction(group)
            except Exception as error:  # noqa: BLE001 - whatever it was, nothing is believed and everyone must hear it
                unavailable = as_unavailable(error)
                self._availability.failed(str(unavailable))
                for ticket in group:
                    ticket.error = unavailable
            self._availability.ended()
            _tell(group)
            if self._rows_in_log >= CHECKPOINT_ROWS:
                self._checkpoint()

    def _next_group(self) -> list[_Ticket]:
        """The jobs that wait, up to a limit; empty when closed and nothing is left."""
        with self._changed:
            while not self._waiting and not self._closing:
                self._changed.wait()
            return [self._waiting.popleft() for _ in range(min(len(self._waiting), GROUP_MAX))]

    def _transaction(self, group: Iterable[_Ticket]) -> None:
        with self._engine.begin() as connection:
            driver: Any = connection.connection.driver_connection
            changes = driver.total_changes
            if self._file is not None:
                self._file.check()
            wanted = [ticket for ticket in group if not ticket.is_given_up]
            _do_together(connection, wanted)
            for ticket in wanted:
                if not ticket.is_done:
                    _do_alone(connection, ticket)
            rows = driver.total_changes - changes
            if self._file is not None and rows:
                self._file.count_commit(driver)
        self._rows_in_log += rows
        if self._file is not None:
            # A file that went away meanwhile has taken the commit with it.
            self._file.check()

    def _checkpoint(self) -> None:
        """Move the log into the database, as far as nobody reads what was there before. It need not succeed."""
        self._rows_in_log = 0
        with suppress(*DATABASE_ERRORS), closing(self._engine.raw_connection()) as pooled:
            driver: Any = pooled.driver_connection
            driver.execute("PRAGMA wal_checkpoint(PASSIVE)")


def _do_together(connection: Connection, group: Sequence[_Ticket]) -> None:
    """Do those jobs of each kind that can be done at once; the others, and all where one fails, are left.

    To be called first in a transaction, which begins again where one fails: for a savepoint SQLite copies each page
    before it changes.
    """
    kinds: dict[type[JointJob[Any]], list[_Ticket]] = {}
    for ticket in group:
        if isinstance(ticket.job, JointJob):
            kinds.setdefault(type(ticket.job), []).append(ticket)
    try:
        for kind, tickets in kinds.items():
            results = kind.together(connection, [ticket.job for ticket in tickets])
            for ticket, result in zip(tickets, results, strict=True):
                ticket.result, ticket.is_done = result, result is not None
    except Exception as error:
        if is_no_service(error):
            raise
        # Whose error it is, each finds out alone.
        for ticket in group:
            ticket.is_done = False
        _END_WITHOUT.run(connection, {})
        _BEGIN_AGAIN.run(connection, {})


def _do_alone(connection: Connection, ticket: _Ticket) -> None:
    """Do one job, which leaves nothing if it fails."""
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

    def __init__(
        self,
        engine: AsyncEngine,
        connections: int,
        availability: Availability | None = None,
        limit_s: float = LIMIT_S,
    ) -> None:
        self._asynchronous = engine
        self._engine = engine.sync_engine
        # Callers wait here and never in the pool, which wakes none of them if a connection cannot be made.
        self._free = asyncio.Semaphore(connections)
        self._availability = availability or Availability()
        self._limit_s = limit_s
        self._under_way: dict[asyncio.Task[Any], _Work[Any]] = {}
        self._joining: list[_Joining] = []
        self._joint = 0
        self._groups: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def run(self, job: Job[T], limit_s: float | None = None) -> T:
        """See Runner."""
        if self._is_closed:
            raise StoreUnavailable("the store is closed")
        if len(self._under_way) + len(self._joining) >= WAITING_MAX:
            raise StoreUnavailable(f"{WAITING_MAX} jobs are waiting already")
        if isinstance(job, JointJob):
            joining: asyncio.Future[T | None] = asyncio.get_running_loop().create_future()
            self._joining.append((job, joining))
            asyncio.get_running_loop().call_soon(self._join)
            result = await joining
            if result is not None:
                return result
        return await self._run(job, limit_s)

    def _join(self) -> None:
        """Have jobs that came in one turn, or while others were done together, share a transaction."""
        while self._joining and self._joint < JOINT_AT_ONCE:
            kind = type(self._joining[0][0])
            group = [each for each in self._joining if type(each[0]) is kind][:JOINT_MAX]
            self._joining = [each for each in self._joining if each not in group]
            self._joint += 1
            task = asyncio.create_task(self._together(kind, group))
            self._groups.add(task)
            task.add_done_callback(self._groups.discard)

    async def _together(self, kind: type[JointJob[Any]], group: Sequence[_Joining]) -> None:
        results: Sequence[Any] = [None] * len(group)
        unavailable: StoreUnavailable | None = None
        try:
            if len(group) > 1:
                results = await self._run(lambda connection: kind.together(connection, [job for job, _ in group]))
        except StoreUnavailable as error:
            # It may be committed: who waits must hear that nobody knows.
            unavailable = error
        except Exception:  # noqa: BLE001, S110 - whose error it is, each finds out alone
            pass
        finally:
            self._joint -= 1
            self._join()
        for (_, joining), result in zip(group, results, strict=True):
            if joining.done():
                continue
            if unavailable is not None:
                joining.set_exception(unavailable)
            else:
                joining.set_result(result)

    async def _run(self, job: Job[T], limit_s: float | None = None) -> T:
        work = _Work(job)
        task = asyncio.create_task(self._transaction(work))
        self._under_way[task] = work
        work.timer = asyncio.get_running_loop().call_later(limit_s or self._limit_s, self._give_up, work)
        task.add_done_callback(self._ended)
        # A caller that goes away must not cut off a statement or a commit: what has begun is completed.
        return await asyncio.shield(work.answer)

    async def close(self) -> None:
        """See Runner."""
        self._is_closed = True
        if self._joining or self._groups:
            self._join()
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_S):
                    while self._groups:
                        await asyncio.wait(self._groups)
                        # What cannot be done together begins alone.
                        await asyncio.sleep(0)
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=_CLOSE_S)
            for task in late:
                self._under_way[task].give_up()
        await self._asynchronous.dispose()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._under_way.pop(task).settle(task)

    def _give_up(self, work: "_Work[Any]") -> None:
        work.give_up()
        self._availability.failed(str(_too_slow()))

    async def _transaction(self, work: "_Work[T]") -> T:
        async with self._free:
            # The job is synchronous code. In a greenlet each of its statements yields to the event loop, so the same
            # job serves both databases. One greenlet for the whole transaction, because AsyncConnection takes five and
            # a task, a third of what a post costs.
            return await greenlet_spawn(self._tried, work)

    def _tried(self, work: "_Work[T]") -> T:
        for tries_left in reversed(range(_TRIES)):
            is_done = False
            try:
                work.require_time()
                with self._engine.begin() as connection:
                    work.use(connection)
                    result = work.job(connection)
                    is_done = True
                return result
            except Exception as error:  # noqa: BLE001 - the transaction is tried again, or it is raised again
                # After an error of COMMIT itself nobody knows whether it was committed: the caller must ask again.
                if tries_left == 0 or is_done or work.is_given_up or not may_work_next_time(error):
                    raise self._told(error, is_certain=not is_done) from None
        raise AssertionError("the last try returns or raises")

    def _told(self, error: Exception, *, is_certain: bool) -> Exception:
        if is_certain and not is_no_service(error):
            return error
        unavailable = as_unavailable(error)
        self._availability.failed(str(unavailable))
        return unavailable


class _Work(Generic[T]):
    """One job of a TaskRunner, the answer that its caller waits for, and the connection that it uses just now."""

    def __init__(self, job: Job[T]) -> None:
        self.job = job
        self.answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self.timer: asyncio.TimerHandle | None = None
        self.is_given_up = False
        self._connection: Connection | None = None

    def use(self, connection: Connection) -> None:
        """It runs on this connection from now on."""
        self.require_time()
        self._connection = connection

    def require_time(self) -> None:
        """StoreUnavailable where nobody waits for it any more."""
        if self.is_given_up:
            raise _too_slow()

    def settle(self, task: "asyncio.Task[T]") -> None:
        """Answer with what came of it, unless that came too late."""
        if self.timer is not None:
            self.timer.cancel()
        error = StoreUnavailable("the store is closed") if task.cancelled() else task.exception()
        if self.answer.done():
            return
        if error is None:
            self.answer.set_result(task.result())
        else:
            self.answer.set_exception(error)

    def give_up(self) -> None:
        """Answer, and end it wherever it is together with its connection, whose state nobody knows.

        A frozen server answers neither a statement nor a request to cancel it. The end of its socket is seen at once:
        by the driver as a lost connection, which the pool drops, and by the server when it goes on.
        """
        self.is_given_up = True
        if not self.answer.done():
            self.answer.set_exception(_too_slow())
        # Marks it as seen, as the caller may have gone away.
        self.answer.exception()
        connection = self._connection
        if connection is None or connection.closed or connection.dialect.name != "postgresql":
            return
        with suppress(Exception):
            driver: Any = connection.connection.driver_connection
            with socket.socket(fileno=os.dup(driver.fileno())) as ours:
                ours.shutdown(socket.SHUT_RDWR)


def _tell(group: Iterable[_Ticket]) -> None:
    """Resolve the futures of a group with one call per event loop, because each call wakes its loop."""
    loops: dict[asyncio.AbstractEventLoop, list[_Ticket]] = {}
    for ticket in group:
        loops.setdefault(ticket.loop, []).append(ticket)
    for loop, tickets in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, tickets)


def _too_slow() -> StoreUnavailable:
    return StoreUnavailable("the database did not answer in time")


def _resolve(tickets: Iterable[_Ticket]) -> None:
    for ticket in tickets:
        if ticket.future.done():
            continue
        if ticket.error is not None:
            ticket.future.set_exception(ticket.error)
        else:
            ticket.future.set_result(ticket.result)

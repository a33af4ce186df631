"""Stands between a service and the world, in its own process, and has the faults happen that were asked for."""

import errno
import os
import signal
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from io import FileIO
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import Dialect, Engine, event

from app.drill.kit.stepped.faults import Fault, Place
from app.outbound.message import OutboundAnswer, Outgoing
from app.private_files import append_to

NO_LIMIT = 2**32 - 2
"""Pages of a database: SQLite's own bound."""


class Seams:
    """Counts how often each place is touched. `say` tells what is about to happen, since nobody tells of a kill."""

    def __init__(self, say: Callable[[Fault], None]) -> None:
        self.database_full = self.journal_full = False
        """Whether these disks take nothing more."""
        self._say = say
        self._armed: list[Fault] = []
        self._left: dict[int, int] = {}

    def arm(self, faults: Iterable[Fault]) -> None:
        """Have these happen: those that were armed before go on being counted down."""
        self._armed = [fault for fault in faults if fault.place is not None and self._left.get(fault.number, 1) > 0]
        for fault in self._armed:
            self._left.setdefault(fault.number, fault.nth)

    def touch(self, place: Place) -> None:
        """The process is about to touch the world, or has just done so."""
        for fault in self._armed:
            if fault.place != place or not self._left[fault.number]:
                continue
            self._left[fault.number] -= 1
            if self._left[fault.number] == 0:
                self._happen(fault)

    def ends_half_way(self) -> bool:
        """Whether the next write to the journal is the one that a kill cuts off."""
        return any(fault.place == "half a line" and self._left[fault.number] == 1 for fault in self._armed)

    def _happen(self, fault: Fault) -> None:
        self._say(fault)
        if fault.kind == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        raise sqlite3.OperationalError("disk I/O error")


class _Cursor(sqlite3.Cursor):
    """Runs its statements where its connection may fail."""

    connection: Any

    def execute(self, sql: str, *values: Any) -> "_Cursor":
        self.connection.pass_seam()
        super().execute(sql, *values)
        return self

    def executemany(self, sql: str, *values: Any) -> "_Cursor":
        self.connection.pass_seam()
        super().executemany(sql, *values)
        return self


class _Connection(sqlite3.Connection):
    """Touches the seams where it writes: transactions that only read begin otherwise."""

    seams: ClassVar[Seams]
    is_writing = False

    def pass_seam(self) -> None:
        """A statement is about to run."""
        if self.is_writing:
            self.seams.touch("statement")

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        if sql == "BEGIN IMMEDIATE":
            # A full disk as SQLite itself knows it: no page more than there are.
            super().execute(f"PRAGMA max_page_count = {1 if self.seams.database_full else NO_LIMIT}")
            self.seams.touch("begin")
            self.is_writing = True
        else:
            self.pass_seam()
        return super().execute(sql, *values)

    def executemany(self, sql: str, *values: Any) -> sqlite3.Cursor:
        self.pass_seam()
        return super().executemany(sql, *values)

    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(factory or _Cursor)

    def commit(self) -> None:
        was_writing = self.is_writing
        if was_writing:
            self.seams.touch("commit")
        super().commit()
        self.is_writing = False
        if was_writing:
            self.seams.touch("committed")

    def rollback(self) -> None:
        self.is_writing = False
        super().rollback()


def cut_in_database(seams: Seams) -> None:
    """Have every connection of this process that writes to SQLite pass the seams."""
    factory = type("SeamConnection", (_Connection,), {"seams": seams})

    def connect(dialect: Dialect, _record: object, _values: Sequence[Any], options: dict[str, Any]) -> None:
        if dialect.driver == "pysqlite":
            options["factory"] = factory

    event.listen(Engine, "do_connect", connect)


def journal_file(seams: Seams) -> Callable[[Path], FileIO]:
    """Opens files of the journal that pass the seams."""

    class JournalFile(FileIO):
        def write(self, data: Any) -> int:
            seams.touch("journal")
            if seams.journal_full:
                return self._write_half(data)
            if seams.ends_half_way():
                super().write(data[: len(data) // 2])
            seams.touch("half a line")
            written = super().write(data)
            seams.touch("written")
            return written

        def _write_half(self, data: Any) -> int:
            if len(data) < 2:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            written = super().write(data[: len(data) // 2])
            if written >= 64:
                return written
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def append(path: Path) -> FileIO:
        with append_to(path) as file:
            return JournalFile(os.dup(file.fileno()), "a+b")

    return append


class LockstepSender:
    """Hands every request to whoever plays the rest of the world, and waits for the answer: nothing else goes on."""

    def __init__(self, seams: Seams, ask: Callable[[Outgoing], OutboundAnswer]) -> None:
        self._seams = seams
        self._ask = ask

    async def send(self, request: Outgoing) -> OutboundAnswer:
        """The answer."""
        self._seams.touch("send")
        answer = self._ask(request)
        self._seams.touch("sent")
        return answer

    async def aclose(self) -> None:
        """There is no connection."""

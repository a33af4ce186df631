"""The file of a SQLite database: one service works on it, and knows it again.

SQLite itself goes on writing to a file that was removed, renamed or replaced, and every commit succeeds into nothing
(https://sqlite.org/howtocorrupt.html, chapter 4). So the file at the path is compared with the one that was opened.
"""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from app.private_files import FILE, make_directory, sync_folder
from app.store.engine.at_rest import fault_at_rest, forget_digest, note_digest
from app.store.errors import DatabaseGone, StoreUnavailable, StoreUnfit

if sys.platform != "win32":
    import fcntl

_MAGIC = b"SQLite format 3\0"
_HEADER = 100
_CHECKED_BYTES = 512 * 2**20
"""A larger database would take seconds to check."""
_COMPANIONS = ("", "-wal", "-shm")


class DatabaseFile:
    """A file that this process has locked (`descriptor`), and into whose header `mark` was written at this start."""

    def __init__(self, path: Path, descriptor: int, mark: int) -> None:
        self.mark = mark
        self._path = path
        self._descriptor = descriptor
        self._known: dict[str, tuple[int, int]] = {}
        self._has_mark = False
        self._commits = self._seen = self._size = 0
        self._damage = ""

    def remember(self) -> None:
        """The files that lie there now are those that our connections have open: to be called after a first write."""
        for each in _COMPANIONS:
            path = f"{self._path}{each}"
            file = os.stat(path)  # noqa: PTH116 - as below
            self._known[path] = (file.st_dev, file.st_ino)
        # A command that reads just now keeps the header in the log; then nothing can be said of the mark.
        self._has_mark = _number(self._header(), 68) == self.mark
        self.check()

    def count_commit(self, driver: Any) -> None:
        """Have the header say how many commits this service made, as part of the next one on this connection."""
        self._commits = min(self._commits + 1, 2**31 - 1)
        driver.execute(f"PRAGMA user_version = {self._commits}")

    def check(self) -> None:
        """DatabaseGone where one of the files is missing or another one, or the database was overwritten in place."""
        for path, known in self._known.items():
            self._require(path, known)
        if self._known and sys.platform != "win32":
            self._require_content()

    def _require(self, path: str, known: tuple[int, int]) -> None:
        try:
            file = os.stat(path)  # noqa: PTH116 - twice in every commit, and a Path doubles what it takes
        except OSError as error:
            raise DatabaseGone(
                f"{path} is gone ({error.strerror}): put the very same file back, or stop the service, restore your "
                "backup and start it"
            ) from None
        if (file.st_dev, file.st_ino) != known:
            raise DatabaseGone(
                f"{path} was replaced by another file while it was in use: put the former file back, or restart the "
                "service to work on this one"
            )

    def _require_content(self) -> None:
        """What was written over cannot come back: only a restart, which reads everything anew, can trust it again."""
        header = self._header()
        if not self._damage and not self._is_ours(header):
            self._damage = (
                f"{self._path} was overwritten or truncated while it was in use: stop the service, remove its -wal and "
                "-shm, restore your backup and start it"
            )
        if self._damage:
            raise DatabaseGone(self._damage)

    def _is_ours(self, header: bytes) -> bool:
        if len(header) < _HEADER or not header.startswith(_MAGIC):
            return False
        if self._has_mark and _number(header, 68) != self.mark:
            return False
        seen, size = _number(header, 60), os.fstat(self._descriptor).st_size
        # An older copy has fewer commits. VACUUM makes a file smaller too, and writes so into its header.
        if seen < self._seen or (size < self._size and size < _number(header, 28) * _page_size(header)):
            return False
        self._seen, self._size = seen, size
        return True

    def _header(self) -> bytes:
        # Windows cannot read at a place, and does not let anybody write over a file that is open.
        return os.pread(self._descriptor, _HEADER, 0) if sys.platform != "win32" else b""


@contextmanager
def sole_database(path: Path, mark: int) -> Iterator[DatabaseFile]:
    """Hold a database for as long as this lasts, whatever names lead to it. It is made where there is none.

    StoreUnfit where another service holds it. Commands do not ask: their transactions are short.
    """
    path = Path(os.path.realpath(path))
    make_private(path)
    descriptor = os.open(path, os.O_RDONLY)
    # Closing any descriptor of the file would let go of the locks of all SQLite's: this one is closed after them.
    try:
        if os.fstat(descriptor).st_nlink > 1:
            raise StoreUnfit(
                f"{path} has more than one name (hard links), and SQLite would keep a log for each: remove the others, "
                "or serve a copy"
            )
        with _locked(path, descriptor):
            forget_digest(path)
            yield DatabaseFile(path, descriptor, mark)
            with suppress(OSError):
                note_digest(path)
    finally:
        os.close(descriptor)


def was_served(path: Path) -> bool:
    """Whether a service ever worked on this file. StoreUnfit where it is no database, or only its log is left."""
    if path.is_dir():
        raise StoreUnfit(
            f"{path} is a folder: move it away, and restore the database from your backup if there was one"
        )
    if not path.exists() or path.stat().st_size == 0:
        if _has_log(path):
            raise StoreUnfit(
                f"{path} is gone and its log {path}-wal is left, which holds sales: put the database back beside it, "
                "or move the log away"
            )
        return False
    if _is_held(path):
        # By another service, or under another name, in whose log everything may be: `sole_database` says so.
        return True
    if fault := fault_at_rest(path):
        raise StoreUnfit(fault)
    # After a crash there is a log; one that was left when a backup was put in the place of its database spoils that.
    is_doubtful = _has_log(path) and path.stat().st_size <= _CHECKED_BYTES
    try:
        with closing(sqlite3.connect(existing(path), uri=True)) as connection:
            if is_doubtful and connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise sqlite3.DatabaseError
            tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'key_check'").fetchone()
            return tables[0] > 0 and connection.execute("SELECT 1 FROM key_check LIMIT 1").fetchone() is not None
    except sqlite3.OperationalError as error:
        kind = getattr(error, "sqlite_errorname", type(error).__name__)
        remedy = "see that this user may write it and its folder, that its disk is well, and who else holds it"
        raise StoreUnavailable(f"{path} cannot be opened ({kind}): {remedy}") from None
    except sqlite3.DatabaseError:
        raise StoreUnfit(
            f"{path} is damaged or no database: restore it from your backup, without -wal and -shm"
        ) from None


def _has_log(path: Path) -> bool:
    log = Path(f"{path}-wal")
    return log.exists() and log.stat().st_size > 0


def _is_held(path: Path) -> bool:
    """Whether another service has it, or might have it under another name.

    For a process that has no connection to it: closing the file would let go of their locks.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        if os.fstat(descriptor).st_nlink > 1:
            return True
        with _locked(path, descriptor):
            return False
    except StoreUnfit:
        return True
    finally:
        os.close(descriptor)


def existing(path: Path) -> str:
    """The file as SQLite opens it only if it is there: otherwise it would make an empty one in the place of a lost."""
    return f"file:{quote(str(path.absolute()))}?mode=rw"


def make_private(path: Path) -> None:
    """Make the file where there is none. Only our own user may read it; SQLite gives its companions the same rights."""
    try:
        make_directory(path.parent)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, FILE))
            # SQLite waits for the names of its log, and not for that of a file which it finds there.
            sync_folder(path.parent)
    except OSError as error:
        raise StoreUnfit(f"{path} cannot be written: {error.strerror}") from None


@contextmanager
def _locked(path: Path, descriptor: int) -> Iterator[None]:
    """Lock the file itself, so that symbolic links, bind mounts and other directories lead to the same lock.

    Only Linux keeps such a lock apart from those that SQLite takes; elsewhere a file beside it is locked, and Windows
    is trusted.
    """
    if sys.platform == "win32":
        yield
        return
    if sys.platform == "linux":
        _lock(path, descriptor)
        yield
        return
    with Path(f"{path}-lock").open("a") as beside:
        _lock(path, beside.fileno())
        yield


if sys.platform != "win32":

    def _lock(path: Path, descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreUnfit(
                f"{path} is in use by {_holder(descriptor)}: stop it first. Two services on one SQLite database would "
                "both buy what one of them may; replicas need PostgreSQL"
            ) from None
        except OSError as error:
            raise StoreUnfit(f"{path} cannot be locked ({error.strerror}): keep it on a local disk") from None


def _holder(descriptor: int) -> str:
    """The process that holds the lock, as far as this system tells."""
    with suppress(OSError, ValueError):
        inode = os.fstat(descriptor).st_ino
        for line in Path("/proc/locks").read_text().splitlines():
            _, kind, *_, process, file, _, _ = line.split()
            if kind == "FLOCK" and int(file.rpartition(":")[2]) == inode and int(process) > 0:
                return f"process {process}"
    return "another process"


def _number(header: bytes, offset: int) -> int:
    return int.from_bytes(header[offset : offset + 4])


def _page_size(header: bytes) -> int:
    size = int.from_bytes(header[16:18])
    return 65_536 if size == 1 else size

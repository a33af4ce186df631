"""Makes sure that what was erased is not in the files any more, where databases leave what rows once held.

SQLite overwrites what it deletes (`secure_delete`), but its log keeps former pages until it is cut, and a page that was
once split may keep a copy of what moved. So the log is cut, the file is searched, and rewritten where it must be.
"""

import sqlite3
import time
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, create_engine, text

from app.store.engine.database_file import existing
from app.store.engine.failures import DATABASE_ERRORS, as_unavailable
from app.store.errors import StoreUnavailable

WAIT_S = 20.0
"""How long a reader may keep the log from being cut, and a writer the file from being rewritten."""

_TABLES = ("answer", "attempt", "certificate", "delivery", "evidence", "lead", "outcome", "sighting")

_CHUNK = 1 << 20


def wipe(address: URL, traces: Collection[bytes], *, is_sure: bool = False) -> None:
    """Leave none of these traces in the files of a database; `is_sure` where some may be there that nobody remembers.

    The caller has closed its own connections. On PostgreSQL dead rows are vacuumed; its own log and its backups are the
    business of whoever runs it.
    """
    if address.get_backend_name() == "sqlite":
        _wipe_file(Path(str(address.database)), traces, is_sure=is_sure)
        return
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"VACUUM {', '.join(_TABLES)}"))
    except DATABASE_ERRORS as error:
        raise as_unavailable(error) from None
    finally:
        engine.dispose()


def _wipe_file(path: Path, traces: Collection[bytes], *, is_sure: bool) -> None:
    # No connection of this process may be open while the file is searched: closing a file that was opened beside them
    # lets go of their locks.
    with _opened(path) as file:
        _cut_log(file, path)
    if is_sure or holds_any(path, traces):
        with _opened(path) as file:
            file.execute("VACUUM")
            _cut_log(file, path)
        if holds_any(path, traces):
            raise StoreUnavailable(f"something of it is still in {path}, as another process was reading it")


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(existing(path), uri=True, timeout=WAIT_S, isolation_level=None)) as file:
            file.execute("PRAGMA secure_delete = ON")
            yield file
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{path} cannot be rewritten now ({type(error).__name__})") from None


def _cut_log(file: sqlite3.Connection, path: Path) -> None:
    """Write all of the log into the file, and leave none of it."""
    until = time.monotonic() + WAIT_S
    while file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        if time.monotonic() > until:
            raise StoreUnavailable(f"something keeps reading {path}, so that its log cannot be cut")
        time.sleep(0.05)


def holds_any(path: Path, traces: Collection[bytes]) -> bool:
    """Whether any of these stands anywhere in the file or its log, in a row or outside of all."""
    overlap = max(map(len, traces), default=1) - 1
    for each in (path, path.with_name(f"{path.name}-wal")):
        if not each.exists():
            continue
        with each.open("rb") as file:
            before = b""
            while chunk := file.read(_CHUNK):
                window = before + chunk
                if any(trace in window for trace in traces):
                    return True
                before = window[-overlap:] if overlap else b""
    return False

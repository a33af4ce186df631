"""Connects to a database, and sets the guarantees of each connection."""

import os
import sqlite3
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, QueuePool

from app.store.errors import StoreUnfit

BUSY_MS = 3_000
"""How long a write waits for another process: long enough for a command's short transaction, too short for a seller's
patience to end first."""

_POSTGRES_OPTIONS = "-c lock_timeout=5000 -c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000"
_READ_ONLY = " -c default_transaction_read_only=on"
_ONE_MOMENT = _READ_ONLY + r" -c default_transaction_isolation=repeatable\ read"
"""Of the session rather than of each transaction, which would be set and set back whenever a connection is taken."""


def database_url(text: str) -> URL:
    """The address of a SQLite file or a PostgreSQL database. StoreUnfit where it is neither, or a driver is missing."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise StoreUnfit("the database URL cannot be read: write sqlite:///FILE or postgresql+psycopg://...") from None
    backend = "postgresql" if url.drivername == "postgres" else url.get_backend_name()
    if backend == "sqlite" and url.database not in (None, "", ":memory:"):
        return url.set(drivername="sqlite")
    if backend != "postgresql":
        raise StoreUnfit(
            f"no {backend} database can be used: name a file as sqlite:///FILE, or postgresql+psycopg://..."
        )
    if find_spec("psycopg") is None:
        raise StoreUnfit("PostgreSQL needs its driver: pip install 'leadbid[postgres]'")
    return url.set(drivername="postgresql+psycopg")


def is_sqlite(url: URL) -> bool:
    """Whether everything lies in one file, with one writer."""
    return url.get_backend_name() == "sqlite"


def writing_engine(url: URL, connections: int, busy_ms: int = BUSY_MS) -> Engine:
    """Every transaction of this engine begins by taking what it needs to write, so that it cannot fail half way.

    For threads: SQLite's one writer, and migrations.
    """
    if is_sqlite(url):
        _make_private(Path(str(url.database)))
        engine = create_engine(url, poolclass=QueuePool, **_sqlite_options(connections))
        return _kept_to(engine, busy_ms, "BEGIN IMMEDIATE", may_write=True)
    return create_engine(url, **_postgres_options(connections))


def reading_engine(url: URL, connections: int, busy_ms: int = BUSY_MS) -> Engine:
    """Transactions of this engine see one moment of the database and cannot write.

    For threads: the look-up of a post on SQLite, and long streams.
    """
    if is_sqlite(url):
        engine = create_engine(url, poolclass=QueuePool, **_sqlite_options(connections))
        return _kept_to(engine, busy_ms, "BEGIN", may_write=False)
    return create_engine(url, **_postgres_options(connections, _ONE_MOMENT))


def async_writing_engine(url: URL, connections: int, busy_ms: int = BUSY_MS) -> AsyncEngine:
    """The same as `writing_engine`, for tasks."""
    if is_sqlite(url):
        _make_private(Path(str(url.database)))
        engine = _async_sqlite_engine(url, connections)
        _kept_to(engine.sync_engine, busy_ms, "BEGIN IMMEDIATE", may_write=True)
        return engine
    return create_async_engine(url, **_postgres_options(connections))


def async_reading_engine(url: URL, connections: int, busy_ms: int = BUSY_MS) -> AsyncEngine:
    """The same as `reading_engine`, for tasks."""
    if is_sqlite(url):
        engine = _async_sqlite_engine(url, connections)
        _kept_to(engine.sync_engine, busy_ms, "BEGIN", may_write=False)
        return engine
    return create_async_engine(url, **_postgres_options(connections, _ONE_MOMENT))


def async_lookup_engine(url: URL, connections: int) -> AsyncEngine:
    """For jobs of one statement on PostgreSQL, which sees one moment anyway: it goes without BEGIN and ROLLBACK."""
    return create_async_engine(url, isolation_level="AUTOCOMMIT", **_postgres_options(connections, _READ_ONLY))


def _async_sqlite_engine(url: URL, connections: int) -> AsyncEngine:
    # Each connection is a thread of its driver.
    asynchronous = url.set(drivername="sqlite+aiosqlite")
    return create_async_engine(asynchronous, poolclass=AsyncAdaptedQueuePool, **_sqlite_options(connections))


def _sqlite_options(connections: int) -> dict[str, Any]:
    # Values are named, as PostgreSQL's driver has them, so that a statement takes the same ones on both.
    return {"pool_size": connections, "max_overflow": 0, "hide_parameters": True, "paramstyle": "named"}


def _postgres_options(connections: int, access: str = "") -> dict[str, Any]:
    return {
        "pool_size": connections,
        "max_overflow": 0,
        "hide_parameters": True,
        "connect_args": {"connect_timeout": 5, "options": _POSTGRES_OPTIONS + access},
    }


def _kept_to(engine: Engine, busy_ms: int, begin: str, *, may_write: bool) -> Engine:
    """What SQLite promises on every connection and at the begin of every transaction."""

    def prepare(driver: Any, _record: object) -> None:
        # The driver would begin transactions by itself, and not where they are needed.
        driver.isolation_level = None
        for setting in (
            f"PRAGMA busy_timeout = {busy_ms}",
            # An accepted sale survives a power cut: the log is on the disk before COMMIT returns.
            "PRAGMA synchronous = FULL",
            "PRAGMA foreign_keys = ON",
            # What is deleted is overwritten, so that a forgotten person is not found in the file.
            "PRAGMA secure_delete = ON",
            f"PRAGMA query_only = {'OFF' if may_write else 'ON'}",
        ):
            driver.execute(setting)
        if may_write:
            _keep_a_log(driver, busy_ms)

    def begin_so(connection: Connection) -> None:
        # Past SQLAlchemy's cursor, which would be three more trips to the thread of an asyncio connection.
        driver: Any = connection.connection.dbapi_connection
        driver.execute(begin)

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin_so)
    return engine


def _keep_a_log(driver: Any, busy_ms: int) -> None:
    """Write ahead into a log. Two that make a new file so at once do not wait for each other by themselves."""
    until = time.monotonic() + busy_ms / 1000.0
    while True:
        try:
            driver.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _make_private(path: Path) -> None:
    """Only our own user may read the file, and SQLite gives its companions the same rights."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreUnfit(f"{path} cannot be written: {error.strerror}") from None

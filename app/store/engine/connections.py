"""How a database is reached, and which promises each connection is held to."""

import os
import sqlite3
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from app.store.errors import StoreUnfit

BUSY_MS = 3_000
"""How long a write waits for another process: long enough for a command's short transaction, too short for a seller's
patience to end first."""

_POSTGRES_OPTIONS = "-c lock_timeout=5000 -c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000"


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
    """Every transaction of this engine begins by taking what it needs to write, so that it cannot fail half way."""
    if is_sqlite(url):
        _make_private(Path(str(url.database)))
        return _sqlite_engine(url, 1, busy_ms, "BEGIN IMMEDIATE", "PRAGMA query_only = OFF")
    return _postgres_engine(url, connections)


def reading_engine(url: URL, connections: int, busy_ms: int = BUSY_MS) -> Engine:
    """Transactions of this engine see one moment of the database and cannot write."""
    if is_sqlite(url):
        return _sqlite_engine(url, connections, busy_ms, "BEGIN", "PRAGMA query_only = ON")
    return _postgres_engine(url, connections).execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    )


def _sqlite_engine(url: URL, connections: int, busy_ms: int, begin: str, access: str) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,
        # Values are named, as PostgreSQL's driver has them, so that a statement takes the same ones on both.
        paramstyle="named",
    )

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
            access,
        ):
            driver.execute(setting)
        _keep_a_log(driver, busy_ms)

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", _beginning(begin))
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


def _beginning(statement: str) -> Callable[[Connection], None]:
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    return begin


def _postgres_engine(url: URL, connections: int) -> Engine:
    return create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"connect_timeout": 5, "options": _POSTGRES_OPTIONS},
    )


def _make_private(path: Path) -> None:
    """Only our own user may read the file, and SQLite gives its companions the same rights."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreUnfit(f"{path} cannot be written: {error.strerror}") from None

"""Connects to a database, and sets the guarantees of each connection."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, QueuePool

from app.store.engine.database_file import existing, make_private
from app.store.errors import DatabaseGone, StoreUnfit

BUSY_MS = 3_000
"""How long a write waits for another process: long enough for a command's short transaction, too short for a seller's
patience to end first."""

CACHE_KB = 8_000
"""What a writer to SQLite keeps of the file in memory."""

LOG_PAGES = 10_000
"""So long may the log of SQLite get before a commit moves it into the file: 40 MB. Sales come nowhere near it."""

_POSTGRES_OPTIONS = (
    # An accepted sale survives a power cut, also where the server is set to answer before its log is written.
    "-c synchronous_commit=on "
    "-c lock_timeout=3000 -c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000"
)
_POSTGRES_LINK = {
    "connect_timeout": 3,
    # A server or a network that vanished without a word is noticed within some ten seconds, also by who only waits.
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 8_000,
}
_BY_INDEX = " -c enable_seqscan=off -c jit=off"
"""A prepared statement keeps the plan that it got while its tables were nearly empty: on a new database every sale read
all sales before it. Where there is no index for it a table is still read as a whole, and nothing compiled for that."""

_READ_ONLY = " -c default_transaction_read_only=on"
_ONE_MOMENT = _READ_ONLY + r" -c default_transaction_isolation=repeatable\ read"
"""Of the session rather than of each transaction, which would be set and set back whenever a connection is taken."""


def database_url(text: str) -> URL:
    """The address of a SQLite file or a PostgreSQL database. StoreUnfit where it is neither, or a driver is missing."""
    url = _parsed(text)
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


def sqlite_file(text: str) -> Path | None:
    """The file that an address names; None where it is PostgreSQL's, or nobody's."""
    with suppress(StoreUnfit):
        url = _parsed(text)
        if url.get_backend_name() == "sqlite" and url.database:
            return Path(url.database)
    return None


def without_password(text: str) -> str:
    """An address that may be noted down: who connects has the password from elsewhere."""
    url = _parsed(text)
    query = {name: value for name, value in url.query.items() if "password" not in name}
    bare = URL.create(url.drivername, url.username, None, url.host, url.port, url.database, query)
    return bare.render_as_string(hide_password=False)


def _parsed(text: str) -> URL:
    """StoreUnfit where it is no URL, or a letter of its password or path would end that."""
    try:
        url = make_url(text)
    # A port that is no number.
    except (ArgumentError, ValueError):
        raise StoreUnfit(
            "the database URL cannot be read: write sqlite:///FILE or postgresql+psycopg://USER@HOST:PORT/NAME"
        ) from None
    if url.host and text.count("@") > 1:
        raise StoreUnfit("the database URL cannot be read: write each @ but that before the host as %40")
    if url.get_backend_name() == "sqlite" and "?" in text:
        raise StoreUnfit(f"{text} cannot be used, the path of a SQLite file may hold no `?`: name another directory")
    return url


def is_sqlite(url: URL) -> bool:
    """Whether everything lies in one file, with one writer."""
    return url.get_backend_name() == "sqlite"


def writing_engine(url: URL, connections: int, busy_ms: int = BUSY_MS) -> Engine:
    """Every transaction of this engine begins by taking what it needs to write, so that it cannot fail half way.

    For threads: SQLite's one writer, and migrations.
    """
    if is_sqlite(url):
        make_private(Path(str(url.database)))
        engine = create_engine(_of_a_file(url), poolclass=QueuePool, **_sqlite_options(connections))
        return _kept_to(engine, busy_ms, "BEGIN IMMEDIATE", may_write=True)
    return create_engine(url, **_postgres_options(connections))


def reading_engine(url: URL, connections: int, busy_ms: int = BUSY_MS) -> Engine:
    """Transactions of this engine see one moment of the database and cannot write.

    For threads: the look-up of a post on SQLite, and long streams.
    """
    if is_sqlite(url):
        engine = create_engine(_of_a_file(url), poolclass=QueuePool, **_sqlite_options(connections))
        return _kept_to(engine, busy_ms, "BEGIN", may_write=False)
    return create_engine(url, **_postgres_options(connections, _ONE_MOMENT))


def inspecting_engine(url: URL) -> Engine:
    """The same for a copy that may be damaged: of a SQLite database and its log not a byte is changed.

    Whoever opens a log for writing applies it in the end, also one that was left beside another database.
    """
    if not is_sqlite(url):
        return reading_engine(url, 2)
    file = Path(str(url.database))
    # Without a log nobody works on the file, and even a directory that cannot be written to will do.
    unshared = {} if Path(f"{file}-wal").exists() else {"immutable": "1"}
    address = _of_a_file(url).update_query_dict({"mode": "ro", **unshared})
    engine = create_engine(address, poolclass=QueuePool, **_sqlite_options(2))
    return _kept_to(engine, BUSY_MS, "BEGIN", may_write=False)


def async_writing_engine(url: URL, connections: int, busy_ms: int = BUSY_MS) -> AsyncEngine:
    """The same as `writing_engine`, for tasks."""
    if is_sqlite(url):
        make_private(Path(str(url.database)))
        engine = _async_sqlite_engine(url, connections)
        _kept_to(engine.sync_engine, busy_ms, "BEGIN IMMEDIATE", may_write=True)
        return engine
    return create_async_engine(url, **_postgres_options(connections, _BY_INDEX))


def async_reading_engine(url: URL, connections: int, busy_ms: int = BUSY_MS) -> AsyncEngine:
    """The same as `reading_engine`, for tasks."""
    if is_sqlite(url):
        engine = _async_sqlite_engine(url, connections)
        _kept_to(engine.sync_engine, busy_ms, "BEGIN", may_write=False)
        return engine
    return create_async_engine(url, **_postgres_options(connections, _ONE_MOMENT))


def require_installation(engine: AsyncEngine, digest: Callable[[], str]) -> None:
    """Refuse each new connection to a database that is not the one with which the service started (DatabaseGone).

    A PostgreSQL that was dropped and made anew, or restored elsewhere, has the same address, and ends all connections.
    `digest` is that of the index key; nothing is asked while it is empty.
    """

    def ask(driver: Any, _record: object) -> None:
        expected = digest()
        if not expected:
            return
        cursor = driver.cursor()
        cursor.execute("SELECT digest FROM key_check WHERE name = 'index'")
        row = cursor.fetchone()
        cursor.close()
        driver.rollback()
        if row is None or row[0] != expected:
            raise DatabaseGone(
                "the database at this address was not written by this service: restore the one that was, or restart "
                "the service to work on this one"
            )

    event.listen(engine.sync_engine, "connect", ask)


def on_connect(engine: AsyncEngine, call: Callable[[], None]) -> None:
    """Call this for each new connection."""
    event.listen(engine.sync_engine, "connect", lambda _driver, _record: call())


def async_lookup_engine(url: URL, connections: int) -> AsyncEngine:
    """For jobs of one statement on PostgreSQL, which sees one moment anyway: it goes without BEGIN and ROLLBACK."""
    return create_async_engine(
        url, isolation_level="AUTOCOMMIT", **_postgres_options(connections, _READ_ONLY + _BY_INDEX)
    )


def _async_sqlite_engine(url: URL, connections: int) -> AsyncEngine:
    # Each connection is a thread of its driver.
    asynchronous = _of_a_file(url).set(drivername="sqlite+aiosqlite")
    return create_async_engine(asynchronous, poolclass=AsyncAdaptedQueuePool, **_sqlite_options(connections))


def _of_a_file(url: URL) -> URL:
    """The address of a file that must be there: a connection that is made later must not make a new database."""
    file, _, mode = existing(Path(str(url.database))).partition("?")
    return url.set(database=file, query={"uri": "true", **dict([mode.split("=")])})


def _sqlite_options(connections: int) -> dict[str, Any]:
    # Values are named, as PostgreSQL's driver has them, so that a statement takes the same ones on both.
    return {"pool_size": connections, "max_overflow": 0, "hide_parameters": True, "paramstyle": "named"}


def _postgres_options(connections: int, access: str = "") -> dict[str, Any]:
    return {
        "pool_size": connections,
        "max_overflow": 0,
        "hide_parameters": True,
        "connect_args": {**_POSTGRES_LINK, "options": _POSTGRES_OPTIONS + access},
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
            # What a savepoint would put back is kept in memory: as a file it was half of all that a sale writes.
            driver.execute("PRAGMA temp_store = MEMORY")
            # A hundred sales change some 1,500 pages; those that memory does not hold are written early, and again.
            driver.execute(f"PRAGMA cache_size = -{CACHE_KB}")
            # Within a commit the log is moved into the file only by who does not do it between commits.
            driver.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
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

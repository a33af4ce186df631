"""Tells the failures of a database from those of a job: which mean "no service", and which are worth another try."""

import sqlite3

from sqlalchemy import exc

from app.store.errors import DatabaseGone, StoreUnavailable

_CLASHES = frozenset(("40001", "40P01"))
"""PostgreSQL says: another transaction was in the way, try again."""

_NOT_OURS = frozenset(("42P01", "3F000", "42703", "42501"))
"""PostgreSQL says: no such table, schema or column, no right to it. Somebody took ours away."""

_OF_RIGHTS = ("SQLITE_CANTOPEN", "SQLITE_READONLY")
"""SQLite says: the system does not let me. Its log has the rights that the file had when it was made."""

DATABASE_ERRORS = (exc.SQLAlchemyError, sqlite3.Error)
"""Whatever a database may raise: what runs as SQLite itself takes it, as BEGIN, raises its own errors."""

_NO_SERVICE = (
    DatabaseGone,
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

INTEGRITY_ERRORS = (exc.IntegrityError, sqlite3.IntegrityError)
"""A constraint said no."""


def as_unavailable(error: Exception) -> StoreUnavailable:
    """The one error for a database that does not serve, named by its kind: what a statement says may hold values."""
    if isinstance(error, StoreUnavailable):
        return error
    cause = _cause(error)
    if _is_of_the_connection(cause):
        return StoreUnavailable(f"the database cannot be reached ({str(cause).partition(chr(10))[0]})")
    kind = getattr(cause, "sqlite_errorname", type(cause).__name__)
    if kind.startswith(_OF_RIGHTS):
        kind += ": may this user write the file, its -wal and -shm, and their folder?"
    return StoreUnavailable(f"the database did not take it ({kind})")


def _is_of_the_connection(cause: BaseException) -> bool:
    """Whether PostgreSQL's driver has no connection: its text says why, and holds no values of a statement."""
    kinds = [kind.__name__ for kind in type(cause).__mro__]
    return "OperationalError" in kinds and getattr(cause, "sqlstate", "") is None


def is_no_service(error: Exception) -> bool:
    """Whether the database failed, rather than the job."""
    return (
        isinstance(error, _NO_SERVICE)
        or type(error) in _DAMAGED
        or _is_stale(error)
        or getattr(_cause(error), "sqlstate", None) in _NOT_OURS
    )


def _is_stale(error: Exception) -> bool:
    """The database was restarted since this connection was made; the pool lets all such connections go at once."""
    return isinstance(error, exc.DBAPIError) and error.connection_invalidated


def may_work_next_time(error: Exception) -> bool:
    """Whether the same transaction, begun again, has reason to succeed."""
    return _is_stale(error) or getattr(_cause(error), "sqlstate", None) in _CLASHES


def _cause(error: Exception) -> BaseException:
    return error.orig if isinstance(error, exc.DBAPIError) and error.orig is not None else error

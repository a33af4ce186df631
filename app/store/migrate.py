"""Brings a database to the tables of this version."""

from sqlalchemy import text

from app.store.engine.connections import database_url, is_sqlite, writing_engine
from app.store.engine.failures import DATABASE_ERRORS, as_unavailable
from app.store.engine.revision import HEAD, require_known, revision

_LOCK = 0x6C656164_62696400
"""Of PostgreSQL's advisory locks: two replicas that migrate at once take turns."""


def migrate(url: str, mark: int | None = None) -> tuple[str, str]:
    """Migrate; the revisions before (empty for a new database) and after. `mark` goes into the header of SQLite."""
    address = database_url(url)
    engine = writing_engine(address, 1)
    try:
        with engine.begin() as connection:
            if not is_sqlite(address):
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            before = revision(connection)
            require_known(before)
            if before != HEAD:
                # Alembic is 90 ms and 11 MB that no service has which finds its tables as they should be.
                from app.store.migrations.upgrade import upgrade  # noqa: PLC0415

                upgrade(connection)
            if mark is not None:
                connection.exec_driver_sql(f"PRAGMA application_id = {mark}")
                connection.exec_driver_sql("PRAGMA user_version = 0")
            return before, HEAD
    except DATABASE_ERRORS as error:
        raise as_unavailable(error) from None
    finally:
        engine.dispose()

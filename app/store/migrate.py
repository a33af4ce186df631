"""Brings a database to the tables of this version."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from app.store.engine.connections import database_url, is_sqlite, writing_engine
from app.store.engine.failures import DATABASE_ERRORS, as_unavailable
from app.store.engine.revision import HEAD, require_known, revision

_SCRIPTS = Path(__file__).parent / "migrations"
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
                command.upgrade(_config(connection), "head")
            if mark is not None:
                connection.exec_driver_sql(f"PRAGMA application_id = {mark}")
                connection.exec_driver_sql("PRAGMA user_version = 0")
            return before, HEAD
    except DATABASE_ERRORS as error:
        raise as_unavailable(error) from None
    finally:
        engine.dispose()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config

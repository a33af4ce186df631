"""Brings a database to the tables of this version, and tells whether it has them."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import SQLAlchemyError

from app.store.engine.connections import database_url, is_sqlite, writing_engine
from app.store.engine.failures import as_unavailable
from app.store.errors import StoreUnfit

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
            _require_known(before)
            if before != head():
                command.upgrade(_config(connection), "head")
            if mark is not None:
                connection.exec_driver_sql(f"PRAGMA application_id = {mark}")
                connection.exec_driver_sql("PRAGMA user_version = 0")
            return before, head()
    except SQLAlchemyError as error:
        raise as_unavailable(error) from None
    finally:
        engine.dispose()


def require_head(connection: Connection, url: URL) -> None:
    """StoreUnfit where the tables are not those of this version."""
    found = revision(connection)
    _require_known(found)
    if found != head():
        has = f"has tables of version {found}" if found else "has no tables of leadbid"
        shown = url.render_as_string(hide_password=True)
        raise StoreUnfit(
            f"the database {has}, and this leadbid needs version {head()}: run `leadbid migrate --database '{shown}'`"
        )


def revision(connection: Connection) -> str:
    """The revision of a database's tables; empty where it has none."""
    return MigrationContext.configure(connection).get_current_revision() or ""


@cache
def head() -> str:
    """The revision of this version's tables."""
    return _script().get_current_head() or ""


def _require_known(found: str) -> None:
    if found and found not in {script.revision for script in _script().walk_revisions()}:
        raise StoreUnfit(
            f"the database has tables of version {found}, and this leadbid knows only those up to version {head()}: "
            "run the leadbid that made them, most likely a newer one, or name another database"
        )


@cache
def _script() -> ScriptDirectory:
    return ScriptDirectory(str(_SCRIPTS))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config

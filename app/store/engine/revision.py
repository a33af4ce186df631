"""Which version of the tables a database has. It is told without Alembic, whose import would slow every command."""

from sqlalchemy import URL, Connection, text

from app.store.errors import StoreUnfit

HEAD = "1"
"""The revision of this version's tables, which the newest module of `migrations/versions` makes."""

_REVISIONS = tuple(str(number) for number in range(1, int(HEAD) + 1))


def revision(connection: Connection) -> str:
    """The revision of a database's tables; empty where it has none."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


def require_head(connection: Connection, url: URL) -> None:
    """StoreUnfit where the tables are not those of this version."""
    found = revision(connection)
    require_known(found)
    if found != HEAD:
        has = f"has tables of version {found}" if found else "has no tables of leadbid"
        shown = url.render_as_string(hide_password=True)
        raise StoreUnfit(
            f"the database {has}, and this leadbid needs version {HEAD}: run `leadbid migrate --database '{shown}'`"
        )


def require_known(found: str) -> None:
    """StoreUnfit where another leadbid made the tables."""
    if found and found not in _REVISIONS:
        raise StoreUnfit(
            f"the database has tables of version {found}, and this leadbid knows only those up to version {HEAD}: "
            "run the leadbid that made them, most likely a newer one, or name another database"
        )

"""Looks at a database that may be damaged, restored or incomplete, and changes nothing of it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Table, exc, func, select, true

from app.domain.keyed import Keys
from app.domain.operators.audit import AuditLine
from app.store import sealed
from app.store.configurations import configurations_like
from app.store.engine import installation
from app.store.engine.at_rest import fault_at_rest
from app.store.engine.connections import database_url, inspecting_engine, is_sqlite
from app.store.engine.failures import as_unavailable
from app.store.engine.revision import require_head
from app.store.engine.stream import stream
from app.store.errors import StoreUnavailable, StoreUnfit
from app.store.operators.audit import audit_log
from app.store.schema import evidence, key_check, lead, metadata
from app.store.sealed import SealedRows

T = TypeVar("T")

FAULTS_MAX = 20

SealedPiece = tuple[str, str, bytes, str | None]
"""A lead's id, the kind of a piece of evidence or nothing for the identity, what is sealed, and the SHA-256 of what it
must open to, where that is known.
"""


class Inspection:
    """A database by its URL. Every method raises StoreError where the database does not give what is asked for."""

    def __init__(self, url: str) -> None:
        self._address = database_url(url)
        if is_sqlite(self._address) and not Path(str(self._address.database)).is_file():
            raise StoreUnfit(f"there is no database {self._address.database}")
        self._engine = inspecting_engine(self._address)

    @property
    def is_of_a_file(self) -> bool:
        """Whether it is SQLite's, rather than a server's."""
        return is_sqlite(self._address)

    def close(self) -> None:
        """Let go of it."""
        self._engine.dispose()

    def fault_at_rest(self) -> str:
        """What a disk did to a SQLite database that no service works on."""
        return fault_at_rest(Path(str(self._address.database))) if is_sqlite(self._address) else ""

    def faults(self) -> list[str]:
        """What SQLite finds wrong with the structure of its file, and with rows that belong to no other."""
        return self._ask(_faults) if is_sqlite(self._address) else []

    def require_tables(self) -> None:
        """StoreUnfit where the tables are not those of this version, StoreUnavailable where one cannot be read."""
        self._ask(lambda connection: require_head(connection, self._address))
        for table in metadata.sorted_tables:
            try:
                self._ask(partial(_first_row, table))
            except StoreUnavailable as error:
                raise StoreUnfit(f"the table {table.name} cannot be read: {error}") from None

    def is_served(self) -> bool:
        """Whether a service ever worked on it."""
        return self._ask(installation.is_served)

    def require_keys(self, keys: Keys) -> None:
        """StoreUnfit where it was written with others."""
        self._ask(lambda connection: installation.require_keys(connection, installation.check_values(keys)))

    def key_names(self) -> frozenset[str]:
        """The keys with which it was written, by the names of their files."""
        return frozenset(self._ask(lambda connection: connection.execute(select(key_check.c.name)).scalars().all()))

    def sealed_rows(self, key: str) -> SealedRows:
        """How much is sealed under a sealing key."""
        return self._ask(lambda connection: sealed.sealed_rows(connection, key))

    def sealed_pieces(self, leads: int) -> Iterator[SealedPiece]:
        """What is sealed of the leads that were bought last, so many of them or all (0)."""
        newest = select(lead.c.lead_id).order_by(lead.c.sold_at.desc(), lead.c.lead_id)
        wanted = lead.c.lead_id.in_(newest.limit(leads)) if leads else true()
        named = select(lead.c.lead_id, lead.c.identity).where(wanted, lead.c.forgotten_at.is_(None))
        for row in stream(self._engine, named):
            yield row.lead_id, "", bytes(row.identity), None
        pieces = select(evidence).where(evidence.c.lead_id.in_(newest.limit(leads))) if leads else select(evidence)
        for row in stream(self._engine, pieces):
            yield row.lead_id, row.kind, bytes(row.sealed), row.sha256

    def sold(self) -> dict[str, float]:
        """When each lead was bought (UTC epoch seconds), by its id."""
        return {row.lead_id: row.sold_at for row in stream(self._engine, select(lead.c.lead_id, lead.c.sold_at))}

    def leads(self) -> int:
        """How many leads were ever bought."""
        return self._ask(lambda connection: connection.execute(select(func.count()).select_from(lead)).scalar_one())

    def audit_log(self) -> Iterator[AuditLine]:
        """Every line of the audit log, the oldest first."""
        return audit_log(self._engine)

    def configurations(self) -> list[tuple[str, bytes]]:
        """(hash, definition) of every configuration that is kept, the one in force at the end."""
        return self._ask(lambda connection: configurations_like(connection, ""))

    def _ask(self, question: Callable[[Connection], T]) -> T:
        try:
            with self._engine.begin() as connection:
                return question(connection)
        except (exc.SQLAlchemyError, sqlite3.Error) as error:
            raise as_unavailable(error) from None


def _first_row(table: Table, connection: Connection) -> object:
    return connection.execute(select(table).limit(1)).first()


def _faults(connection: Connection) -> list[str]:
    found = connection.exec_driver_sql(f"PRAGMA integrity_check({FAULTS_MAX})").scalars().all()
    with closing(connection.exec_driver_sql("PRAGMA foreign_key_check")) as rows:
        orphans = [
            f"a row of {row[0]} belongs to one of {row[2]} that is missing" for row in rows.fetchmany(FAULTS_MAX)
        ]
    return [*(line for text in found for line in str(text).splitlines() if line != "ok"), *orphans]

"""A look into the SQLite file of a service past its store, as an auditor does, and a hold on it, as a stranger may."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec


class StoredLead(msgspec.Struct, frozen=True, kw_only=True):
    """A lead as it stands in the file: what it took of each counter, and whether that was given back."""

    lead_id: str
    seller: str
    ping_id: str
    person: str
    campaign: str
    cap_uses: dict[str, int]
    is_credited: bool


class StoredBooks(msgspec.Struct, frozen=True, kw_only=True):
    """What the file holds: leads, use of caps by counter, and the leads for which a delivery stands."""

    leads: list[StoredLead]
    used: dict[str, int]
    deliveries: Counter[str]


def stored_books(file: Path) -> StoredBooks:
    """Read them in one moment, beside a running service."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        rows = connection.execute(
            "SELECT lead.lead_id, lead.seller, ping_id, person, campaign, cap_uses, credit IS NOT NULL "
            "FROM lead LEFT JOIN lead_return ON lead_return.lead_id = lead.lead_id"
        ).fetchall()
        return StoredBooks(
            leads=[
                StoredLead(
                    lead_id=lead_id,
                    seller=seller,
                    ping_id=ping_id,
                    person=person,
                    campaign=campaign,
                    cap_uses=json.loads(cap_uses),
                    is_credited=bool(is_credited),
                )
                for lead_id, seller, ping_id, person, campaign, cap_uses, is_credited in rows
            ],
            used=dict(connection.execute("SELECT counter, used FROM cap_counter").fetchall()),
            deliveries=Counter(
                lead_id for (lead_id,) in connection.execute("SELECT lead_id FROM delivery WHERE subject = ''")
            ),
        )


@contextmanager
def held(file: Path) -> Iterator[None]:
    """Nobody else writes to this file as long as this lasts."""
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")

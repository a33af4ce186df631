"""Everything that is sealed, found by the key that sealed it, so that a key can be retired."""

import msgspec
from sqlalchemy import Connection, func, literal, select, union_all, update

from app.store.schema import evidence, lead
from app.store.vault import head_of

Sealed = tuple[str, str, bytes]
"""A lead's id, the kind of a piece of evidence or nothing for the identity, and what is sealed."""


class SealedRows(msgspec.Struct, frozen=True, kw_only=True):
    """How many identities and pieces of evidence are sealed under a key."""

    identities: int
    evidence: int


def sealed_rows(connection: Connection, key: str) -> SealedRows:
    """What nobody can read without this key."""
    head = head_of(key)
    leads = select(func.count()).where(func.substr(lead.c.identity, 1, len(head)) == head)
    pieces = select(func.count()).where(func.substr(evidence.c.sealed, 1, len(head)) == head)
    return SealedRows(
        identities=connection.execute(leads).scalar_one(), evidence=connection.execute(pieces).scalar_one()
    )


def sealed_otherwise(connection: Connection, key: str, after: tuple[str, str], limit: int) -> list[Sealed]:
    """Rows behind this lead and kind, in order, that are not sealed under `key`."""
    head = head_of(key)
    kind = literal("").label("kind")
    rows = union_all(
        select(lead.c.lead_id, kind, lead.c.identity.label("sealed")).where(
            lead.c.lead_id >= after[0],
            # Of a lead that was forgotten nothing is sealed.
            lead.c.forgotten_at.is_(None),
            func.substr(lead.c.identity, 1, len(head)) != head,
        ),
        select(evidence.c.lead_id, evidence.c.kind, evidence.c.sealed).where(
            evidence.c.lead_id >= after[0], func.substr(evidence.c.sealed, 1, len(head)) != head
        ),
    ).subquery()
    columns = rows.c
    behind = (columns.lead_id > after[0]) | (columns.kind > after[1])
    wanted = select(rows).where(behind).order_by(columns.lead_id, columns.kind).limit(limit)
    return [(row.lead_id, row.kind, bytes(row.sealed)) for row in connection.execute(wanted)]


def reseal(connection: Connection, rows: list[tuple[Sealed, bytes]]) -> int:
    """Put what is sealed anew in the place of what was; how many still stood there as they were read."""
    changed = 0
    for (lead_id, kind, former), sealed in rows:
        if kind:
            statement = (
                update(evidence)
                .where(evidence.c.lead_id == lead_id, evidence.c.kind == kind, evidence.c.sealed == former)
                .values(sealed=sealed)
            )
        else:
            statement = update(lead).where(lead.c.lead_id == lead_id, lead.c.identity == former).values(identity=sealed)
        changed += connection.execute(statement).rowcount
    return changed

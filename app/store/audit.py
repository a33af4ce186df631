"""Who changed what, when and why; written in the same commit as the change itself."""

import msgspec
from sqlalchemy import Connection, insert, select

from app.store.schema import audit

_ADD = insert(audit)


class AuditLine(msgspec.Struct, frozen=True, kw_only=True):
    """One change. It names no person."""

    at: float
    told_by: str
    action: str
    target: str
    detail: str


def note(connection: Connection, now: float, by: str, action: str, target: str, detail: str) -> None:
    """Write one line."""
    connection.execute(_ADD, {"at": now, "told_by": by, "action": action, "target": target, "detail": detail})


def audit_lines(connection: Connection, limit: int) -> list[AuditLine]:
    """The latest lines, newest first."""
    columns = [audit.c[name] for name in AuditLine.__struct_fields__]
    rows = connection.execute(select(*columns).order_by(audit.c.audit_id.desc()).limit(limit))
    return [AuditLine(**row._mapping) for row in rows]

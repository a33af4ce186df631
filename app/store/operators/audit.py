"""Who did what, when and why: written in the same commit as the act itself, each line's hash over the one before."""

from collections.abc import Iterator

from msgspec.structs import replace
from sqlalchemy import Connection, Engine, func, insert, select

from app.dialects.values.guard import redacted
from app.domain.operators.audit import AuditHead, AuditLine, OperatorAct, next_line
from app.store.change_feed.feed import tell
from app.store.engine.portable import be_alone
from app.store.engine.prepared import Prepared
from app.store.engine.stream import stream
from app.store.schema import audit

TEXT_MAX = 4_000
"""Letters of a line's detail, and of its reason."""

_ADD = insert(audit)
_HEAD = Prepared(
    select(audit.c.number, audit.c.hash).where(audit.c.number == select(func.max(audit.c.number)).scalar_subquery())
)
_COLUMNS = [audit.c[name] for name in AuditLine.__struct_fields__]


def note(connection: Connection, now: float, act: OperatorAct) -> AuditHead:
    """Write one line, as the last thing of a transaction; every act of an operator and of the service comes by here.

    Whoever writes the next line waits until this one is committed, so that each follows the one before. People type
    phones and emails into reasons: those are taken out. Other replicas read again what they must act on.
    """
    be_alone(connection, ["audit"])
    line = next_line(audit_head(connection), _cleaned(act), now)
    connection.execute(_ADD, {name: getattr(line, name) for name in AuditLine.__struct_fields__})
    tell(connection, "read_again")
    return AuditHead(number=line.number, hash=line.hash)


def audit_head(connection: Connection) -> AuditHead:
    """The last line."""
    rows = _HEAD.run(connection, {}).fetchall()
    return AuditHead(number=rows[0][0], hash=rows[0][1]) if rows else AuditHead()


def audit_lines(connection: Connection, limit: int) -> list[AuditLine]:
    """The latest lines, newest first."""
    rows = connection.execute(select(*_COLUMNS).order_by(audit.c.number.desc()).limit(limit))
    return [AuditLine(**row._mapping) for row in rows]


def audit_log(engine: Engine) -> Iterator[AuditLine]:
    """Every line, the oldest first."""
    for row in stream(engine, select(*_COLUMNS).order_by(audit.c.number)):
        yield AuditLine(**row._mapping)


def _cleaned(act: OperatorAct) -> OperatorAct:
    return replace(
        act,
        target=redacted(act.target),
        detail=redacted(act.detail[:TEXT_MAX]),
        why=redacted(" ".join(act.why.split())[:TEXT_MAX]),
    )

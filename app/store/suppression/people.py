"""People who may not be bought, each with why: who opted out, was forgotten, or was named by an operator."""

from collections.abc import AsyncIterator, Iterable, Sequence

import msgspec
from sqlalchemy import Connection, Double, Engine, bindparam, select, update

from app.domain.identity import Person
from app.domain.operators.audit import OperatorAct
from app.store.answers import names_of
from app.store.change_feed.feed import tell
from app.store.engine.portable import add_new, be_alone
from app.store.engine.prepared import Prepared
from app.store.known import digests_in_parts
from app.store.operators.audit import note
from app.store.schema import suppression

_CHANGED = Prepared(
    select(suppression.c.digest, suppression.c.is_suppressed).where(
        suppression.c.changed_at >= bindparam("since", type_=Double)
    )
)


class SuppressedDigest(msgspec.Struct, frozen=True, kw_only=True):
    """What is known by one digest: since when it may not be bought, or may be bought again, and why."""

    digest: str
    reason: str
    is_suppressed: bool
    changed_at: float


def suppress(connection: Connection, digests: Sequence[str], reason: str, by: str, now: float) -> int:
    """Never buy who is known by these; how many were bought until now. Who is suppressed keeps the first reason."""
    changed = _set(connection, digests, reason, now, is_suppressed=True)
    if changed:
        note(connection, now, OperatorAct(by=by, action="suppress", target=digests[0], why=reason))
    return changed


def suppress_person(connection: Connection, person: Person, reason: str, now: float) -> None:
    """Never buy this person again; a sale of theirs under way is decided before or after, not meanwhile."""
    be_alone(connection, names_of(person))
    _set(connection, person.all, reason, now, is_suppressed=True)


def allow(connection: Connection, digests: Sequence[str], reason: str, by: str, now: float) -> int:
    """Buy who is known by these again; how many were suppressed until now."""
    changed = _set(connection, digests, reason, now, is_suppressed=False)
    if changed:
        note(connection, now, OperatorAct(by=by, action="end suppress", target=digests[0], why=reason))
    return changed


def suppressed(connection: Connection, digests: Iterable[str]) -> list[SuppressedDigest]:
    """What is known by any of these few digests."""
    columns = [suppression.c[name] for name in SuppressedDigest.__struct_fields__]
    rows = connection.execute(select(*columns).where(suppression.c.digest.in_(list(digests))))
    return [SuppressedDigest(**row._mapping) for row in rows]


def suppressed_digests(engine: Engine) -> AsyncIterator[bytes]:
    """Every digest that may not be bought."""
    return digests_in_parts(engine, suppression.c.digest, suppression.c.is_suppressed)


def changed_since(connection: Connection, since: float) -> tuple[list[str], list[str]]:
    """Digests that may not be bought, and those that may be again, since this time or later."""
    rows = _CHANGED.run(connection, {"since": since}).fetchall()
    return [digest for digest, held in rows if held], [digest for digest, held in rows if not held]


def _set(connection: Connection, digests: Sequence[str], reason: str, now: float, *, is_suppressed: bool) -> int:
    changed = 0
    for name in digests:
        row = {"reason": reason, "is_suppressed": is_suppressed, "changed_at": now}
        others = (suppression.c.digest == name) & (suppression.c.is_suppressed != is_suppressed)
        changed += connection.execute(update(suppression).where(others).values(row)).rowcount
        if is_suppressed:
            changed += add_new(connection, suppression, {"digest": name, **row})
    if changed:
        tell(connection, "suppressed" if is_suppressed else "allowed", digests=list(digests))
    return changed

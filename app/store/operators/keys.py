"""Operators' keys that were made by command, beside those that the file declares: only their hashes are kept."""

import msgspec
from sqlalchemy import BindParameter, ColumnElement, Connection, Double, bindparam, delete, insert, or_, select, update

from app.domain.buyer import Role
from app.domain.operators.audit import OperatorAct
from app.store.engine.prepared import Prepared
from app.store.operators.audit import note
from app.store.operators.sign_in import forget_sign_in
from app.store.schema import operator_key


class OperatorKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key of `name`; one that was rotated holds until `ends_at`."""

    key_sha256: str
    name: str
    role: Role
    made_by: str
    made_at: float
    ends_at: float | None = None


def operator_keys(connection: Connection, now: float) -> list[OperatorKey]:
    """Every key that holds, by the name of its operator, the oldest first."""
    rows = _KEYS.run(connection, {"now": now}).fetchall()
    return [OperatorKey(**dict(zip(OperatorKey.__struct_fields__, row, strict=True))) for row in rows]


def add_operator(connection: Connection, key: OperatorKey, why: str) -> bool:
    """Give an operator its first key; False where it has one."""
    if _keys_of(connection, key.name, key.made_at):
        return False
    _make(connection, key, "add operator", f"role {key.role}", why)
    return True


def rotate_operator(connection: Connection, key: OperatorKey, ends_at: float, why: str) -> Role | None:
    """Give an operator another key in its role; its others hold until then. None where it has none."""
    former = _keys_of(connection, key.name, key.made_at)
    if not former:
        return None
    role = former[-1].role
    columns = operator_key.c
    ends_later = (columns.name == key.name) & or_(columns.ends_at.is_(None), columns.ends_at > ends_at)
    connection.execute(update(operator_key).where(ends_later).values(ends_at=ends_at))
    _make(connection, msgspec.structs.replace(key, role=role), "rotate operator", "", why)
    return role


def remove_operator(connection: Connection, name: str, by: str, now: float, why: str) -> bool:
    """Revoke every key of an operator at once, with its password and sessions; False where it has none."""
    removed = connection.execute(delete(operator_key).where(operator_key.c.name == name, _holds(now))).rowcount
    if removed:
        forget_sign_in(connection, name)
        note(connection, now, OperatorAct(by=by, action="remove operator", target=name, why=why))
    return removed > 0


def _make(connection: Connection, key: OperatorKey, action: str, detail: str, why: str) -> None:
    connection.execute(insert(operator_key).values(msgspec.structs.asdict(key)))
    note(connection, key.made_at, OperatorAct(by=key.made_by, action=action, target=key.name, detail=detail, why=why))


def _keys_of(connection: Connection, name: str, now: float) -> list[OperatorKey]:
    return [key for key in operator_keys(connection, now) if key.name == name]


def _holds(now: float | BindParameter[float]) -> ColumnElement[bool]:
    return or_(operator_key.c.ends_at.is_(None), operator_key.c.ends_at > now)


_KEYS = Prepared(
    select(*(operator_key.c[name] for name in OperatorKey.__struct_fields__))
    .where(_holds(bindparam("now", type_=Double)))
    .order_by(operator_key.c.name, operator_key.c.made_at)
)

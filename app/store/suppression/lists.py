"""Lists of people who may not be bought, as registries and vendors sell them: millions of digests in sorted parts.

A digest has 8 bytes, little-endian; parts are in order, and so is each within. A row for each would take ten times
the space, and its import would keep sellers waiting.
"""

from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from app.domain.operators.audit import OperatorAct
from app.store.engine.prepared import Prepared
from app.store.operators.audit import note
from app.store.schema import suppression_list, suppression_part

DIGEST_BYTES = 8
PART_DIGESTS = 32_768
"""So many in a row, 256 kB: one can be changed without the others."""

_VERSIONS = Prepared(select(suppression_list.c.name, suppression_list.c.changed_at))


class SuppressionList(msgspec.Struct, frozen=True, kw_only=True):
    """One list: what it is called, where it came from, how many digests it holds. `changed_at` tells its version."""

    name: str
    reason: str
    digests: int
    told_by: str
    changed_at: float


def suppression_lists(connection: Connection) -> list[SuppressionList]:
    """Every list, in order of their names."""
    columns = [suppression_list.c[name] for name in SuppressionList.__struct_fields__]
    rows = connection.execute(select(*columns).order_by(suppression_list.c.name))
    return [SuppressionList(**row._mapping) for row in rows]


def list_versions(connection: Connection) -> dict[str, float]:
    """When each list was last changed."""
    return dict(map(tuple, _VERSIONS.run(connection, {}).fetchall()))


def list_parts(connection: Connection, name: str) -> list[bytes]:
    """All that is in a list, in order; nothing where there is none of this name."""
    rows = connection.execute(
        select(suppression_part.c.digests).where(suppression_part.c.list == name).order_by(suppression_part.c.number)
    )
    return [bytes(row.digests) for row in rows]


def put_list(connection: Connection, of: SuppressionList, parts: Iterable[bytes]) -> None:
    """Keep a list in the place of the one of its name."""
    _drop(connection, of.name)
    connection.execute(insert(suppression_list), msgspec.structs.asdict(of))
    rows = [{"list": of.name, "number": number, "digests": part} for number, part in enumerate(parts)]
    if rows:
        connection.execute(insert(suppression_part), rows)
    detail = f"{of.digests} digests"
    act = OperatorAct(by=of.told_by, action="suppress list", target=of.name, detail=detail, why=of.reason)
    note(connection, of.changed_at, act)


def drop_list(connection: Connection, name: str, by: str, reason: str, now: float) -> bool:
    """Let the people of a list be bought again; False where there is none of this name."""
    dropped = _drop(connection, name)
    if dropped:
        note(connection, now, OperatorAct(by=by, action="end suppress list", target=name, why=reason))
    return dropped


def put_parts(
    connection: Connection, name: str, changed: Mapping[int, bytes], by: str, reason: str, now: float
) -> None:
    """Keep these parts, by number, in the place of the former."""
    fewer = 0
    for number, digests in changed.items():
        is_part = (suppression_part.c.list == name) & (suppression_part.c.number == number)
        former = connection.execute(select(suppression_part.c.digests).where(is_part)).scalar_one()
        fewer += (len(former) - len(digests)) // DIGEST_BYTES
        connection.execute(update(suppression_part).where(is_part).values(digests=digests))
    row = {"digests": suppression_list.c.digests - fewer, "changed_at": now}
    connection.execute(update(suppression_list).where(suppression_list.c.name == name).values(row))
    detail = f"{fewer} digests"
    note(connection, now, OperatorAct(by=by, action="take from list", target=name, detail=detail, why=reason))


def _drop(connection: Connection, name: str) -> bool:
    connection.execute(delete(suppression_part).where(suppression_part.c.list == name))
    return connection.execute(delete(suppression_list).where(suppression_list.c.name == name)).rowcount == 1

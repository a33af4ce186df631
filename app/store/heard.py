"""What commands beside the service and other replicas wrote that it must act on, in one consistent read."""

from math import inf

import msgspec
from sqlalchemy import Connection

from app.store import certifications, known, operators
from app.store.certifications import Mark
from app.store.delivery import outbox


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """`paused` are campaigns and sellers; `next_due` is when the next delivery is due, None where none waits."""

    paused: frozenset[str]
    suppressed: list[str]
    marks: list[Mark]
    next_due: float | None


def heard(connection: Connection, suppressed_since: float) -> Heard:
    """As of one moment; of the people who may not be bought, those suppressed at this time or later."""
    return Heard(
        paused=operators.paused(operators.switches(connection)),
        suppressed=known.suppressed_since(connection, suppressed_since) if suppressed_since < inf else [],
        marks=certifications.marks(connection),
        next_due=outbox.next_due(connection),
    )

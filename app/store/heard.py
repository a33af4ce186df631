"""What commands beside the service and other replicas wrote that it must act on, in one consistent read."""

import msgspec
from sqlalchemy import Connection

from app.store import certifications, operators
from app.store.certifications import Mark
from app.store.delivery import outbox
from app.store.suppression.lists import list_versions
from app.store.suppression.people import changed_since


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """`paused` are campaigns and sellers; `next_due` is when the next delivery is due, None where none waits.

    `suppressed` and `allowed` are digests of people; `lists` says when each list of such people was last changed.
    """

    paused: frozenset[str]
    suppressed: list[str]
    allowed: list[str]
    lists: dict[str, float]
    marks: list[Mark]
    next_due: float | None


def heard(connection: Connection, since: float) -> Heard:
    """As of one moment; of people who may not be bought, or may be again, those that changed at `since` or later."""
    suppressed, allowed = changed_since(connection, since)
    return Heard(
        paused=operators.paused(operators.switches(connection)),
        suppressed=suppressed,
        allowed=allowed,
        lists=list_versions(connection),
        marks=certifications.marks(connection),
        next_due=outbox.next_due(connection),
    )

"""What commands beside the service and other replicas wrote that it must act on, in one consistent read."""

import msgspec
from sqlalchemy import Connection

from app.domain.operators.audit import AuditHead
from app.store import certifications
from app.store.certifications import Mark
from app.store.delivery import outbox, retains
from app.store.operators import audit, keys, requested
from app.store.operators.keys import OperatorKey
from app.store.operators.requested import RequestRows
from app.store.returns import crediting
from app.store.suppression.lists import list_versions
from app.store.suppression.people import changed_since


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """`requests` and `operator_keys` that hold; `last_credit` is the number of the latest credit.

    `next_due` is when a delivery is due, `next_retain` when a certificate is to be stored, None where none waits.

    `suppressed` and `allowed` are digests of people; `lists` says when each list of such people was last changed.
    """

    requests: RequestRows
    operator_keys: list[OperatorKey]
    audit_head: AuditHead
    suppressed: list[str]
    allowed: list[str]
    lists: dict[str, float]
    marks: list[Mark]
    last_credit: int
    next_due: float | None
    next_retain: float | None


def heard(connection: Connection, now: float, since: float) -> Heard:
    """As of one moment; of people who may not be bought, or may be again, those that changed at `since` or later."""
    suppressed, allowed = changed_since(connection, since)
    return Heard(
        requests=requested.requests(connection, now),
        operator_keys=keys.operator_keys(connection, now),
        audit_head=audit.audit_head(connection),
        suppressed=suppressed,
        allowed=allowed,
        lists=list_versions(connection),
        marks=certifications.marks(connection),
        last_credit=crediting.last_credit(connection),
        next_due=outbox.next_due(connection),
        next_retain=retains.next_retain(connection),
    )

"""What commands beside the service and other replicas wrote that it must act on, in one consistent read."""

from math import inf

import msgspec
from sqlalchemy import Connection

from app.domain.operators.audit import AuditHead
from app.store import certifications, known
from app.store.certifications import Mark
from app.store.delivery import outbox
from app.store.operators import audit, keys, requested
from app.store.operators.keys import OperatorKey
from app.store.operators.requested import RequestRows


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """`requests` and `operator_keys` that hold; `next_due` is when a delivery is due, None where none waits."""

    requests: RequestRows
    operator_keys: list[OperatorKey]
    audit_head: AuditHead
    suppressed: list[str]
    marks: list[Mark]
    next_due: float | None


def heard(connection: Connection, now: float, suppressed_since: float) -> Heard:
    """As of one moment; of the people who may not be bought, those suppressed at this time or later."""
    return Heard(
        requests=requested.requests(connection, now),
        operator_keys=keys.operator_keys(connection, now),
        audit_head=audit.audit_head(connection),
        suppressed=known.suppressed_since(connection, suppressed_since) if suppressed_since < inf else [],
        marks=certifications.marks(connection),
        next_due=outbox.next_due(connection),
    )

"""The outbox: which lead must still reach which CRM, who is sending it now, and what came of every attempt."""

import logging
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, func, insert, literal_column, select, update

from app.dialects.text import printable
from app.domain.delivery.delivery import AttemptReport, ClaimedDelivery
from app.domain.delivery.feedback import Feedback
from app.domain.delivery.record_id import key_of
from app.domain.delivery.sold_lead import LeadDocument
from app.domain.keyed import digest
from app.store.delivery.destinations import disable
from app.store.engine.prepared import Prepared
from app.store.schema import attempt, delivery, destination_state, lead
from app.store.vault import SealBroken, Vault

TEXT_MAX = 500
"""What a CRM says is cut to this many letters."""

_log = logging.getLogger(__name__)

_IS_DISABLED = (
    select(destination_state.c.destination).where(destination_state.c.destination == delivery.c.destination).exists()
)
_DUE = (
    select(
        delivery.c.delivery_id,
        delivery.c.lead_id,
        delivery.c.replays,
        delivery.c.attempts,
        delivery.c.feedback,
        lead.c.identity,
    )
    .join(lead, lead.c.lead_id == delivery.c.lead_id)
    .where(
        delivery.c.destination == bindparam("of"),
        delivery.c.status == "pending",
        delivery.c.due_at <= bindparam("now"),
        ~_IS_DISABLED,
        lead.c.forgotten_at.is_(None),
    )
    .order_by(delivery.c.due_at, delivery.c.delivery_id)
    .limit(bindparam("most"))
    # Another worker's claim is passed over, not waited for.
    .with_for_update(of=delivery, skip_locked=True)
)
# As text in the statement, so that an index of what is pending serves.
_IS_PENDING = delivery.c.status == literal_column("'pending'")
_NEXT_DUE = Prepared(select(func.min(delivery.c.due_at)).where(_IS_PENDING, ~_IS_DISABLED))
_CLAIM = (
    update(delivery)
    .where(delivery.c.delivery_id.in_(bindparam("ids", expanding=True)))
    .values(owner=bindparam("by"), due_at=bindparam("until"), attempts=delivery.c.attempts + 1)
)
_IS_CLAIM = (
    (delivery.c.delivery_id == bindparam("of"))
    & (delivery.c.status == "pending")
    & (delivery.c.owner == bindparam("by"))
    & (delivery.c.replays == bindparam("replay"))
    & (delivery.c.attempts == bindparam("number"))
)
_SETTLE = update(delivery).where(_IS_CLAIM)
_ADD_ATTEMPT = insert(attempt)


def new_delivery(
    lead_id: str, destination: str, now: float, subject: str = "", feedback: Feedback | None = None
) -> dict[str, object]:
    """The row of a lead that must reach a destination from now on; with `feedback`, of what its seller is told of it.

    Each `subject` is told once.
    """
    parts = (lead_id, destination, subject) if subject else (lead_id, destination)
    return {
        "delivery_id": digest(b"", b"leadbid.delivery", *parts, size=12).hex(),
        "lead_id": lead_id,
        "destination": destination,
        "status": "pending",
        "created_at": now,
        "due_at": now,
        "owner": "",
        "replays": 0,
        "attempts": 0,
        "settled_at": None,
        "http_status": None,
        "note": "",
        "crm_id": "",
        "crm_key": "",
        "subject": subject,
        "feedback": "" if feedback is None else msgspec.json.encode(feedback).decode(),
    }


def claim_due(
    connection: Connection, destination: str, owner: str, now: float, limit: int, lease_s: float
) -> Sequence[Row[Any]]:
    """Claim what is due at a destination, earliest first; the rows are for `opened`."""
    rows = connection.execute(_DUE, {"of": destination, "now": now, "most": limit}).fetchall()
    if rows:
        ids = [row.delivery_id for row in rows]
        connection.execute(_CLAIM, {"ids": ids, "by": owner, "until": now + lease_s})
    return rows


def next_due(connection: Connection) -> float | None:
    """When the next delivery is due; of one under way, when its claim ends."""
    due_at: float | None = _NEXT_DUE.run(connection, {}).fetchall()[0][0]
    return due_at


def release_claims(connection: Connection, now: float) -> None:
    """Every claim ends: the deliveries are due, and a report under an old claim changes nothing any more."""
    held = (delivery.c.status == "pending") & (delivery.c.owner != "")
    connection.execute(update(delivery).where(held).values(owner="", due_at=now))


def extend_claims(connection: Connection, owner: str, seconds: float) -> None:
    """The claims of a worker end so much later."""
    held = (delivery.c.status == "pending") & (delivery.c.owner == owner)
    connection.execute(update(delivery).where(held).values(due_at=delivery.c.due_at + seconds))


def hasten(connection: Connection, now: float, seconds: float) -> None:
    """What is due after `now` is due so much earlier."""
    waiting = (delivery.c.status == "pending") & (delivery.c.due_at > now)
    connection.execute(update(delivery).where(waiting).values(due_at=delivery.c.due_at - seconds))


def opened(rows: Sequence[Row[Any]], destination: str, owner: str, vault: Vault) -> list[ClaimedDelivery]:
    """The claimed deliveries with their leads. One whose seal we cannot open stays claimed until its lease ends."""
    found = []
    for row in rows:
        try:
            document: LeadDocument = msgspec.json.decode(vault.open(row.identity, row.lead_id))
        except SealBroken as error:
            _log.error("delivery %s waits, its lead cannot be opened: %s", row.delivery_id, error)
            continue
        found.append(
            ClaimedDelivery(
                delivery_id=row.delivery_id,
                destination=destination,
                webhook_id=f"msg_{row.delivery_id}",
                owner=_fence(owner, row.replays),
                attempt=row.attempts + 1,
                lead=document,
                feedback=msgspec.json.decode(row.feedback, type=Feedback) if row.feedback else None,
            )
        )
    return found


def acknowledge(connection: Connection, report: AttemptReport) -> bool:
    """Record an attempt and move its delivery on; False where the claim has passed to someone else."""
    owner, replay = _claimant(report.owner)
    is_settled = report.status != "pending"
    values: dict[str, object] = {
        "status": report.status,
        "owner": "",
        "http_status": report.http_status,
        "note": _cut(report.note or report.failure),
    }
    if report.crm_id:
        # Of a lead that is sent again the CRM may not tell it again.
        values |= {"crm_id": _cut(report.crm_id), "crm_key": key_of(_cut(report.crm_id))}
    if report.due_at is not None:
        values["due_at"] = report.due_at
    if is_settled:
        values["settled_at"] = report.started_at + report.took_ms / 1000.0
    claim = {"of": report.delivery_id, "by": owner, "replay": replay, "number": report.attempt}
    if connection.execute(_SETTLE.values(values), claim).rowcount != 1:
        return False
    connection.execute(
        _ADD_ATTEMPT,
        {
            "delivery_id": report.delivery_id,
            "replay": replay,
            "number": report.attempt,
            "owner": owner,
            "started_at": report.started_at,
            "took_ms": report.took_ms,
            "status": report.status,
            "http_status": report.http_status,
            "failure": _cut(report.failure),
            "note": _cut(report.note),
            "due_at": report.due_at,
        },
    )
    if report.disables:
        disable(connection, report.destination, _cut(report.note), report.started_at)
    return True


def _fence(owner: str, replays: int) -> str:
    """The claim as the worker sees it: with the number of the replay, since attempts start again with each."""
    return f"{owner}/{replays}"


def _claimant(fence: str) -> tuple[str, int]:
    owner, _, replays = fence.rpartition("/")
    return owner, int(replays) if replays.isdigit() else -1


def _cut(text: str) -> str:
    """Fit to be stored: a CRM's answer may hold any letter, and PostgreSQL does not take each."""
    return printable(text[:TEXT_MAX])

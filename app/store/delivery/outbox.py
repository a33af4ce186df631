"""The outbox: which lead must still reach which CRM, who is sending it now, and what came of every attempt."""

import logging
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, Double, Text, bindparam, func, literal_column, select, update

from app.dialects.text import printable
from app.domain.delivery.delivery import AttemptReport, ClaimedDelivery
from app.domain.delivery.feedback import Feedback
from app.domain.delivery.record_id import key_of
from app.domain.delivery.sold_lead import LeadDocument
from app.domain.keyed import digest
from app.store.delivery.destinations import disable
from app.store.engine.prepared import Insert, Prepared
from app.store.engine.runners import JointJob
from app.store.engine.trips import run_all
from app.store.schema import attempt, delivery, destination_state, lead
from app.store.vault import SealBroken, Vault

_TIME_DIGITS = 8
TEXT_MAX = 500
"""What a CRM says is cut to this many letters."""

_log = logging.getLogger(__name__)

_IS_DISABLED = (
    select(destination_state.c.destination).where(destination_state.c.destination == delivery.c.destination).exists()
)
# As text in the statement, so that the index of what is pending serves.
_IS_PENDING = delivery.c.status == literal_column("'pending'")
_DUE = Prepared(
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
        _IS_PENDING,
        delivery.c.due_at <= bindparam("now"),
        ~_IS_DISABLED,
        lead.c.forgotten_at.is_(None),
    )
    .order_by(delivery.c.due_at, delivery.c.delivery_id)
    .limit(bindparam("most"))
    .offset(literal_column("0"))
    # Another worker's claim is passed over, not waited for.
    .with_for_update(of=delivery, skip_locked=True)
)
_NEXT_DUE = Prepared(select(func.min(delivery.c.due_at)).where(_IS_PENDING, ~_IS_DISABLED))
_CLAIM = Prepared(
    update(delivery)
    .where(delivery.c.delivery_id == bindparam("of"))
    .values(owner=bindparam("by"), due_at=bindparam("until"), attempts=delivery.c.attempts + literal_column("1"))
)
_IS_CLAIM = (
    (delivery.c.delivery_id == bindparam("of"))
    & _IS_PENDING
    & (delivery.c.owner == bindparam("by"))
    & (delivery.c.replays == bindparam("replay"))
    & (delivery.c.attempts == bindparam("number"))
)
# What an attempt says nothing of stays as it is: of a lead that is sent again the CRM may not tell its record again.
_SETTLE = Prepared(
    update(delivery)
    .where(_IS_CLAIM)
    .values(
        status=bindparam("becomes"),
        owner=literal_column("''"),
        http_status=bindparam("http_status"),
        note=bindparam("note"),
        crm_id=func.coalesce(bindparam("crm_id", type_=Text), delivery.c.crm_id),
        crm_key=func.coalesce(bindparam("crm_key", type_=Text), delivery.c.crm_key),
        due_at=func.coalesce(bindparam("due_at", type_=Double), delivery.c.due_at),
        settled_at=bindparam("settled_at"),
    )
)
_ADD_ATTEMPT = Insert(attempt)


class DueRow(NamedTuple):
    """A delivery as it stands before it is claimed, with its sealed lead."""

    delivery_id: str
    lead_id: str
    replays: int
    attempts: int
    feedback: str
    identity: bytes


def new_delivery(
    lead_id: str, destination: str, now: float, subject: str = "", feedback: Feedback | None = None
) -> dict[str, object]:
    """The row of a lead that must reach a destination from now on; with `feedback`, of what its seller is told of it.

    Each `subject` is told once. The id begins as the lead's does, to lie near those of other leads of its time.
    """
    parts = (lead_id, destination, subject) if subject else (lead_id, destination)
    return {
        "delivery_id": lead_id[:_TIME_DIGITS] + digest(b"", b"leadbid.delivery", parts, size=8).hex(),
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
) -> list[DueRow]:
    """Claim what is due at a destination, earliest first; the rows are for `opened`."""
    (found,) = run_all(connection, [(_DUE, {"of": destination, "now": now, "most": limit})])
    rows = [DueRow(*row) for row in found.fetchall()]
    if rows:
        claims = [{"of": row.delivery_id, "by": owner, "until": now + lease_s} for row in rows]
        run_all(connection, [(_CLAIM, claims)])
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


def opened(rows: Sequence[DueRow], destination: str, owner: str, vault: Vault) -> list[ClaimedDelivery]:
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


class AcknowledgeJob(JointJob[bool]):
    """Records an attempt and moves its delivery on; False where the claim has passed to someone else."""

    def __init__(self, report: AttemptReport) -> None:
        self._report = report

    def __call__(self, connection: Connection) -> bool:
        """Record it alone."""
        return acknowledge(connection, self._report)

    @staticmethod
    def together(connection: Connection, jobs: Sequence["AcknowledgeJob"]) -> list[bool | None]:
        """Record those that do nothing else: each row says by itself whether the claim stands."""
        reports = [job._report for job in jobs]
        plain = [each for each in reports if not each.disables]
        settled = iter(run_all(connection, [(_SETTLE, _settled(each)) for each in plain]))
        held = [None if each.disables else next(settled).rowcount == 1 for each in reports]
        attempts = [_attempt(each) for each, is_held in zip(reports, held, strict=True) if is_held]
        if attempts:
            run_all(connection, [_ADD_ATTEMPT.of(connection, attempts)])
        return held


def acknowledge(connection: Connection, report: AttemptReport) -> bool:
    """See AcknowledgeJob."""
    (settled,) = run_all(connection, [(_SETTLE, _settled(report))])
    if settled.rowcount != 1:
        return False
    run_all(connection, [(_ADD_ATTEMPT, _attempt(report))])
    if report.disables:
        disable(connection, report.destination, _cut(report.note), report.started_at)
    return True


def _settled(report: AttemptReport) -> dict[str, object]:
    owner, replay = _claimant(report.owner)
    crm_id = _cut(report.crm_id)
    return {
        "of": report.delivery_id,
        "by": owner,
        "replay": replay,
        "number": report.attempt,
        "becomes": report.status,
        "http_status": report.http_status,
        "note": _cut(report.note or report.failure),
        "crm_id": crm_id or None,
        "crm_key": key_of(crm_id) if crm_id else None,
        "due_at": report.due_at,
        "settled_at": None if report.status == "pending" else report.started_at + report.took_ms / 1000.0,
    }


def _attempt(report: AttemptReport) -> dict[str, object]:
    owner, replay = _claimant(report.owner)
    return {
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
    }


def _fence(owner: str, replays: int) -> str:
    """The claim as the worker sees it: with the number of the replay, since attempts start again with each."""
    return f"{owner}/{replays}"


def _claimant(fence: str) -> tuple[str, int]:
    owner, _, replays = fence.rpartition("/")
    return owner, int(replays) if replays.isdigit() else -1


def _cut(text: str) -> str:
    """Fit to be stored: a CRM's answer may hold any letter, and PostgreSQL does not take each."""
    text = text[:TEXT_MAX]
    return text if text.isprintable() else printable(text)

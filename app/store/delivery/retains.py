"""Which bought leads' certificates are still to be stored with their provider, who is at it, and what came of it."""

import logging
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, func, insert, literal_column, select, update

from app.domain.checks.retain import DueRetain, RetainResult
from app.domain.delivery.sold_lead import LeadDocument
from app.domain.post.sale import Evidence
from app.store.engine.prepared import Prepared, Values
from app.store.schema import certificate_retain, evidence, lead
from app.store.vault import SealBroken, Vault

_log = logging.getLogger(__name__)

_COLUMNS = (
    certificate_retain.c.lead_id,
    certificate_retain.c.check_name,
    certificate_retain.c.deadline_at,
    certificate_retain.c.attempts,
)
# As text in the statement, so that the index of what is pending serves.
_IS_PENDING = certificate_retain.c.status == literal_column("'pending'")
_DUE = (
    select(*_COLUMNS, certificate_retain.c.is_warned, lead.c.identity, lead.c.seller, lead.c.sold_at)
    .join(lead, lead.c.lead_id == certificate_retain.c.lead_id)
    .where(_IS_PENDING, certificate_retain.c.due_at <= bindparam("now"))
    .order_by(certificate_retain.c.due_at, certificate_retain.c.lead_id)
    .limit(bindparam("most"))
    .with_for_update(of=certificate_retain, skip_locked=True)
)
_NEXT_DUE = Prepared(select(func.min(certificate_retain.c.due_at)).where(_IS_PENDING))
_IS_ONE = (certificate_retain.c.lead_id == bindparam("of")) & (certificate_retain.c.check_name == bindparam("by_check"))
_CLAIM = (
    update(certificate_retain)
    .where(_IS_ONE)
    .values(owner=bindparam("by"), due_at=bindparam("until"), attempts=certificate_retain.c.attempts + 1)
)
_IS_CLAIM = (
    _IS_ONE
    & (certificate_retain.c.status == "pending")
    & (certificate_retain.c.owner == bindparam("by"))
    & (certificate_retain.c.attempts == bindparam("number"))
)


class ClaimedRetain(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate to store now, with its lead. (`owner`, `attempt`) name the claim."""

    lead_id: str
    check: str
    seller: str
    sold_at: float
    deadline_at: float
    owner: str
    attempt: int
    is_warned: bool
    lead: LeadDocument

    def __repr__(self) -> str:
        return f"ClaimedRetain(lead_id={self.lead_id!r}, ***)"

    __str__ = __repr__


class RetainReport(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an attempt; `due_at` is when to try again. `evidence` are its exchanges, sealed."""

    claim: ClaimedRetain
    result: RetainResult
    due_at: float
    is_warned: bool
    evidence: tuple[Evidence, ...] = ()


def new_retain(lead_id: str, due: DueRetain, now: float) -> Values:
    """The row that has a sold lead's certificate stored from now on."""
    return {
        "lead_id": lead_id,
        "check_name": due.check,
        "status": "pending",
        "created_at": now,
        "deadline_at": due.deadline_at,
        "due_at": now,
        "owner": "",
        "attempts": 0,
        "is_warned": False,
    }


def next_retain(connection: Connection) -> float | None:
    """When the next certificate is to be stored; of one under way, when its claim ends."""
    due_at: float | None = _NEXT_DUE.run(connection, {}).fetchall()[0][0]
    return due_at


def claim_retains(connection: Connection, owner: str, now: float, limit: int, lease_s: float) -> Sequence[Row[Any]]:
    """Claim what is due, earliest first; the rows are for `opened_retains`."""
    rows = connection.execute(_DUE, {"now": now, "most": limit}).fetchall()
    for row in rows:
        claim = {"of": row.lead_id, "by_check": row.check_name, "by": owner, "until": now + lease_s}
        connection.execute(_CLAIM, claim)
    return rows


def opened_retains(rows: Sequence[Row[Any]], owner: str, vault: Vault) -> list[ClaimedRetain]:
    """With their leads. One whose seal we cannot open stays claimed until its lease ends."""
    found = []
    for row in rows:
        try:
            document: LeadDocument = msgspec.json.decode(vault.open(row.identity, row.lead_id))
        except SealBroken as error:
            _log.error("the certificate of lead %s waits, the lead cannot be opened: %s", row.lead_id, error)
            continue
        found.append(
            ClaimedRetain(
                lead_id=row.lead_id,
                check=row.check_name,
                seller=row.seller,
                sold_at=row.sold_at,
                deadline_at=row.deadline_at,
                owner=owner,
                attempt=row.attempts + 1,
                is_warned=row.is_warned,
                lead=document,
            )
        )
    return found


def settle_retain(connection: Connection, report: RetainReport) -> bool:
    """Record an attempt with its evidence, in one commit; False where the claim has passed to someone else."""
    claim = report.claim
    values = {"status": report.result, "owner": "", "due_at": report.due_at, "is_warned": report.is_warned}
    whose = {"of": claim.lead_id, "by_check": claim.check, "by": claim.owner, "number": claim.attempt}
    if connection.execute(update(certificate_retain).where(_IS_CLAIM).values(values), whose).rowcount != 1:
        return False
    pieces = [
        {"lead_id": claim.lead_id, "kind": piece.kind, "sha256": piece.sha256, "sealed": piece.sealed}
        for piece in report.evidence
    ]
    if pieces:
        connection.execute(insert(evidence), pieces)
    return True


def release_retains(connection: Connection, now: float) -> None:
    """Every claim ends: what a dead process held is due."""
    held = (certificate_retain.c.status == "pending") & (certificate_retain.c.owner != "")
    connection.execute(update(certificate_retain).where(held).values(owner="", due_at=now))


def troubled_retains(connection: Connection, lost_since: float) -> tuple[int, int]:
    """How many are late, and how many of the leads since then have lost theirs."""
    is_late = (certificate_retain.c.status == "pending") & certificate_retain.c.is_warned
    is_lost = (certificate_retain.c.status == "lost") & (certificate_retain.c.created_at >= lost_since)
    late, lost = (
        connection.execute(select(func.count()).select_from(certificate_retain).where(which)).scalar_one()
        for which in (is_late, is_lost)
    )
    return late, lost


def retains_by_status(connection: Connection) -> dict[str, int]:
    """How many there are of each."""
    rows = connection.execute(select(certificate_retain.c.status, func.count()).group_by(certificate_retain.c.status))
    return dict(rows.tuples().all())

"""Deliveries as an operator sees them, finds them, and has them sent again."""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, case, func, or_, select, update

from app.domain.delivery.delivery import DeliveryStatus
from app.domain.operators.audit import OperatorAct
from app.store.delivery.destinations import disabled
from app.store.operators.audit import note
from app.store.schema import attempt, delivery, lead

REFUSED_ADDRESS = "no answer: refused_address"
"""The note of a delivery that was not even tried, because of where it would have gone."""

NOT_ARRIVED = ("dead", "rejected")
"""Leads that were bought and are not in the CRM: who looks for the dead looks for both."""


class DeliveryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery as an operator sees it; nothing of the person. While `owner` is set it is being sent."""

    delivery_id: str
    lead_id: str
    destination: str
    status: DeliveryStatus
    created_at: float
    due_at: float
    owner: str
    replays: int
    attempts: int
    settled_at: float | None
    http_status: int | None
    note: str
    crm_id: str


class AttemptRow(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt; `replay` counts how often its delivery had been replayed by then."""

    replay: int
    number: int
    started_at: float
    took_ms: int
    status: DeliveryStatus
    http_status: int | None
    failure: str
    note: str
    due_at: float | None


class DeliveryDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery with all its attempts, oldest first."""

    delivery: DeliveryRow
    attempts: tuple[AttemptRow, ...]


class Which(msgspec.Struct, frozen=True, kw_only=True):
    """Which deliveries are meant: those that fit everything named here. `since` and `until` bound `created_at`.

    `dead` means those that were refused for good, too.
    """

    ids: tuple[str, ...] = ()
    status: DeliveryStatus | None = None
    destination: str = ""
    lead_id: str = ""
    since: float | None = None
    until: float | None = None


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """Leads that wait for one destination: how many, since when the first, of how many the address was refused, and
    why it is disabled.
    """

    count: int
    since: float
    refused_address: int
    disabled: str


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the leads that waited for a destination.

    `doubled` are settled, since their leads had a delivery of their own to the new one. Those `under_way` stay.
    """

    moved: int
    doubled: int
    under_way: int


def deliveries(connection: Connection, which: Which, limit: int) -> list[DeliveryRow]:
    """The latest of these deliveries, newest first."""
    rows = connection.execute(
        select(delivery)
        .where(*_conditions(which))
        .order_by(delivery.c.created_at.desc(), delivery.c.delivery_id)
        .limit(limit)
    )
    return [_delivery(row) for row in rows]


def delivery_detail(connection: Connection, delivery_id: str) -> DeliveryDetail | None:
    """One delivery with its attempts."""
    row = connection.execute(select(delivery).where(delivery.c.delivery_id == delivery_id)).one_or_none()
    if row is None:
        return None
    columns = [attempt.c[name] for name in AttemptRow.__struct_fields__]
    tried = connection.execute(
        select(*columns).where(attempt.c.delivery_id == delivery_id).order_by(attempt.c.replay, attempt.c.number)
    )
    return DeliveryDetail(delivery=_delivery(row), attempts=tuple([AttemptRow(**each._mapping) for each in tried]))


def attempt_counts(connection: Connection) -> dict[tuple[str, str], int]:
    """How many attempts came to what: (status, what the other side said or what went wrong)."""
    rows = connection.execute(
        select(attempt.c.status, attempt.c.http_status, attempt.c.failure, func.count())
        .group_by(attempt.c.status, attempt.c.http_status, attempt.c.failure)
        .order_by(attempt.c.status)
    )
    return {
        (status, failure or (f"HTTP {http_status}" if http_status else status)): count
        for status, http_status, failure, count in rows
    }


def replay(connection: Connection, which: Which, by: str, now: float) -> int:
    """Make these deliveries due again with a fresh schedule; how many. What is being sent right now is left alone."""
    is_free = or_(delivery.c.status != "pending", delivery.c.owner == "", delivery.c.due_at <= now)
    # Of a lead that was forgotten there is nothing to send.
    has_person = delivery.c.lead_id.in_(select(lead.c.lead_id).where(lead.c.forgotten_at.is_(None)))
    count = connection.execute(
        update(delivery)
        .where(*_conditions(which), is_free, has_person)
        .values(status="pending", due_at=now, owner="", attempts=0, replays=delivery.c.replays + 1, settled_at=None)
    ).rowcount
    target = which.destination or which.lead_id or "deliveries"
    note(connection, now, OperatorAct(by=by, action="replay", target=target, detail=f"{count} deliveries"))
    return count


def waiting(connection: Connection) -> dict[str, Waiting]:
    """Of every destination for which leads wait."""
    is_refused = case((delivery.c.note == REFUSED_ADDRESS, 1), else_=0)
    why = disabled(connection)
    rows = connection.execute(
        select(delivery.c.destination, func.count(), func.min(delivery.c.created_at), func.sum(is_refused))
        .where(delivery.c.status == "pending")
        .group_by(delivery.c.destination)
        .order_by(delivery.c.destination)
    )
    return {
        name: Waiting(count=count, since=since, refused_address=int(refused), disabled=why.get(name, ""))
        for name, count, since, refused in rows
    }


def move(connection: Connection, source: str, to: str, by: str, now: float) -> Moved:
    """Have what waits for one destination sent to another, at once and under the same webhook ids."""
    other = delivery.alias("other")
    is_waiting = (delivery.c.destination == source) & (delivery.c.status == "pending")
    is_free = is_waiting & or_(delivery.c.owner == "", delivery.c.due_at <= now)
    is_doubled = select(other.c.delivery_id).where(
        other.c.lead_id == delivery.c.lead_id, other.c.destination == to, other.c.subject == delivery.c.subject
    )
    own = f"{to} has a delivery of its own for this lead"
    doubled = connection.execute(
        update(delivery)
        .where(is_free, is_doubled.exists())
        .values(status="duplicate", owner="", settled_at=now, note=own)
    ).rowcount
    moved = connection.execute(
        update(delivery)
        .where(is_free)
        .values(destination=to, due_at=now, owner="", attempts=0, replays=delivery.c.replays + 1)
    ).rowcount
    under_way = connection.execute(select(func.count()).where(is_waiting)).scalar_one()
    detail = f"{moved} deliveries to {to}, {doubled} settled, {under_way} under way"
    note(connection, now, OperatorAct(by=by, action="move", target=source, detail=detail))
    return Moved(moved=moved, doubled=doubled, under_way=under_way)


def counts(connection: Connection) -> dict[str, dict[str, int]]:
    """How many deliveries each destination has in each status."""
    found: dict[str, dict[str, int]] = {}
    for destination, status, count in connection.execute(
        select(delivery.c.destination, delivery.c.status, func.count())
        .group_by(delivery.c.destination, delivery.c.status)
        .order_by(delivery.c.destination, delivery.c.status)
    ):
        found.setdefault(destination, {})[status] = count
    return found


def undelivered(connection: Connection, since: float) -> dict[str, int]:
    """How many leads each destination refused or never took since then, and of which the person is still known."""
    rows = connection.execute(
        select(delivery.c.destination, func.count())
        .join(lead, lead.c.lead_id == delivery.c.lead_id)
        .where(delivery.c.status.in_(NOT_ARRIVED), delivery.c.settled_at >= since, lead.c.forgotten_at.is_(None))
        .group_by(delivery.c.destination)
    )
    return dict(rows.tuples().all())


def _conditions(which: Which) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if which.ids:
        wanted.append(delivery.c.delivery_id.in_(which.ids))
    if which.status == "dead":
        wanted.append(delivery.c.status.in_(NOT_ARRIVED))
    elif which.status is not None:
        wanted.append(delivery.c.status == which.status)
    if which.destination:
        wanted.append(delivery.c.destination == which.destination)
    if which.lead_id:
        wanted.append(delivery.c.lead_id == which.lead_id)
    if which.since is not None:
        wanted.append(delivery.c.created_at >= which.since)
    if which.until is not None:
        wanted.append(delivery.c.created_at < which.until)
    return wanted


def _delivery(row: Row[Any]) -> DeliveryRow:
    return DeliveryRow(**{name: row._mapping[name] for name in DeliveryRow.__struct_fields__})

"""All that the database has of one lead, or of one person beside the leads."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, or_, select

from app.domain.identity import Person
from app.domain.operators.audit import AuditLine
from app.store.delivery.deliveries import DeliveryDetail, delivery_detail
from app.store.exports import OutcomeRow
from app.store.leads import LeadRow, lead_by_id
from app.store.people.holds import holds_on
from app.store.people.named import bearing, people_of
from app.store.returns.requests import return_of
from app.store.schema import answer, audit, certificate, outcome, suppression
from app.wire.post import PostAnswer
from app.wire.returns import LeadReturn


class StoredAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a seller was told of its post; `code` is the true reason, empty for a sale."""

    seller: str
    nonce: str
    answer: PostAnswer
    code: str
    kept_at: float


class Suppressing(msgspec.Struct, frozen=True, kw_only=True):
    """Why a person may not be bought, and since when."""

    reason: str
    since: float


class LeadRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A lead with everything that hangs on it. `certificates` are digests, `holds` the names of disputes."""

    lead: LeadRow
    person: Person
    answer: StoredAnswer | None
    deliveries: tuple[DeliveryDetail, ...]
    outcomes: tuple[OutcomeRow, ...]
    returned: LeadReturn | None
    certificates: tuple[str, ...]
    holds: tuple[str, ...]
    suppressed: tuple[Suppressing, ...]
    audit: tuple[AuditLine, ...]

    def __repr__(self) -> str:
        return f"LeadRecord(lead_id={self.lead.lead_id!r}, ***)"

    __str__ = __repr__


def lead_record(connection: Connection, lead_id: str) -> LeadRecord | None:
    """All of a lead but its evidence, which is told by its digests."""
    row = lead_by_id(connection, lead_id)
    if row is None:
        return None
    person = people_of(connection, [lead_id])[lead_id]
    sent = [delivery_detail(connection, each.delivery_id) for each in row.deliveries]
    return LeadRecord(
        lead=row,
        person=person,
        answer=_answer_of(connection, row),
        deliveries=tuple([each for each in sent if each is not None]),
        outcomes=_outcomes_of(connection, lead_id),
        returned=return_of(connection, lead_id),
        certificates=tuple(
            connection.execute(
                select(certificate.c.digest).where(certificate.c.lead_id == lead_id).order_by(certificate.c.digest)
            ).scalars()
        ),
        holds=holds_on(connection, {lead_id: person}),
        suppressed=suppressing(connection, person.all),
        audit=_acts_on(connection, lead_id),
    )


def suppressing(connection: Connection, digests: Iterable[str]) -> tuple[Suppressing, ...]:
    """Why whoever is known by these may not be bought, each reason once."""
    wanted = (
        select(suppression.c.reason, suppression.c.changed_at)
        .where(suppression.c.digest.in_(set(digests)), suppression.c.is_suppressed)
        .distinct()
        .order_by(suppression.c.changed_at, suppression.c.reason)
    )
    return tuple([Suppressing(reason=reason, since=at) for reason, at in connection.execute(wanted)])


def answers_to(connection: Connection, digests: Iterable[str]) -> tuple[StoredAnswer, ...]:
    """What sellers were told of posts with this person, bought or not, oldest first."""
    known = set(digests)
    if not known:
        return ()
    wanted = select(answer).where(bearing(answer.c.person, known)).order_by(answer.c.kept_at, answer.c.nonce)
    return tuple([_stored(*row) for row in connection.execute(wanted)])


def _answer_of(connection: Connection, row: LeadRow) -> StoredAnswer | None:
    wanted = select(answer).where(answer.c.seller == row.seller, answer.c.nonce == row.nonce)
    found = connection.execute(wanted).one_or_none()
    return None if found is None else _stored(*found)


def _stored(seller: str, nonce: str, _person: str, told: str, code: str, kept_at: float) -> StoredAnswer:
    decoded = msgspec.json.decode(told, type=PostAnswer)
    return StoredAnswer(seller=seller, nonce=nonce, answer=decoded, code=code, kept_at=kept_at)


def _outcomes_of(connection: Connection, lead_id: str) -> tuple[OutcomeRow, ...]:
    columns = [outcome.c[name] for name in OutcomeRow.__struct_fields__]
    wanted = select(*columns).where(outcome.c.lead_id == lead_id)
    in_order = wanted.order_by(outcome.c.recorded_at, outcome.c.source, outcome.c.event_id)
    return tuple([OutcomeRow(**row._mapping) for row in connection.execute(in_order)])


def _acts_on(connection: Connection, lead_id: str) -> tuple[AuditLine, ...]:
    """What operators did with it, looks included, oldest first."""
    columns = [audit.c[name] for name in AuditLine.__struct_fields__]
    is_named = or_(*[column.contains(lead_id, autoescape=True) for column in (audit.c.target, audit.c.detail)])
    wanted = select(*columns).where(is_named).order_by(audit.c.number)
    return tuple([AuditLine(**row._mapping) for row in connection.execute(wanted)])

"""What sellers and the CRM report of bids and leads, each report taken once."""

from typing import Literal

import msgspec
from sqlalchemy import Connection, select

from app.domain.identity import Person
from app.domain.keyed import digest
from app.store.answers import names_of
from app.store.engine.portable import add_new, be_alone
from app.store.schema import lead, notice, outcome, suppression
from app.wire.feedback import Notice, Outcome


class OutcomeResult(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an outcome was new, and the digests of people who may not be bought any more because of it."""

    status: Literal["recorded", "repeated", "unknown_lead"]
    suppressed: tuple[str, ...] = ()


def record_notice(connection: Connection, seller: str, nonce: str, told: Notice, now: float) -> bool:
    """Whether the seller had not said this of the bid before."""
    row = {
        "seller": seller,
        "nonce": nonce,
        "result": told.result,
        "price_cents": told.price_cents,
        "told_at": now,
    }
    return add_new(connection, notice, row)


def record_outcome(connection: Connection, told: Outcome, now: float) -> OutcomeResult:
    """Take an outcome once. Who opted out is suppressed in the same commit."""
    person = _person_of(connection, told.lead_id)
    if person is None:
        return OutcomeResult(status="unknown_lead")
    row = {
        "source": told.source,
        "event_id": told.event_id or _content(told),
        "lead_id": told.lead_id,
        "event": told.event,
        "value_cents": told.value_cents,
        "occurred_at": told.occurred_at if told.occurred_at is not None else now,
        "recorded_at": now,
    }
    if not add_new(connection, outcome, row):
        return OutcomeResult(status="repeated")
    if told.event != "opted_out":
        return OutcomeResult(status="recorded")
    suppress(connection, person, "opted_out", now)
    return OutcomeResult(status="recorded", suppressed=person.all)


def suppress(connection: Connection, person: Person, reason: str, now: float) -> None:
    """Never buy this person again; a sale of theirs under way is decided before or after, not meanwhile."""
    be_alone(connection, names_of(person))
    for name in person.all:
        add_new(connection, suppression, {"digest": name, "reason": reason, "suppressed_at": now})


def _person_of(connection: Connection, lead_id: str) -> Person | None:
    person = connection.execute(select(lead.c.person).where(lead.c.lead_id == lead_id)).scalar_one_or_none()
    return None if person is None else msgspec.json.decode(person, type=Person)


def _content(told: Outcome) -> str:
    """What stands for an event without an id: a CRM that repeats it says the very same again."""
    parts = (told.lead_id, told.event, str(told.value_cents), str(told.occurred_at))
    return digest(b"", b"leadbid.outcome", *parts, size=12).hex()

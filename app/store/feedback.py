"""Notices and outcomes of bids and leads, each stored once."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Literal

import msgspec
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, Engine, Select, case, exists, func, select

from app.domain.identity import Person
from app.domain.keyed import digest
from app.domain.post.outcome_time import time_trouble
from app.store.change_feed.feed import tell
from app.store.delivery.named_leads import named_leads
from app.store.engine.portable import add_new
from app.store.engine.stream import stream
from app.store.exports import OutcomeRow
from app.store.schema import lead, notice, outcome
from app.store.suppression.people import suppress_person
from app.wire.feedback import Notice, Outcome


class OutcomeResult(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an outcome was new, and the digests of people who may not be bought any more because of it.

    `remedy` says what to do about a lead that is not known by this name, or a time that cannot be.
    """

    status: Literal["recorded", "repeated", "refused"]
    suppressed: tuple[str, ...] = ()
    remedy: str = ""


class OutcomeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What was heard before: under the same keys, and of the same leads."""

    heard: dict[tuple[str, str], OutcomeRow]
    of_leads: tuple[OutcomeRow, ...]


REACHED_WITHIN_S = 2 * 86_400.0
RECENT_S, BEFORE_S = 3 * 86_400.0, 28 * 86_400.0
"""Leads of three days, with those of the four weeks before, each given two days to be reached."""

_REACHED = ("contacted", "qualified", "quoted", "sold")


class ContactCounts(msgspec.Struct, frozen=True):
    """How many recent leads of a campaign from one seller were reached in time, and how many of those before."""

    campaign: str
    seller: str
    leads: int
    contacted: int
    leads_before: int
    contacted_before: int


class ModelSale(msgspec.Struct, frozen=True, kw_only=True):
    """A lead that a version bought, and all that was heard of it."""

    vertical: str
    model_version: str
    campaign: str
    price_cents: int
    sold_at: float
    decision: str | None
    events: tuple[OutcomeRow, ...]


_OF_SALE = tuple([name for name in ModelSale.__struct_fields__ if name != "events"])


def record_notice(connection: Connection, seller: str, nonce: str, told: Notice, now: float) -> bool:
    """Whether the seller had not said this of the bid before."""
    row = {
        "seller": seller,
        "nonce": nonce,
        "result": told.result,
        "price_cents": told.price_cents,
        "told_at": now,
    }
    is_new = add_new(connection, notice, row)
    if is_new and told.result == "lost":
        tell(connection, "bid_lost", nonce=bytes.fromhex(nonce), at=now)
    return is_new


def record_outcome(connection: Connection, told: Outcome, now: float) -> OutcomeResult:
    """Take an outcome once. Who opted out is suppressed in the same commit."""
    (lead_named,) = named_leads(connection, [told])
    if isinstance(lead_named, str):
        return OutcomeResult(status="refused", remedy=lead_named)
    trouble = time_trouble(told.occurred_at, lead_named.sold_at, now)
    if trouble:
        return OutcomeResult(status="refused", remedy=trouble)
    told = replace(told, lead_id=lead_named.lead_id)
    row = {
        **dict(zip(("source", "event_id"), event_key(told), strict=True)),
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
    person = _person_of(connection, told.lead_id)
    suppress_person(connection, person, "opted_out", now)
    return OutcomeResult(status="recorded", suppressed=person.all)


def event_key(told: Outcome) -> tuple[str, str]:
    """The source and the id under which an event is kept once; one without an id is known by all that it says."""
    return told.source, told.event_id or _content(told)


def outcome_facts(connection: Connection, told: Sequence[Outcome]) -> OutcomeFacts:
    """What is known of the leads and events of these outcomes, some hundreds at most."""
    ids = {each.lead_id for each in told}
    keys: dict[str, list[str]] = {}
    for source, event_id in map(event_key, told):
        keys.setdefault(source, []).append(event_id)
    heard = [
        row
        for source, event_ids in keys.items()
        for row in _outcomes(connection, outcome.c.source == source, outcome.c.event_id.in_(event_ids))
    ]
    return OutcomeFacts(
        heard={(row.source, row.event_id): row for row in heard},
        of_leads=tuple(_outcomes(connection, outcome.c.lead_id.in_(ids))),
    )


def contact_counts(connection: Connection, now: float) -> list[ContactCounts]:
    """By campaign and seller, of leads that are two days old or older."""
    end = now - REACHED_WITHIN_S
    since, before = end - RECENT_S, end - RECENT_S - BEFORE_S
    is_reached = exists().where(
        outcome.c.lead_id == lead.c.lead_id,
        outcome.c.event.in_(_REACHED),
        outcome.c.occurred_at <= lead.c.sold_at + REACHED_WITHIN_S,
    )
    is_recent, reached = (lead.c.sold_at >= since).label("is_recent"), case((is_reached, 1), else_=0)
    rows = connection.execute(
        select(lead.c.campaign, lead.c.seller, is_recent, func.count(), func.sum(reached))
        .where(lead.c.sold_at >= before, lead.c.sold_at < end)
        # By its name: PostgreSQL takes two parameters of one value for two expressions.
        .group_by(lead.c.campaign, lead.c.seller, "is_recent")
    )
    found: dict[tuple[str, str], dict[bool, tuple[int, int]]] = {}
    for campaign, seller, recent, leads, contacted in rows:
        found.setdefault((campaign, seller), {})[bool(recent)] = leads, int(contacted)
    return [
        ContactCounts(*whose, *each.get(True, (0, 0)), *each.get(False, (0, 0)))
        for whose, each in sorted(found.items())
    ]


def trial_sales(
    connection: Connection, vertical: str, versions: Sequence[str], since: float, until: float
) -> list[ModelSale]:
    """The leads of a vertical that these versions bought in [since, until), with whatever was heard of each."""
    bought = (lead.c.vertical == vertical) & lead.c.model_version.in_(versions)
    return list(_with_events(connection.execute(_sales(bought, lead.c.sold_at >= since, lead.c.sold_at < until))))


def sales_of_models(engine: Engine, since: float, until: float) -> Iterator[ModelSale]:
    """The same of all verticals and versions, oldest first, read as they are consumed."""
    return _with_events(stream(engine, _sales(lead.c.sold_at >= since, lead.c.sold_at < until)))


def _sales(*where: ColumnElement[bool]) -> Select[Any]:
    """A row for each event of a lead, or one of a lead without any."""
    events = [outcome.c[name].label(f"told_{name}") for name in OutcomeRow.__struct_fields__]
    both = lead.outerjoin(outcome, lead.c.lead_id == outcome.c.lead_id)
    wanted = select(lead.c.lead_id, *[lead.c[name] for name in _OF_SALE], *events).select_from(both).where(*where)
    return wanted.order_by(lead.c.sold_at, lead.c.lead_id)


def _with_events(rows: Iterable[Any]) -> Iterator[ModelSale]:
    events_from = 1 + len(_OF_SALE)
    for _, of_lead in groupby(rows, lambda row: row[0]):
        found = list(of_lead)
        told = [row[events_from:] for row in found if row[events_from] is not None]
        yield ModelSale(
            events=tuple([OutcomeRow(**dict(zip(OutcomeRow.__struct_fields__, row, strict=True))) for row in told]),
            **dict(zip(_OF_SALE, found[0][1:events_from], strict=True)),
        )


def _outcomes(connection: Connection, *where: ColumnElement[bool]) -> Iterator[OutcomeRow]:
    wanted = select(*[outcome.c[name] for name in OutcomeRow.__struct_fields__]).where(*where)
    for row in connection.execute(wanted):
        yield OutcomeRow(**row._mapping)


def _person_of(connection: Connection, lead_id: str) -> Person:
    person = connection.execute(select(lead.c.person).where(lead.c.lead_id == lead_id)).scalar_one()
    return msgspec.json.decode(person, type=Person)


def _content(told: Outcome) -> str:
    """What stands for an event without an id: a CRM that repeats it says the very same again."""
    parts = (told.lead_id, told.event, str(told.value_cents), str(told.occurred_at))
    return digest(b"", b"leadbid.outcome", parts, size=12).hex()

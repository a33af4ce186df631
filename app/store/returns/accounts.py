"""What was paid for each lead and heard of it since, as long streams for reports: nothing of them names a person."""

from collections.abc import Iterator

import msgspec
from sqlalchemy import Connection, Engine, func, select

from app.store.engine.stream import pages, stream
from app.store.schema import lead, lead_return, outcome
from app.wire.returns import ReturnState

Told = tuple[str, float, float, int | None]
"""An outcome: what it was, when that happened, when we heard of it (UTC epoch seconds), and its value in cents."""


class LeadFacts(msgspec.Struct, frozen=True, gc=False):
    """A bought lead with its return and outcomes. `decision` is JSON, `None` where a restart lost it."""

    lead_id: str
    seller: str
    sub_id: str
    campaign: str
    vertical: str
    state: str
    price_cents: int
    sold_at: float
    decision: str | None
    returned: ReturnState | None
    told: tuple[Told, ...]


class Purchase(msgspec.Struct, frozen=True, gc=False):
    """One lead as what is forecast counts it."""

    seller: str
    campaign: str
    price_cents: int
    sold_at: float


_OF_LEAD = [lead.c[name] for name in LeadFacts.__struct_fields__ if name in lead.c]


def lead_facts(engine: Engine, since: float, until: float) -> Iterator[LeadFacts]:
    """The leads sold in [since, until), oldest first."""
    wanted = (
        select(*_OF_LEAD, lead_return.c.state.label("returned"))
        .outerjoin(lead_return, lead_return.c.lead_id == lead.c.lead_id)
        .where(lead.c.sold_at >= since, lead.c.sold_at < until)
        .order_by(lead.c.sold_at, lead.c.lead_id)
    )
    for connection, page in pages(engine, wanted):
        told = _told(connection, page[0].sold_at, page[-1].sold_at)
        for row in page:
            yield LeadFacts(**row._mapping, told=tuple(told.get(row.lead_id, ())))


def purchases(engine: Engine, since: float, until: float) -> Iterator[Purchase]:
    """The same, as little as a forecast needs."""
    wanted = select(*[lead.c[name] for name in Purchase.__struct_fields__])
    for row in stream(engine, wanted.where(lead.c.sold_at >= since, lead.c.sold_at < until).order_by(lead.c.sold_at)):
        yield Purchase(**row._mapping)


def conversion_delays(connection: Connection, since: float, until: float, limit: int) -> list[float]:
    """How many seconds after their sale leads of [since, until) converted, of the newest `limit` that did."""
    first = func.min(outcome.c.occurred_at)
    rows = connection.execute(
        select(lead.c.sold_at, first)
        .join(outcome, outcome.c.lead_id == lead.c.lead_id)
        .where(outcome.c.event == "sold", lead.c.sold_at >= since, lead.c.sold_at < until)
        .group_by(lead.c.lead_id, lead.c.sold_at)
        .order_by(lead.c.sold_at.desc())
        .limit(limit)
    )
    return [max(occurred_at - sold_at, 0.0) for sold_at, occurred_at in rows]


def _told(connection: Connection, first: float, last: float) -> dict[str, list[Told]]:
    """What was heard of leads sold between these two moments, by lead."""
    its, told = outcome.c, dict[str, list[Told]]()
    wanted = select(its.lead_id, its.event, its.occurred_at, its.recorded_at, its.value_cents)
    sold_then = (lead.c.sold_at >= first) & (lead.c.sold_at <= last)
    for lead_id, *rest in connection.execute(wanted.join(lead, lead.c.lead_id == its.lead_id).where(sold_then)):
        told.setdefault(lead_id, []).append((rest[0], rest[1], rest[2], rest[3]))
    return told

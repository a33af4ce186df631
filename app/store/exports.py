"""What was bought and what became of it, as long streams for training: nothing of them is about a person."""

from collections.abc import Iterator

import msgspec
from sqlalchemy import BigInteger, Engine, cast, literal, null, select, union_all

from app.store.engine.stream import stream
from app.store.schema import lead, lead_return, outcome


class SoldRow(msgspec.Struct, frozen=True, kw_only=True):
    """A sale; who the consumer is stays behind. `decision` is JSON, `None` where a restart lost it."""

    lead_id: str
    ping_id: str
    seller_lead_id: str
    sub_id: str
    seller: str
    campaign: str
    vertical: str
    leg: str
    price_cents: int
    sold_at: float
    zip: str
    state: str
    decision: str | None
    config_hash: str
    model_version: str


class OutcomeRow(msgspec.Struct, frozen=True, kw_only=True):
    """What the CRM said of a lead, or its seller of a return; `recorded_at` is when we heard it."""

    lead_id: str
    event: str
    value_cents: int | None
    occurred_at: float
    recorded_at: float
    source: str
    event_id: str


def sold(engine: Engine, since: float, until: float) -> Iterator[SoldRow]:
    """Sales of [since, until), oldest first."""
    wanted = select(*[lead.c[name] for name in SoldRow.__struct_fields__]).where(
        lead.c.sold_at >= since, lead.c.sold_at < until
    )
    for row in stream(engine, wanted.order_by(lead.c.sold_at, lead.c.lead_id)):
        yield SoldRow(**row._mapping)


def outcomes(engine: Engine, since: float, until: float) -> Iterator[OutcomeRow]:
    """Outcomes heard of in [since, until), oldest first, and among them what sellers answered to returns."""
    heard = select(*[outcome.c[name] for name in OutcomeRow.__struct_fields__]).where(
        outcome.c.recorded_at >= since, outcome.c.recorded_at < until
    )
    its = lead_return.c
    event = literal("return_") + its.state
    columns = {
        "lead_id": its.lead_id,
        "event": event,
        "value_cents": cast(null(), BigInteger),
        "occurred_at": its.settled_at,
        "recorded_at": its.settled_at,
        "source": literal("return"),
        # Who refused may yet accept: that is another event.
        "event_id": its.lead_id + literal("/") + its.state,
    }
    answered = select(*[columns[name].label(name) for name in OutcomeRow.__struct_fields__]).where(
        its.state != "requested", its.settled_at >= since, its.settled_at < until
    )
    both = union_all(heard, answered).subquery()
    for row in stream(engine, select(both).order_by(both.c.recorded_at, both.c.source, both.c.event_id)):
        yield OutcomeRow(**row._mapping)

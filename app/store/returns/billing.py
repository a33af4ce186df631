"""The books of one seller: what it sold us and what was credited, lead by lead, and what of it was refused or tried."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, func, select

from app.domain.returns.invoice import LedgerLine
from app.store.engine.stream import stream
from app.store.schema import answer, lead, lead_return
from app.wire.post import PostAnswer

_OF_LEAD = ("lead_id", "ping_id", "seller", "seller_lead_id", "campaign", "price_cents", "sold_at")
_ANSWER = msgspec.json.Decoder(PostAnswer)


class PostedOtherwise(msgspec.Struct, frozen=True, kw_only=True):
    """A post that was not bought for real: a test, or refused with `code`."""

    ping_id: str
    lead_id: str
    test: bool
    code: str


def bought_leads_of(connection: Connection, seller: str, since: float, until: float) -> list[LedgerLine]:
    """What a seller sold in [since, until), oldest first."""
    return _bought(connection, lead.c.seller == seller, lead.c.sold_at >= since, lead.c.sold_at < until)


def bought_lines(engine: Engine, seller: str, since: float, until: float) -> Iterator[LedgerLine]:
    """The same, for those who put many into a file."""
    yield from map(
        _line, stream(engine, _wanted(lead.c.seller == seller, lead.c.sold_at >= since, lead.c.sold_at < until))
    )


def credited_late(connection: Connection, seller: str, since: float, until: float) -> list[LedgerLine]:
    """What was credited in [since, until) and sold before."""
    its = lead_return.c
    return _bought(
        connection,
        lead.c.seller == seller,
        lead.c.sold_at < since,
        its.state == "accepted",
        its.settled_at >= since,
        its.settled_at < until,
    )


def late_credits(connection: Connection, since: float, until: float) -> dict[str, tuple[int, int]]:
    """By seller how many leads that is, and their prices together."""
    its, count, cents = lead_return.c, func.count(), func.sum(lead.c.price_cents)
    rows = connection.execute(
        select(its.seller, count, cents)
        .join(lead, lead.c.lead_id == its.lead_id)
        .where(its.state == "accepted", its.settled_at >= since, its.settled_at < until, lead.c.sold_at < since)
        .group_by(its.seller)
    )
    return {seller: (leads, int(total)) for seller, leads, total in rows}


def bought_by_ids(connection: Connection, ids: Sequence[str]) -> list[LedgerLine]:
    """The leads that go by one of these ids, ours, those of their bids or their sellers'; some hundreds at most."""
    # The index of sellers' ids leaves out those that gave none, and serves only who says the same.
    by_sellers = lead.c.seller_lead_id.in_(ids) & (lead.c.seller_lead_id != "")
    return _bought(connection, lead.c.lead_id.in_(ids) | lead.c.ping_id.in_(ids) | by_sellers)


def posted_otherwise(connection: Connection, seller: str, since: float, until: float) -> list[PostedOtherwise]:
    """The posts of a seller in [since, until) that were not bought for real."""
    rows = connection.execute(
        select(answer.c.answer, answer.c.code).where(
            answer.c.seller == seller, answer.c.kept_at >= since, answer.c.kept_at < until
        )
    )
    decoded = [(_ANSWER.decode(row.answer), row.code) for row in rows]
    return [
        PostedOtherwise(ping_id=told.ping_id, lead_id=told.lead_id, test=told.test, code=code)
        for told, code in decoded
        if told.test or code
    ]


def _bought(connection: Connection, *where: ColumnElement[bool]) -> list[LedgerLine]:
    return [*map(_line, connection.execute(_wanted(*where)))]


def _wanted(*where: ColumnElement[bool]) -> Select[Any]:
    its = lead_return.c
    columns = [lead.c[name] for name in _OF_LEAD]
    wanted = select(*columns, its.state, its.reason, its.settled_at).outerjoin(
        lead_return, its.lead_id == lead.c.lead_id
    )
    return wanted.where(*where).order_by(lead.c.sold_at, lead.c.lead_id)


def _line(row: Row[Any]) -> LedgerLine:
    return LedgerLine(
        **{name: row._mapping[name] for name in _OF_LEAD},
        returned=row.state,
        reason=row.reason,
        credited_at=row.settled_at if row.state == "accepted" else None,
    )

"""Leads that were bought, found by what is known of them without a person, the newest first and page by page."""

from math import inf

import msgspec
from sqlalchemy import Connection, and_, or_, select

from app.store.schema import lead


class SoughtLeads(msgspec.Struct, frozen=True, kw_only=True):
    """What a lead must be like; what is empty may be anything. Times are UTC epoch seconds of the sale.

    Found are those before the place `before`, (time, lead_id), at most `limit`.
    """

    seller: str = ""
    zip: str = ""
    state: str = ""
    campaign: str = ""
    since: float = 0.0
    until: float = inf
    before: tuple[float, str] = (inf, "")
    limit: int = 50


class BoughtRow(msgspec.Struct, frozen=True, kw_only=True):
    """A lead in a list: nothing of the person."""

    lead_id: str
    ping_id: str
    seller: str
    sub_id: str
    vertical: str
    campaign: str
    leg: str
    price_cents: int
    sold_at: float
    zip: str
    state: str


def leads_page(connection: Connection, sought: SoughtLeads) -> list[BoughtRow]:
    """The next page."""
    columns = [lead.c[name] for name in BoughtRow.__struct_fields__]
    wanted = select(*columns).order_by(lead.c.sold_at.desc(), lead.c.lead_id.desc()).limit(sought.limit)
    for name in ("seller", "zip", "state", "campaign"):
        if getattr(sought, name):
            wanted = wanted.where(lead.c[name] == getattr(sought, name))
    at, lead_id = sought.before
    if sought.since > 0.0:
        wanted = wanted.where(lead.c.sold_at >= sought.since)
    if sought.until < inf:
        wanted = wanted.where(lead.c.sold_at <= sought.until)
    if at < inf:
        wanted = wanted.where(or_(lead.c.sold_at < at, and_(lead.c.sold_at == at, lead.c.lead_id < lead_id)))
    return [BoughtRow(**row._mapping) for row in connection.execute(wanted)]

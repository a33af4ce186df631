"""Finds pings for a page: those that were bought in the database, all others in the journal, in a thread that rests."""

import asyncio
from pathlib import Path

from app.journal.looking import Looking
from app.reports.pings.rows import PingRow, PingsFound, SoughtPings, place_text
from app.reports.pings.search import find_pings
from app.store.people.bought import BoughtRow, SoughtLeads
from app.store.store import Store


async def search_pings(store: Store, journal: Path, sought: SoughtPings, looking: Looking) -> PingsFound:
    """The next page of what is sought. Raises StoreUnavailable."""
    if sought.outcome == "bought":
        return await _bought(store, sought)
    return await asyncio.to_thread(find_pings, journal, sought, looking)


async def _bought(store: Store, sought: SoughtPings) -> PingsFound:
    found = await store.leads_page(
        SoughtLeads(
            seller=sought.seller,
            zip=sought.zip,
            state=sought.state,
            campaign=sought.campaign,
            since=sought.since,
            until=sought.until,
            before=sought.before,
            limit=sought.limit + 1,
        )
    )
    rows = tuple(map(_row, found[: sought.limit]))
    has_more = len(found) > sought.limit
    return PingsFound(rows=rows, is_whole=not has_more, next=place_text(rows[-1].place) if has_more else "")


def _row(lead: BoughtRow) -> PingRow:
    return PingRow(
        kind="lead",
        at=lead.sold_at,
        id=lead.lead_id,
        seller=lead.seller,
        vertical=lead.vertical,
        zip=lead.zip,
        state=lead.state,
        sub_id=lead.sub_id,
        status="accepted",
        campaign=lead.campaign,
        leg=lead.leg,
        price_cents=lead.price_cents,
        lead_id=lead.lead_id,
    )

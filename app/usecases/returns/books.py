"""A seller's month from the books: the invoice, and its bill beside it."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence

from app.domain.calendar import local_time
from app.domain.returns.bill import BilledLine, OtherPost, Reconciliation, reconcile
from app.domain.returns.invoice import Invoice, LedgerLine, invoice_of, month_bounds
from app.store.store import Store
from app.usecases.returns.seller_file import by_any_spelling

_AROUND_S = 45 * 86_400.0
"""So far beyond its month may lie what a bill lists under its seller's own ids."""
_AT_ONCE = 500


async def invoice_for(store: Store, seller: str, month: str, zone: str) -> Invoice:
    """What is owed for a month as of now; ValueError where there is none of this name."""
    since, until = month_bounds(month, zone)
    bought = await store.bought_leads_of(seller, since, until)
    return invoice_of(seller, month, zone, bought, await store.credited_late(seller, since, until))


async def month_of_bill(store: Store, seller: str, bill: Sequence[BilledLine], zone: str) -> str:
    """The month in which most of the leads of a bill were bought, empty where it names none of ours."""
    leads = await _by_ids(store, bill)
    months = Counter(local_time(each.sold_at, zone).labels["month"] for each in leads if each.seller == seller)
    return months.most_common(1)[0][0] if months else ""


async def reconciled(store: Store, invoice: Invoice, bill: Sequence[BilledLine]) -> Reconciliation:
    """The bill against the invoice. A seller's own ids are looked for in the months around it alone."""
    since, until = invoice.since - _AROUND_S, invoice.until + _AROUND_S
    around = await store.bought_leads_of(invoice.seller, since, until)
    otherwise = await store.posted_otherwise(invoice.seller, since, until)
    leads = by_any_spelling((each.seller_lead_id, each) for each in around)
    for each in (*around, *await _by_ids(store, bill), *invoice.lines):
        leads |= {each.lead_id: each, each.ping_id: each}
    posts = {
        name: OtherPost(test=each.test, code=each.code)
        for each in otherwise
        for name in (each.ping_id, each.lead_id)
        if name
    }
    # A long bill must not hold up pings.
    return await asyncio.to_thread(reconcile, invoice, bill, leads, posts)


async def _by_ids(store: Store, bill: Iterable[BilledLine]) -> list[LedgerLine]:
    ids = sorted({each for line in bill for each in line.ids})
    found: list[LedgerLine] = []
    for start in range(0, len(ids), _AT_ONCE):
        found += await store.bought_by_ids(ids[start : start + _AT_ONCE])
    return found

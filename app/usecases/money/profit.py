"""What leads of a span cost and brought, from the database: for the command, the page and the reporting API alike."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

import msgspec

from app.domain.configuration import Configuration
from app.reports.money.delay import ConversionDelay, conversion_delay
from app.reports.money.lead_account import Costs, LeadAccount, lead_account
from app.reports.money.profit import Profit, ProfitBook
from app.reports.money.span import Span
from app.store.returns.accounts import LeadFacts
from app.store.store import Store

LUMP = 200
"""Leads counted in one go, about a millisecond of work, before other threads get a turn."""

_DAY_S = 86_400.0
_DELAYS_S, _DELAYS_MAX = 180 * _DAY_S, 5_000
"""Of how long before the youngest mature lead, and of how many conversions at most, it is asked how long they took."""
_CHECKS = "checks/"
"""As `certificates.budgets` names the counters."""


class MoneyTerms(msgspec.Struct, frozen=True, kw_only=True):
    """As of when (UTC epoch seconds) leads are judged, and after how many seconds one is mature."""

    now: float
    matures_s: float


async def profit_of(
    store: Store,
    declared: Configuration | None,
    span: Span,
    terms: MoneyTerms,
    rest: Callable[[], None] = lambda: None,
) -> Profit:
    """The profit of a span, counted in a thread that calls `rest` now and then. Raises StoreUnavailable."""
    delay = await _delay(store, terms)
    spent = _all_checks_cents(await store.usage_named(_CHECKS), span)
    book = ProfitBook(declared.buyer.zone if declared is not None else "UTC")
    leads = await store.lead_facts(span.since, span.until)

    def count() -> Profit:
        for lead in _accounts_of(leads, Costs(declared), delay, terms.now, rest):
            book.add(lead)
        return book.profit(span, delay, terms.now, spent)

    return await asyncio.to_thread(count)


async def lead_accounts(
    store: Store,
    declared: Configuration | None,
    span: Span,
    terms: MoneyTerms,
    rest: Callable[[], None] = lambda: None,
) -> Iterator[LeadAccount]:
    """Each lead of a span, oldest first; read as it is consumed."""
    leads = await store.lead_facts(span.since, span.until)
    return _accounts_of(leads, Costs(declared), await _delay(store, terms), terms.now, rest)


def _accounts_of(
    leads: Iterable[LeadFacts],
    costs: Costs,
    delay: ConversionDelay,
    now: float,
    rest: Callable[[], None] = lambda: None,
) -> Iterator[LeadAccount]:
    """The account of each lead."""
    for number, lead in enumerate(leads, 1):
        if number % LUMP == 0:
            rest()
        yield lead_account(lead, costs, delay, now)


async def _delay(store: Store, terms: MoneyTerms) -> ConversionDelay:
    until = terms.now - terms.matures_s
    ages = await store.conversion_delays(until - _DELAYS_S, until, _DELAYS_MAX)
    return conversion_delay(terms.matures_s, ages)


def _all_checks_cents(used: dict[str, int], span: Span) -> int | None:
    """What was counted of all sellers together on the dates of the span (UTC)."""
    first, last = (datetime.fromtimestamp(at, UTC).date().isoformat() for at in (span.since, span.until - 1.0))
    counted = [
        amount for counter, amount in used.items() if counter.split("/")[2] == "" and first <= counter[-10:] <= last
    ]
    return round(sum(counted) / 1_000) if counted else None

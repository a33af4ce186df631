"""The reports on money that a running service shows: counted in a thread, one at a time, and kept for a moment."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from app.domain.configuration import Configuration
from app.reports.money.bill_comparison import BillComparison, KeptComparison
from app.reports.money.forecast import Forecast
from app.reports.money.lead_account import LeadAccount
from app.reports.money.profit import Profit
from app.reports.money.span import Span
from app.store.store import Store
from app.usecases.money.forecast import forecast_of
from app.usecases.money.profit import MoneyTerms, lead_accounts, profit_of

PROFIT_KEPT_S, FORECAST_KEPT_S = 60.0, 600.0
"""How old what is shown may be: who looks in a loop causes one reading of the database in this time."""

COMPARISONS_MAX, COMPARISONS_KEPT_S = 20, 3_600.0
_KEPT_MAX = 30

T = TypeVar("T")


class _Kept(msgspec.Struct, frozen=True):
    made_at: float
    until: float
    value: object


class MoneyReports:
    """One for a service. `rest` is called every now and then by threads that count."""

    def __init__(self, store: Store, rest: Callable[[], None] = lambda: None) -> None:
        self._store = store
        self._rest = rest
        self._alone = asyncio.Lock()
        self._kept: dict[object, _Kept] = {}
        self._comparisons: list[KeptComparison] = []

    async def profit(self, declared: Configuration, span: Span, terms: MoneyTerms) -> Profit:
        """The profit of a span, at most a minute old. Raises StoreUnavailable."""
        key = span.since, span.until, terms.matures_s, declared.config_hash

        async def count() -> Profit:
            return await profit_of(self._store, declared, span, terms, self._rest)

        return await self._once(key, terms.now, PROFIT_KEPT_S, count)

    async def forecast(self, declared: Configuration, now: float) -> Forecast:
        """The forecast, at most ten minutes old. Raises StoreUnavailable."""

        async def make() -> Forecast:
            return await forecast_of(self._store, declared, now, self._rest)

        return await self._once(("forecast", declared.config_hash), now, FORECAST_KEPT_S, make)

    async def write(
        self,
        declared: Configuration,
        span: Span,
        terms: MoneyTerms,
        path: Path,
        write: Callable[[Path, Iterator[LeadAccount]], None],
    ) -> None:
        """Have `write` put the account of each lead of a span into a file, in a thread."""
        async with self._alone:
            leads = await lead_accounts(self._store, declared, span, terms, self._rest)
            await asyncio.to_thread(write, path, leads)

    def keep(self, name: str, comparison: BillComparison, now: float) -> None:
        """Remember a compared bill for an hour, and so many of them."""
        kept = [*self._comparisons, KeptComparison(name=name, at=now, comparison=comparison)]
        self._comparisons = kept[-COMPARISONS_MAX:]

    def comparisons(self, now: float) -> tuple[KeptComparison, ...]:
        """The bills that were compared in the last hour, newest first."""
        return tuple([each for each in reversed(self._comparisons) if now - each.at < COMPARISONS_KEPT_S])

    async def _once(self, key: object, now: float, kept_s: float, make: Callable[[], Awaitable[T]]) -> T:
        """What was made a while ago, or else what is made now."""
        async with self._alone:
            self._kept = {name: each for name, each in self._kept.items() if each.made_at <= now < each.until}
            if key not in self._kept:
                while len(self._kept) >= _KEPT_MAX:
                    del self._kept[next(iter(self._kept))]
                self._kept[key] = _Kept(now, now + kept_s, await make())
            value: T = self._kept[key].value  # type: ignore[assignment]
            return value

"""What is forecast, from the database: for the command, the page and the reporting API alike."""

import asyncio
from collections.abc import Callable, Iterable, Iterator

from app.domain.calendar import window_bounds
from app.domain.configuration import Configuration
from app.reports.money.buying_history import history_of
from app.reports.money.buying_limits import BuyingLimits, Pause
from app.reports.money.forecast import Forecast, forecast
from app.store.returns.accounts import Purchase
from app.store.store import Store

HISTORY_DAYS = 182
"""Half a year: the shape of a week and its level need eight weeks, how levels wander needs more."""

_LUMP = 500
_DAY_S = 86_400.0


async def forecast_of(
    store: Store, declared: Configuration | None, now: float, rest: Callable[[], None] = lambda: None
) -> Forecast:
    """The forecast under the caps and switches in force, made in a thread. Raises StoreUnavailable."""
    zone = declared.buyer.zone if declared is not None else "UTC"
    since, _ = window_bounds(now - HISTORY_DAYS * _DAY_S, zone, "day")
    limits = await _limits(store, declared, now) if declared is not None else None
    purchases = await store.purchases(since, now)
    return await asyncio.to_thread(
        lambda: forecast(history_of(_rested(purchases, rest), since, now, zone), limits, now)
    )


def _rested(purchases: Iterable[Purchase], rest: Callable[[], None]) -> Iterator[Purchase]:
    """The same, with other threads' turns in between."""
    for number, each in enumerate(purchases, 1):
        if number % _LUMP == 0:
            rest()
        yield each


async def _limits(store: Store, declared: Configuration, now: float) -> BuyingLimits:
    switches = (await store.requests(now)).switches
    return BuyingLimits(
        declared=declared,
        used=await store.cap_usage(now),
        limits={each.target: each.amount for each in switches if each.kind == "cap" and each.amount is not None},
        pauses=tuple(Pause(target=each.target, until=each.ends_at) for each in switches if each.kind == "pause"),
    )

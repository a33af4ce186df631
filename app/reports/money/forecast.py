"""A forecast of leads and spend to the month's end and for 90 days, by seller, from what was bought before."""

from collections.abc import Sequence
from datetime import date

import msgspec

from app.reports.money.backtest import Backtest, backtest
from app.reports.money.buying_history import BuyingHistory, SoFar
from app.reports.money.buying_limits import BuyingLimits
from app.reports.money.courses import Courses, Expected, courses
from app.reports.money.rhythm import DAYS_MIN, Rhythm, hours_of_week

AHEAD_DAYS = 90
AHEAD_DAYS_MIN = 56
"""So long a history shows how levels wander from week to week, of which 90 days have thirteen."""


class SellerForecast(msgspec.Struct, frozen=True, kw_only=True):
    """`month` is the whole month with what was bought so far, `ahead` the 90 days from tomorrow on.

    They are `None` where `days` of history are too few: `month_in_days` and `ahead_in_days` say in how many days there
    are enough. Both are zero for a seller of which nothing was bought in four weeks.
    """

    seller: str
    days: int
    month_so_far_leads: int
    month_so_far_cents: int
    month: Expected | None
    ahead: Expected | None
    month_in_days: int = 0
    ahead_in_days: int = 0


class ForecastDay(msgspec.Struct, frozen=True, kw_only=True):
    """One date and what is expected of it: of today, of what is left of it."""

    date: str
    expected: Expected


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """As of `at` (UTC epoch seconds), with dates of `zone`. `total` is of the sellers that can be forecast.

    `full_caps` are those that end up without room on the expected path. `hours_of_week` are the leads of each hour of a
    usual week, Monday first. `backtest` says how far earlier forecasts by the same rule were off.
    """

    at: float
    zone: str
    history_days: int
    month_end: str
    ahead_end: str
    total: SellerForecast
    sellers: tuple[SellerForecast, ...]
    days: tuple[ForecastDay, ...]
    hours_of_week: tuple[float, ...]
    full_caps: tuple[str, ...]
    backtest: tuple[Backtest, ...]


def forecast(history: BuyingHistory, limits: BuyingLimits | None, at: float) -> Forecast:
    """The forecast as of a history's last moment; without limits nothing is capped, paused or closed."""
    found = courses(history, limits, AHEAD_DAYS + 1)
    end = _month_end(history.today)
    month, quarter = range(end - history.today + 1), range(1, AHEAD_DAYS + 1)
    sellers = tuple([_of_seller(history, seller, found, month, quarter) for seller in history.sellers])
    return Forecast(
        at=at,
        zone=history.zone,
        history_days=history.days,
        month_end=date.fromordinal(end).isoformat(),
        ahead_end=date.fromordinal(history.today + AHEAD_DAYS).isoformat(),
        total=_total(sellers, found, month, quarter),
        sellers=sellers,
        days=_days(history, found),
        hours_of_week=_week(history, found.rhythms),
        full_caps=found.full_caps,
        backtest=backtest(history),
    )


def _of_seller(history: BuyingHistory, seller: str, found: Courses, month: range, quarter: range) -> SellerForecast:
    so_far, days = history.so_far_month.get(seller, SoFar()), history.of_seller(seller).days
    is_known = days >= DAYS_MIN
    own = (seller,) if seller in found.rhythms else ()
    return SellerForecast(
        seller=seller,
        days=days,
        month_so_far_leads=so_far.leads,
        month_so_far_cents=so_far.cents,
        month=found.of(own, month, so_far) if is_known else None,
        ahead=found.of(own, quarter, SoFar()) if days >= AHEAD_DAYS_MIN else None,
        month_in_days=max(DAYS_MIN - days, 0),
        ahead_in_days=max(AHEAD_DAYS_MIN - days, 0),
    )


def _total(sellers: Sequence[SellerForecast], found: Courses, month: range, quarter: range) -> SellerForecast:
    """Of all sellers that can be forecast; one that cannot for 90 days is left out there."""
    of_month = [each for each in sellers if each.month is not None]
    of_ahead = [each.seller for each in sellers if each.ahead is not None and each.seller in found.rhythms]
    so_far = SoFar(
        leads=sum(each.month_so_far_leads for each in of_month), cents=sum(each.month_so_far_cents for each in of_month)
    )
    days = max((each.days for each in sellers), default=0)
    return SellerForecast(
        seller="",
        days=days,
        month_so_far_leads=sum(each.month_so_far_leads for each in sellers),
        month_so_far_cents=sum(each.month_so_far_cents for each in sellers),
        month=found.of(found.sellers, month, so_far) if of_month else None,
        ahead=found.of(of_ahead, quarter, SoFar()) if any(each.ahead is not None for each in sellers) else None,
        month_in_days=max(DAYS_MIN - days, 0),
        ahead_in_days=max(AHEAD_DAYS_MIN - days, 0),
    )


def _days(history: BuyingHistory, found: Courses) -> tuple[ForecastDay, ...]:
    if not found.rhythms:
        return ()
    return tuple(
        [
            ForecastDay(
                date=date.fromordinal(history.today + ahead).isoformat(),
                expected=found.of(found.sellers, range(ahead, ahead + 1), SoFar()),
            )
            for ahead in range(AHEAD_DAYS + 1)
        ]
    )


def _week(history: BuyingHistory, rhythms: dict[str, Rhythm]) -> tuple[float, ...]:
    weeks = [hours_of_week(history.week.get(seller, ()), rhythm) for seller, rhythm in rhythms.items()]
    return tuple([round(sum(hour), 2) for hour in zip(*weeks, strict=True)])


def _month_end(today: int) -> int:
    day = date.fromordinal(today)
    return date(day.year + day.month // 12, day.month % 12 + 1, 1).toordinal() - 1

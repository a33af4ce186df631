"""How far forecasts of earlier days were off: each made from what was known then, beside what came."""

import msgspec

from app.reports.money.buying_history import BuyingHistory, SoFar
from app.reports.money.courses import Expected, courses

HORIZONS = (7, 28)
ORIGINS_MAX = 6
"""Forecasts made a week from each other, so that their weeks are not the same."""


class Backtest(msgspec.Struct, frozen=True, kw_only=True):
    """Of forecasts for so many `days`, made on that many `origins`: the mean error as a share of what came, without its
    sign, and `bias` with it (above zero where too much was forecast). `covered` intervals held what came.
    """

    days: int
    origins: int
    leads_error: float
    cents_error: float
    bias: float
    covered: int


class _Tried(msgspec.Struct, frozen=True, kw_only=True):
    """One earlier forecast and what came."""

    expected: Expected
    leads: int
    cents: int


def backtest(history: BuyingHistory) -> tuple[Backtest, ...]:
    """By horizon, where the history is long enough to forecast any. Without caps: what came had passed them."""
    return tuple([_judged(days, tried) for days in HORIZONS if (tried := _tried(history, days))])


def _tried(history: BuyingHistory, days: int) -> list[_Tried]:
    tried = []
    for days_ago in range(days, days + 7 * ORIGINS_MAX, 7):
        found = courses(history.as_of(days_ago), None, days)
        if found.rhythms:
            came = [trades for cell, trades in history.cells.items() if cell[0] in found.rhythms]
            tried.append(
                _Tried(
                    expected=found.of(found.sellers, range(days), SoFar()),
                    leads=sum(_sum(each.leads, days_ago, days) for each in came),
                    cents=sum(_sum(each.cents, days_ago, days) for each in came),
                )
            )
    return tried


def _sum(by_day: tuple[int, ...], days_ago: int, days: int) -> int:
    begins = len(by_day) - days_ago
    return sum(by_day[begins : begins + days])


def _judged(days: int, tried: list[_Tried]) -> Backtest:
    leads, cents = max(sum(each.leads for each in tried), 1), max(sum(each.cents for each in tried), 1)
    return Backtest(
        days=days,
        origins=len(tried),
        leads_error=round(sum(abs(each.expected.leads - each.leads) for each in tried) / leads, 4),
        cents_error=round(sum(abs(each.expected.cents - each.cents) for each in tried) / cents, 4),
        bias=round(sum(each.expected.leads - each.leads for each in tried) / leads, 4),
        covered=sum(each.expected.leads_low <= each.leads <= each.expected.leads_high for each in tried),
    )

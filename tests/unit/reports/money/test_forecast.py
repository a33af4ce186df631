"""Forecasts that can be worked out by hand, their caps, and their honesty."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from app.domain.configuration import Configuration
from app.domain.schedule import ALWAYS, Schedule, week_hours
from app.reports.money.buying_history import BuyingHistory, Cell, DayTrades, SoFar
from app.reports.money.buying_limits import BuyingLimits, Pause
from app.reports.money.forecast import AHEAD_DAYS_MIN, Forecast, forecast
from app.reports.money.rhythm import DAYS_MIN
from tests import build
from tests.table import each_row

ZONE = "America/Chicago"
# A Tuesday, at its beginning, with 24 days left of the month besides.
TODAY = date(2026, 12, 7).toordinal() + 1
WEDNESDAY = TODAY + 1
CELL = ("acme", "solar-tx")


def history(cells: Mapping[Cell, tuple[int, ...]], cents: int = 2_000, **overrides: Any) -> BuyingHistory:
    found = BuyingHistory(
        zone=ZONE,
        today=TODAY,
        minute=0,
        cells={cell: DayTrades(leads=leads, cents=tuple([cents * n for n in leads])) for cell, leads in cells.items()},
        week={},
        so_far_today={},
        so_far_month={},
    )
    return replace(found, **overrides)


def limits(
    *, campaign: Mapping[str, Any] | None = None, seller: Mapping[str, Any] | None = None, **rest: Any
) -> BuyingLimits:
    declared = Configuration(
        config_hash="0" * 16,
        buyer=build.buyer(),
        verticals=(build.vertical(),),
        campaigns=(build.campaign(**(campaign or {})),),
        sellers=(build.seller(**(seller or {})), build.seller(name="bluebird")),
    )
    return BuyingLimits(declared=declared, **rest)


def of(found: Forecast, day: int) -> float:
    """The leads expected on a date."""
    return next(each.expected.leads for each in found.days if each.date == date.fromordinal(day).isoformat())


def both(found: Forecast) -> tuple[float, float]:
    assert found.total.month is not None
    assert found.total.ahead is not None
    return found.total.month.leads, found.total.ahead.leads


EVEN = history({CELL: (10,) * 56})


def test_an_even_seller_goes_on_evenly() -> None:
    found = forecast(replace(EVEN, so_far_month={"acme": SoFar(leads=70, cents=140_000)}), None, 0.0)
    (acme,) = found.sellers
    assert acme.month is not None
    assert acme.ahead is not None
    # 70 so far, and 8 to 31 December.
    assert (acme.month.leads, acme.month.cents) == (70 + 240, (70 + 240) * 2_000)
    assert (acme.ahead.leads, acme.ahead.cents) == (900, 1_800_000)
    assert acme.month.leads_low < acme.month.leads < acme.month.leads_high
    assert (found.month_end, found.ahead_end, len(found.days)) == ("2026-12-31", "2027-03-08", 91)
    assert sum(found.hours_of_week) == pytest.approx(70.0, abs=0.9)


def test_what_was_bought_so_far_is_certain() -> None:
    last = replace(EVEN, today=date(2026, 12, 31).toordinal(), minute=1_439, so_far_month={"acme": SoFar(leads=300)})
    month = forecast(last, None, 0.0).total.month
    assert month is not None
    assert 300 <= month.leads_low <= month.leads_high < 301


def test_of_today_only_the_rest_is_to_come() -> None:
    assert of(forecast(replace(EVEN, minute=18 * 60), None, 0.0), TODAY) == 2.5


@each_row(
    ("days", "month", "ahead"),
    [
        (DAYS_MIN - 1, False, False),
        (DAYS_MIN, True, False),
        (AHEAD_DAYS_MIN - 1, True, False),
        (AHEAD_DAYS_MIN, True, True),
    ],
)
def test_too_short_a_history_says_how_long_is_needed(days: int, month: bool, ahead: bool) -> None:
    found = forecast(history({CELL: (10,) * days}), None, 0.0)
    (acme,) = found.sellers
    assert ((acme.month is not None), (acme.ahead is not None)) == (month, ahead)
    assert (acme.month_in_days, acme.ahead_in_days) == (max(DAYS_MIN - days, 0), max(AHEAD_DAYS_MIN - days, 0))
    assert (found.total.month is None) == (acme.month is None)


def test_nothing_bought_yet_is_no_forecast() -> None:
    found = forecast(history({}), limits(), 0.0)
    assert (found.sellers, found.days, found.backtest) == ((), (), ())
    assert (found.total.month, found.total.month_in_days) == (None, DAYS_MIN)


def test_a_new_seller_is_left_out_of_the_total_and_said() -> None:
    found = forecast(history({CELL: (10,) * 56, ("bluebird", "solar-tx"): (99,) * 3}), None, 0.0)
    assert both(found) == (240, 900)
    assert [(each.seller, each.month_in_days) for each in found.sellers] == [("acme", 0), ("bluebird", DAYS_MIN - 3)]


def test_a_seller_that_stopped_is_forecast_to_sell_nothing() -> None:
    found = forecast(history({CELL: (10,) * 28 + (0,) * 28}), None, 0.0)
    assert both(found) == (0, 0)


@each_row(
    ("window", "limit", "used", "month", "ahead"),
    [
        ("day", 6, {}, 24 * 6, 90 * 6),
        ("day", 6, {"campaign/solar-tx/daily//2026-12-08": 4}, 2 + 23 * 6, 90 * 6),
        # This week has six days left and room for five; then come two whole weeks and four days of the month, or twelve
        # whole weeks and a Monday.
        ("week", 50, {}, 50 + 2 * 50 + 40, 40 + 12 * 50 + 10),
        ("month", 100, {"campaign/solar-tx/daily//2026-12": 40}, 60, 60 - 10 + 100 + 100 + 80),
        ("total", 30, {"campaign/solar-tx/daily//": 5}, 25, 15),
        ("hour", 1, {}, 240, 900),
    ],
)
def test_caps_hold_down_what_is_expected(window: Any, limit: int, used: dict[str, int], month: int, ahead: int) -> None:
    found = forecast(EVEN, limits(campaign={"caps": (build.cap(window=window, limit=limit),)}, used=used), 0.0)
    assert both(found) == (month, ahead)
    assert ("solar-tx/daily" in found.full_caps) == (window != "hour")
    assert found.total.month is not None
    assert found.total.month.leads_low <= found.total.month.leads <= found.total.month.leads_high


def test_a_budget_holds_down_spend_and_leads_alike() -> None:
    budget = build.cap(name="budget", measure="spend", limit=8_000)
    found = forecast(EVEN, limits(campaign={"caps": (budget,)}), 0.0)
    assert of(found, WEDNESDAY) == 4
    assert both(found)[0] == 24 * 4


def test_a_budget_that_is_used_up_to_a_fraction_of_a_cent_stays_so() -> None:
    thirds = history({CELL: (10, 11, 12, 7) * 14}, cents=1_999)
    whole = build.cap(name="budget", measure="spend", limit=100_000, window="total")
    found = forecast(thirds, limits(campaign={"caps": (whole, build.cap(limit=9))}), 0.0)
    assert found.total.ahead is not None
    assert found.total.ahead.cents <= 100_000
    assert of(found, WEDNESDAY + 60) == 0


def test_a_changed_limit_counts_in_the_place_of_the_declared() -> None:
    found = forecast(EVEN, limits(campaign={"caps": (build.cap(limit=6),)}, limits={"solar-tx/daily": 8}), 0.0)
    assert of(found, WEDNESDAY) == 8


def test_sellers_share_a_campaigns_cap_and_have_their_own() -> None:
    two = history({CELL: (10,) * 56, ("bluebird", "solar-tx"): (30,) * 56})
    shared = forecast(two, limits(campaign={"caps": (build.cap(limit=20),)}), 0.0)
    assert [each.ahead.leads for each in shared.sellers if each.ahead] == [450, 1_350]
    each_own = build.cap(limit=20, scope="campaign_seller")
    own = forecast(two, limits(campaign={"caps": (each_own,)}), 0.0)
    assert [each.ahead.leads for each in own.sellers if each.ahead] == [900, 1_800]
    of_acme = build.cap(owner="acme", scope="seller", limit=3)
    sellers = forecast(two, limits(seller={"caps": (of_acme,)}), 0.0)
    assert [each.ahead.leads for each in sellers.sellers if each.ahead] == [270, 2_700]


def test_what_is_paused_or_closed_buys_nothing() -> None:
    assert both(forecast(EVEN, limits(campaign={"paused": True}), 0.0)) == (0, 0)
    assert both(forecast(EVEN, limits(pauses=(Pause(target="acme"),)), 0.0)) == (0, 0)
    until = datetime(2026, 12, 10, tzinfo=UTC).timestamp()
    assert both(forecast(EVEN, limits(pauses=(Pause(target="solar-tx", until=until),)), 0.0)) == (220, 890)
    holidays = Schedule(hours=ALWAYS, blackout_dates=frozenset({"2026-12-25"}))
    assert both(forecast(EVEN, limits(campaign={"schedule": holidays}), 0.0)) == (230, 890)
    weekdays = Schedule(hours=week_hours({day: [(480, 1_020)] for day in range(5)}))
    assert of(forecast(EVEN, limits(campaign={"schedule": weekdays}), 0.0), WEDNESDAY + 3) == 0


def test_a_campaign_that_is_declared_no_more_buys_nothing() -> None:
    two = history({CELL: (10,) * 56, ("acme", "gone"): (30,) * 56})
    assert of(forecast(two, limits(), 0.0), WEDNESDAY) == 10
    assert of(forecast(two, None, 0.0), WEDNESDAY) == 40


def test_earlier_forecasts_of_an_even_seller_were_right() -> None:
    week, month = forecast(EVEN, None, 0.0).backtest
    assert (week.days, week.origins, week.leads_error, week.bias, week.covered) == (7, 6, 0.0, 0.0, 6)
    assert (month.days, month.origins) == (28, 3)


def test_the_error_of_earlier_forecasts_is_what_they_were_off_by() -> None:
    # 28 days of 10, then 14 of 20: a forecast for the last week knew one week of 20, for the one before none.
    week = forecast(history({CELL: (10,) * 28 + (20,) * 14}), None, 0.0).backtest[0]
    assert week.origins == 4
    # The level was (21 * 10 + 7 * 20) / 28 = 12.5 before the last week, and 10 before the others.
    off = 7 * (7.5 + 10.0)
    assert week.leads_error == pytest.approx(off / (7 * (20 + 20 + 10 + 10)), abs=0.001)
    assert week.bias == pytest.approx(-week.leads_error)

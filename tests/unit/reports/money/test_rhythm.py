"""The level of a seller, the shape of its week and day: each can be worked out by hand."""

from datetime import date
from itertools import islice

import pytest

from app.reports.money.buying_history import DayTrades
from app.reports.money.draws import draws
from app.reports.money.rhythm import DAYS_MIN, hours_of_week, rest_of_day, rhythm_of, strayed_days

MONDAY = date(2026, 11, 30).toordinal()
# From Monday to Sunday.
WEEK = (10, 10, 10, 10, 10, 4, 2)


def trades(*leads: int, cents: int = 2_000) -> DayTrades:
    return DayTrades(leads=leads, cents=tuple([cents * each for each in leads]))


def test_too_few_days_have_no_rhythm() -> None:
    assert rhythm_of(trades(*[5] * (DAYS_MIN - 1)), MONDAY) is None
    assert rhythm_of(trades(*[5] * DAYS_MIN), MONDAY) is not None


def test_a_seller_that_sells_no_more_has_none() -> None:
    assert rhythm_of(trades(*[5] * 60, *[0] * 28), MONDAY) is None


def test_a_weekday_is_its_mean_drawn_to_that_of_all_days() -> None:
    found = rhythm_of(trades(*WEEK * 4), MONDAY)
    assert found is not None
    # 8 a day; of four Sundays with 2 and two days of 8: (8 + 16) / 6 = 4.
    assert found.level == pytest.approx(8.0)
    assert found.on(6) == pytest.approx(4.0)
    assert found.on(0) == pytest.approx((4 * 10 + 2 * 8) / 6)
    assert sum(found.weekdays) == pytest.approx(7.0)
    assert found.price_cents == 2_000.0


def test_the_level_is_that_of_the_last_four_weeks() -> None:
    found = rhythm_of(trades(*[10] * 28, *[20] * 28), MONDAY)
    assert found is not None
    assert found.level == pytest.approx(20.0)


def test_an_even_seller_does_not_stray() -> None:
    found = rhythm_of(trades(*[10] * 70), MONDAY)
    assert found is not None
    assert all(each == pytest.approx((1.0, 1.0)) for each in found.strayed)
    drawn = strayed_days(found, 91, draws("seed"))
    assert len(drawn) == 91
    # What is left is that levels wander.
    assert 0.5 < min(leads for leads, _ in drawn) <= max(leads for leads, _ in drawn) < 2.0


def test_what_strays_does_so_around_what_is_usual() -> None:
    found = rhythm_of(trades(*(8, 14, 9, 11, 3, 20, 5) * 8), MONDAY)
    assert found is not None
    numbers = draws("seed")
    means = [sum(leads for leads, _ in strayed_days(found, 28, numbers)) / 28 for _ in range(400)]
    assert sum(means) / len(means) == pytest.approx(1.0, abs=0.03)


def test_a_level_that_jumps_wanders_more() -> None:
    calm = rhythm_of(trades(*[100] * 140), MONDAY)
    wild = rhythm_of(trades(*[each for week in range(20) for each in [100 + 90 * (week // 4 % 2)] * 7]), MONDAY)
    assert calm is not None
    assert wild is not None
    assert calm.drift < 0.06 < wild.drift


def test_leads_for_nothing_are_forecast_too() -> None:
    found = rhythm_of(trades(*WEEK * 4, cents=0), MONDAY)
    assert found is not None
    assert found.price_cents == 0.0


def test_the_rest_of_a_day_is_what_came_after_that_hour_before() -> None:
    # On Mondays 60 leads at 9 and 20 at 15, on all days together as many of each.
    week = [0] * 168
    week[9], week[15], week[24 + 15] = 60, 20, 40
    # 20 more are added to Monday's hours as on all days: at 9 (60 + 10) / 100, at 15 (20 + 10) / 100.
    assert rest_of_day(week, 0, 0) == pytest.approx(1.0)
    assert rest_of_day(week, 0, 9 * 60 + 30) == pytest.approx(0.35 + 0.3)
    assert rest_of_day(week, 0, 10 * 60) == pytest.approx(0.3)
    assert rest_of_day(week, 0, 16 * 60) == pytest.approx(0.0)
    assert rest_of_day((), 0, 18 * 60) == pytest.approx(0.25)


def test_the_hours_of_a_week_add_up_to_its_days() -> None:
    found = rhythm_of(trades(*WEEK * 4), MONDAY)
    assert found is not None
    hours = hours_of_week([3] * 168, found)
    assert sum(hours[:24]) == pytest.approx(found.on(0))
    assert sum(hours) == pytest.approx(56.0)


def test_draws_are_the_same_each_time_and_even() -> None:
    one, other = ([*islice(draws("2026-11-30"), 2_000)] for _ in range(2))
    assert one == other
    assert one[:8] != [*islice(draws("2026-12-01"), 8)]
    assert sum(one) / len(one) == pytest.approx(0.5, abs=0.02)
    assert 0.0 < min(one) < 0.01 < 0.99 < max(one) < 1.0

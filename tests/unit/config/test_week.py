"""Schedules and pushes as a week of minutes, and back in words."""

from collections.abc import Callable

import pytest

from app.config.load import Declared
from app.config.week import hours_in_words
from app.domain.calendar import LocalTime, local_time
from app.domain.schedule import Schedule

Declaring = Callable[..., Declared]
Wrong = Callable[..., list[str]]

MONDAY_NOON = 1_793_030_400.0
"""2026-10-26 12:00 in New York, a Monday."""


def at(minutes_later: int) -> LocalTime:
    return local_time(MONDAY_NOON + 60.0 * minutes_later, "America/New_York")


def schedule_of(found: Declared) -> Schedule:
    return found.campaigns[0].schedule


def test_noon_on_monday_is_what_these_tests_take_it_for() -> None:
    assert (at(0).weekday, at(0).minute, at(0).date) == (0, 720, "2026-10-26")


def test_a_campaign_buys_in_its_hours_only_with_a_break_at_noon(campaign_with: Declaring) -> None:
    schedule = schedule_of(
        campaign_with('schedule = [{ days = "mon-fri", hours = ["08:00-12:00", "13:00-18:30"] }, { days = "sat" }]')
    )
    assert schedule.is_open(at(-1))
    assert not schedule.is_open(at(0))
    assert schedule.is_open(at(60))
    assert not schedule.is_open(at(6 * 60 + 30))
    assert schedule.is_open(at(5 * 1440))
    assert not schedule.is_open(at(6 * 1440))
    assert hours_in_words(schedule.minutes) == "mon-fri 08:00-12:00, 13:00-18:30; sat all day"


def test_an_interval_over_midnight_goes_on_the_next_day(campaign_with: Declaring) -> None:
    schedule = schedule_of(campaign_with('schedule = [{ days = "sun", hours = "22:00-02:00" }]'))
    assert hours_in_words(schedule.minutes) == "mon 00:00-02:00; sun 22:00-24:00"


def test_nothing_is_bought_on_a_blackout_date(campaign_with: Declaring) -> None:
    schedule = schedule_of(campaign_with('blackout_dates = ["2026-10-26"]'))
    assert not schedule.is_open(at(0))
    assert schedule.is_open(at(1440))


def test_a_push_is_on_in_its_hours_between_its_dates(campaign_with: Declaring) -> None:
    schedule = schedule_of(
        campaign_with(
            'boosts = [{ name = "push", dollars = 9, days = "mon", hours = "12:00-13:00", from = "2026-10-26", '
            'until = "2026-11-01" }]'
        )
    )
    assert [cents for _, cents in schedule.boosts_on(at(0))] == [900.0]
    assert schedule.boosts_on(at(60)) == ()
    assert schedule.boosts_on(at(7 * 1440 + 60)) == ()


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('schedule = [{ hours = ["08:00-12:00", "11:00-13:00"] }]', "overlap on mon between 11:00 and 12:00"),
        ('schedule = [{ days = "mon" }, { days = "mon-fri", hours = "08:00-09:00" }]', "schedule[1].hours: intervals"),
        (
            'schedule = [{ days = "mon", hours = "22:00-03:00" }, { days = "tue", hours = "02:00-04:00" }]',
            "overlap on tue between 02:00 and 03:00",
        ),
        ('schedule = [{ day = "mon" }]', "did you mean `days`?"),
        ('schedule = [{ hours = "8-5" }]', "schedule[0].hours"),
        ('blackout_dates = ["2026-02-29"]', 'blackout_dates[0]: "2026-02-29" is no date of the calendar'),
        (
            'boosts = [{ name = "push", dollars = 9, from = "2026-10-26", until = "2026-10-25" }]',
            "boosts.push.until: the push ends before it begins",
        ),
    ],
)
def test_hours_and_dates_that_make_no_sense_are_refused(wrong_campaign: Wrong, keys: str, said: str) -> None:
    (problem,) = wrong_campaign(keys)
    assert said in problem


def test_intervals_that_touch_are_one(campaign_with: Declaring) -> None:
    schedule = schedule_of(campaign_with('schedule = [{ hours = ["08:00-12:00", "12:00-13:00"] }]'))
    assert hours_in_words(schedule.minutes) == "mon-sun 08:00-13:00"


def test_a_week_without_a_gap_is_told_in_three_words(declared: Declaring) -> None:
    assert hours_in_words(schedule_of(declared()).minutes) == "at all hours"

"""Schedules and pushes as a week of minutes, and back in words."""

from collections.abc import Callable

import pytest

from app.config.load import Declared
from app.config.values.week import closures_in_words, hours_in_words
from app.domain.calendar import LocalTime, local_time, window_bounds
from app.domain.caps.pacing import plan_share
from app.domain.schedule import Schedule
from tests.table import each_row

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


@each_row(
    ("keys", "closed", "open_too"),
    [
        ('blackout_holidays = "federal"', ["2026-11-26", "2026-12-25", "2026-10-12"], ["2026-11-27", "2026-12-24"]),
        ('blackout_holidays = ["federal"]', ["2027-01-01", "2028-01-17"], ["2026-03-02"]),
        # The Fourth of July, and Christmas, of a Saturday are observed the day before; New Year in the old year.
        ('blackout_holidays = "federal"', ["2026-07-03", "2026-07-04", "2027-12-24", "2027-12-31"], ["2026-07-02"]),
        # That of a Sunday is observed the day after.
        ('blackout_holidays = "federal"', ["2027-07-04", "2027-07-05"], ["2027-07-06"]),
        ('blackout_holidays = "TX"', ["2026-11-26", "2026-11-27", "2026-03-02"], ["2026-10-12"]),
        ('blackout_holidays = ["federal", "Texas"]', ["2026-10-12", "2026-03-02"], ["2026-10-13"]),
        (
            'blackout_holidays = "federal"\nopen_holidays = ["Columbus Day", "independence day"]',
            ["2026-11-26"],
            ["2026-10-12", "2027-10-11", "2026-07-03", "2026-07-04"],
        ),
        (
            'blackout_holidays = "federal"\nopen_holidays = ["Columbus Day"]\nblackout_dates = ["2026-10-12"]',
            ["2026-10-12", "2026-12-25"],
            ["2027-10-11"],
        ),
        # Two of them fall together in 2026, and only one in 2027.
        (
            'blackout_holidays = "TX"\nopen_holidays = ["Confederate Memorial Day"]',
            ["2026-01-19", "2027-01-18"],
            ["2027-01-19"],
        ),
        ("blackout_holidays = []", [], ["2026-12-25"]),
    ],
)
def test_holidays_are_days_off_also_when_observed_on_another_day(
    campaign_with: Declaring, keys: str, closed: list[str], open_too: list[str]
) -> None:
    dates = schedule_of(campaign_with(keys)).blackout_dates
    assert {*closed} <= dates
    assert dates.isdisjoint(open_too)


def test_the_federal_government_has_eleven_holidays_in_every_year_that_a_service_may_see(
    campaign_with: Declaring,
) -> None:
    dates = schedule_of(campaign_with('blackout_holidays = "federal"')).blackout_dates
    for year in range(2026, 2051):
        assert {f"{year}-{day}" for day in ("01-01", "06-19", "07-04", "11-11", "12-25")} <= dates
        assert 11 <= sum(day.startswith(str(year)) for day in dates) <= 17


def test_the_next_opening_lies_behind_a_holiday_and_its_long_weekend(campaign_with: Declaring) -> None:
    schedule = schedule_of(
        campaign_with('blackout_holidays = ["federal", "TX"]\nschedule = [{ days = "mon-fri", hours = "08:00-18:00" }]')
    )
    wednesday = at(30 * 1440 + 8 * 60)
    assert wednesday.date == "2026-11-25"
    assert not schedule.is_open(wednesday)
    assert schedule.next_opening(wednesday) == "2026-11-30 08:00"
    new_year = at(66 * 1440)
    assert (new_year.date, new_year.weekday) == ("2026-12-31", 3)
    assert schedule.is_open(new_year)
    assert schedule.next_opening(at(66 * 1440 + 8 * 60)) == "2027-01-04 08:00"


def test_the_plan_of_a_week_leaves_its_holiday_out(campaign_with: Declaring) -> None:
    schedule = schedule_of(campaign_with('blackout_holidays = "federal"\nschedule = [{ days = "mon-fri" }]'))
    # Thanksgiving is the Thursday of the fifth week.
    start, end = window_bounds(MONDAY_NOON + 4 * 604_800, "America/New_York", "week")
    shares = [plan_share(schedule, "America/New_York", start, start + day * 86_400.0, end) for day in range(8)]
    assert shares == pytest.approx([0.0, 0.25, 0.5, 0.75, 0.75, 1.0, 1.0, 1.0])


def test_days_off_are_told_by_the_next_two_and_the_number_of_the_rest(campaign_with: Declaring) -> None:
    schedule = schedule_of(campaign_with('blackout_holidays = "federal"\nschedule = [{ days = "mon-fri" }]'))
    assert closures_in_words(schedule, "2026-11-20") == (
        "closed thu 2026-11-26, fri 2026-12-25; and 9 more days within a year"
    )
    dates = schedule_of(campaign_with('blackout_dates = ["2026-11-26", "2026-12-25", "2027-01-01"]'))
    assert closures_in_words(dates, "2026-11-20").endswith("; and 1 more day within a year")
    assert closures_in_words(dates, "2026-12-25") == "closed fri 2026-12-25, fri 2027-01-01"
    assert closures_in_words(dates, "2027-01-02") == ""


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


@each_row(
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
        ('blackout_dates = ["2026-02-29"]', 'blackout_dates[0]: "2026-02-29" is not a calendar date'),
        ('blackout_holidays = "fedral"', 'blackout_holidays: there is no holiday calendar for "fedral"'),
        ('blackout_holidays = ["federal", "AE"]', 'there is no holiday calendar for "AE"'),
        ("blackout_holidays = true", 'write "federal", or a state as "TX"'),
        (
            'blackout_holidays = "federal"\nopen_holidays = ["Colombus Day"]',
            'open_holidays[0]: "Colombus Day" is not one of its holidays. Remedy: did you mean `Columbus Day`?',
        ),
        ('blackout_holidays = "TX"\nopen_holidays = ["Fasching"]', "it may be `Cesar Chavez Day`, `Christmas Day`"),
        ('blackout_holidays = ["federal", "TX"]\nopen_holidays = ["Fasching"]', "they are Cesar Chavez Day, Christm"),
        ('blackout_holidays = "fedral"\nopen_holidays = ["Columbus Day"]', "there is no holiday calendar"),
        ('open_holidays = ["Columbus Day"]', 'say whose holidays with blackout_holidays = "federal"'),
        (
            'boosts = [{ name = "push", dollars = 9, from = "2026-10-26", until = "2026-10-25" }]',
            "boosts.push.until: the boost ends before it begins",
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

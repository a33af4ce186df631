"""When a campaign buys."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.domain.calendar import LocalTime, local_time
from app.domain.schedule import ALWAYS, MINUTES_OF_WEEK, Boost, Schedule, week_hours
from tests.table import each_row

ZONE = "America/Chicago"
OFFICE = week_hours({day: [(8 * 60, 12 * 60), (13 * 60, 18 * 60)] for day in range(5)})
"""Monday to Friday, 8 to 12 and 13 to 18."""


def local(text: str) -> LocalTime:
    return local_time(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).timestamp(), ZONE)


@each_row(
    ("at", "is_open"),
    [
        ("2026-11-20T07:59", False),
        ("2026-11-20T08:00", True),
        ("2026-11-20T11:59", True),
        ("2026-11-20T12:00", False),
        ("2026-11-20T13:00", True),
        ("2026-11-20T17:59", True),
        ("2026-11-20T18:00", False),
        ("2026-11-21T10:00", False),
        ("2026-11-26T10:00", False),
        ("2026-11-27T10:00", True),
    ],
)
def test_it_is_open_in_its_intervals_and_closed_on_blackout_dates(at: str, is_open: bool) -> None:
    schedule = Schedule(hours=OFFICE, blackout_dates=frozenset({"2026-11-26"}))
    assert schedule.is_open(local(at)) is is_open


@each_row(
    ("at", "opening"),
    [
        ("2026-11-20T06:00", "2026-11-20 08:00"),
        ("2026-11-20T12:30", "2026-11-20 13:00"),
        ("2026-11-20T18:00", "2026-11-23 08:00"),
        ("2026-11-25T19:00", "2026-11-27 08:00"),
        ("2026-11-26T09:00", "2026-11-27 08:00"),
    ],
)
def test_the_next_opening_skips_pauses_weekends_and_blackout_dates(at: str, opening: str) -> None:
    schedule = Schedule(hours=OFFICE, blackout_dates=frozenset({"2026-11-26"}))
    assert schedule.next_opening(local(at)) == opening


def test_what_never_opens_has_no_next_opening() -> None:
    assert Schedule(hours=()).next_opening(local("2026-11-20T10:00")) == ""


def test_office_hours_are_those_of_the_wall_clock_on_either_side_of_a_clock_change() -> None:
    for day in ("2026-03-06", "2026-03-09", "2026-10-30", "2026-11-02"):
        assert Schedule(hours=OFFICE).is_open(local(f"{day}T08:00"))
        assert not Schedule(hours=OFFICE).is_open(local(f"{day}T07:59"))


def test_a_week_is_made_of_its_intervals() -> None:
    assert week_hours({day: [(0, 1440)] for day in range(7)}) == ALWAYS
    assert week_hours({1: [(60, 120), (0, 90)], 0: [(1430, 1440)]}) == ((1430, 1560),)
    assert len(OFFICE) == 2 * 5
    minutes = Schedule(hours=OFFICE).minutes
    assert (minutes.count(1), len(minutes)) == (5 * 9 * 60, MINUTES_OF_WEEK)


@each_row(
    ("first", "last", "is_on"),
    [
        ("", "", True),
        ("2026-11-20", "2026-11-20", True),
        ("2026-11-21", "", False),
        ("", "2026-11-19", False),
        ("2026-11-01", "2026-11-30", True),
    ],
)
def test_a_boost_lasts_from_its_first_to_its_last_date(first: str, last: str, is_on: bool) -> None:
    boost = Boost(name="push", cents=300, hours=ALWAYS, first_date=first, last_date=last)
    assert boost.is_on(local("2026-11-20T10:00")) is is_on


def test_only_the_boosts_of_the_hour_are_on() -> None:
    weekend = Boost(name="weekend", cents=500, hours=week_hours({5: [(0, 1440)], 6: [(0, 1440)]}))
    always = Boost(name="always", cents=100, hours=ALWAYS)
    schedule = Schedule(hours=ALWAYS, boosts=(weekend, always))
    assert schedule.boosts_on(local("2026-11-20T10:00")) == (("always", 100.0),)
    assert schedule.boosts_on(local("2026-11-21T10:00")) == (("weekend", 500.0), ("always", 100.0))

"""Caps while clocks change: a lead every five minutes for 49 hours, with restarts, in zones that do and do not.

A day is a local date, of 23 or 25 hours where clocks change. The hour that autumn repeats is two windows, each with the
whole limit of its own; the one that spring skips is none.
"""

from collections import Counter as Tally
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import pytest

from app.domain.calendar import WindowKind, local_time, window_bounds
from app.domain.campaign import Campaign
from app.domain.caps.pacing import plan_share
from app.domain.schedule import ALWAYS, Schedule, week_hours
from app.domain.seller import Seller
from app.usecases.standing.changes import Sold, UsageRead
from app.usecases.standing.standing import LiveStanding
from tests.build import campaign, cap, seller
from tests.standing import pass_time

NEW_YORK, LOS_ANGELES = "America/New_York", "America/Los_Angeles"
PHOENIX, HONOLULU = "America/Phoenix", "Pacific/Honolulu"
SPRING, AUTUMN = "2027-03-14", "2026-11-01"
HOURS = {
    (NEW_YORK, SPRING): 23,
    (NEW_YORK, AUTUMN): 25,
    (LOS_ANGELES, SPRING): 23,
    (LOS_ANGELES, AUTUMN): 25,
    (PHOENIX, SPRING): 24,
    (HONOLULU, AUTUMN): 24,
}
"""How long the day lasts in each zone. Both days are Sundays, so that a week ends with them; one begins a month.

Where clocks stay as they are, one of the two is as good as the other.
"""

EVERYWHERE = pytest.mark.parametrize(("zone", "day"), HOURS)
LIMITS: dict[WindowKind, int] = {"hour": 7, "day": 130, "week": 170, "month": 200}
ALL_DAY = Schedule(hours=ALWAYS)
SPLIT = Schedule(hours=week_hours({weekday: [(60, 180), (480, 1080)] for weekday in range(7)}))
"""From 1 to 3, when clocks change, and from 8 to 18."""

MONDAY_OFF = Schedule(hours=SPLIT.hours, blackout_dates=frozenset({"2026-10-26", "2027-03-08"}))
"""The same but for the first day of the week, as on a holiday."""

EVERY = 5
RESTART_LEADS = 19
"""Restarts fall into the middle of hours and days, also between two hours of one name."""


def minutes_around(zone: str, day: str) -> list[float]:
    """Every fifth minute of 49 hours from the noon before."""
    noon = datetime.fromisoformat(day).replace(hour=12, tzinfo=ZoneInfo(zone)) - timedelta(days=1)
    return [noon.timestamp() + 60.0 * minute for minute in range(0, 49 * 60, EVERY)]


def window_of(now: float, zone: str, kind: WindowKind) -> object:
    """The window by the calendar on the wall; an hour is one that passes, whatever clocks call it."""
    date = datetime.fromtimestamp(now, ZoneInfo(zone)).date()
    if kind == "hour":
        return int(now // 3600)
    if kind == "week":
        return date - timedelta(days=date.weekday())
    return date.replace(day=1) if kind == "month" else date


def bought(buying: Campaign, by: Seller, minutes: Sequence[float]) -> tuple[list[float], Mapping[str, int]]:
    """When a lead was bought, and what is stored by counter: a sale is one where every counter has room, as in a store.

    The standing that bids are made by must say the same at every moment, also one that begins with what is stored.
    """
    stored: dict[str, int] = {}
    standing, sales = LiveStanding(), []
    for number, now in enumerate(minutes):
        if number % RESTART_LEADS == 0:
            standing = LiveStanding()
            standing.apply(UsageRead(used=stored))
        pass_time(standing, now)
        counters = standing.counters(buying, by, "10001", "NY", now)
        keys = [counter.cap.counter(local_time(now, counter.cap.zone), by.name, "10001", "NY") for counter in counters]
        assert [counter.used for counter in counters] == [stored.get(key, 0) for key in keys]
        assert all(counter.start <= now < counter.end for counter in counters)
        if all(counter.used < counter.cap.limit for counter in counters):
            sold = Sold(
                nonce=number.to_bytes(4),
                at=now,
                campaign=buying.name,
                vertical=buying.vertical,
                zip="10001",
                state="NY",
                uses=tuple([(key, 1) for key in keys]),
            )
            standing.apply(sold)
            stored |= {key: stored.get(key, 0) + 1 for key in keys}
            sales.append(now)
    return sales, stored


@EVERYWHERE
@pytest.mark.parametrize("kind", LIMITS)
def test_each_window_takes_its_limit_and_never_one_more(zone: str, day: str, kind: WindowKind) -> None:
    minutes = minutes_around(zone, day)
    buying = campaign(zone=zone, caps=(cap(window=kind, limit=LIMITS[kind], zone=zone),))
    sales, stored = bought(buying, seller(), minutes)
    offered = Tally(window_of(now, zone, kind) for now in minutes)
    taken = Tally(window_of(now, zone, kind) for now in sales)
    assert taken == {window: min(LIMITS[kind], leads) for window, leads in offered.items()}
    assert [*stored.values()] == [*taken.values()]


@EVERYWHERE
def test_a_day_lasts_from_midnight_to_midnight_and_windows_leave_no_gap(zone: str, day: str) -> None:
    minutes = minutes_around(zone, day)
    for kind in LIMITS:
        bounds = [*dict.fromkeys(window_bounds(now, zone, kind) for now in minutes)]
        assert all(end == start for (_, end), (start, _) in pairwise(bounds))
        assert len(bounds) == len({local_time(now, zone).labels[kind] for now in minutes})
    start, end = window_bounds(minutes[24 * 60 // EVERY], zone, "day")
    assert local_time(start, zone).date == day
    assert end - start == HOURS[zone, day] * 3_600


@pytest.mark.parametrize("zone", [NEW_YORK, LOS_ANGELES])
def test_the_hour_that_autumn_repeats_is_two_windows_and_the_one_that_spring_skips_none(zone: str) -> None:
    buying = campaign(zone=zone, caps=(cap(window="hour", limit=7, zone=zone),))
    _, autumn = bought(buying, seller(), minutes_around(zone, AUTUMN))
    _, spring = bought(buying, seller(), minutes_around(zone, SPRING))
    assert [used for key, used in autumn.items() if "2026-11-01T01" in key] == [7, 7]
    assert sum("2026-11-01T" in key for key in autumn) == 25
    assert not any("2027-03-14T02" in key for key in spring)
    assert sum("2027-03-14T" in key for key in spring) == 23


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
@pytest.mark.parametrize("zone", [LOS_ANGELES, PHOENIX, HONOLULU])
def test_a_sellers_day_is_the_buyers_and_a_campaigns_its_own(zone: str, day: str) -> None:
    minutes = minutes_around(zone, day)
    buying = campaign(zone=zone, caps=(cap(limit=130, zone=zone),))
    selling = seller(caps=(cap(name="day", owner="acme", scope="seller", limit=150, zone=NEW_YORK),))
    expected, taken = [], Tally[object]()
    for now in minutes:
        here, there = ("here", window_of(now, zone, "day")), ("there", window_of(now, NEW_YORK, "day"))
        if taken[here] < 130 and taken[there] < 150:
            taken.update((here, there))
            expected.append(now)
    sales, stored = bought(buying, selling, minutes)
    assert sales == expected
    assert sorted(stored.values()) == sorted(taken.values())


@EVERYWHERE
def test_a_schedule_is_open_in_each_of_its_minutes_that_there_are(zone: str, day: str) -> None:
    start, end = window_bounds(minutes_around(zone, day)[24 * 60 // EVERY], zone, "day")
    minutes = [local_time(start + 60.0 * minute, zone) for minute in range(int(end - start) // 60)]
    assert sum(map(SPLIT.is_open, minutes)) == 12 * 60 + (HOURS[zone, day] - 24) * 60
    assert {local.minute for local in minutes if SPLIT.is_open(local)} >= {*range(60, 120), *range(480, 1080)}


@EVERYWHERE
@pytest.mark.parametrize("schedule", [ALL_DAY, SPLIT, MONDAY_OFF], ids=["all day", "split", "monday off"])
def test_the_plan_counts_the_open_time_and_ends_with_all_of_them(zone: str, day: str, schedule: Schedule) -> None:
    kinds: tuple[WindowKind, ...] = ("hour", "day", "week")
    for kind in kinds:
        start, end = window_bounds(minutes_around(zone, day)[24 * 60 // EVERY], zone, kind)
        # Each of these schedules opens and closes on a quarter of an hour.
        quarters = [start + 900.0 * number for number in range(int(end - start) // 900)]
        passed = [0, *accumulate(schedule.is_open(local_time(at, zone)) for at in quarters)]
        shares = [plan_share(schedule, zone, start, at, end) for at in quarters]
        assert shares == pytest.approx([opened / passed[-1] for opened in passed[:-1]]), kind
        assert plan_share(schedule, zone, start, end, end) == 1.0, kind

"""Shadow prices and the plan they follow, through blackout dates and both changes of the clocks."""

from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendar import WindowKind, window_bounds
from app.domain.caps.pacing import CREDIT_LEADS, DUAL_MAX, STEP, first_dual, next_dual, plan_delta, plan_share
from app.domain.schedule import ALWAYS, Schedule, week_hours
from tests.table import each_row

ZONE = "America/Chicago"
OPEN = Schedule(hours=ALWAYS)
OFFICE = Schedule(
    hours=week_hours({day: [(8 * 60, 18 * 60)] for day in range(5)}),
    blackout_dates=frozenset({"2026-11-26"}),
)
NIGHT = Schedule(hours=week_hours({day: [(0, 4 * 60)] for day in range(7)}))
NEVER = Schedule(hours=())
SCHEDULES = st.sampled_from([OPEN, OFFICE, NIGHT, NEVER])
WINDOWS: st.SearchStrategy[WindowKind] = st.sampled_from(["hour", "day", "week", "month"])
CLOCK_CHANGES = st.sampled_from(["2026-03-08T12:00", "2026-11-01T12:00", "2026-11-20T12:00"])


def at(text: str, fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE), fold=fold).timestamp()


def share(schedule: Schedule, now: float, kind: WindowKind) -> float:
    start, end = window_bounds(now, ZONE, kind)
    return plan_share(schedule, ZONE, start, now, end)


@each_row(
    ("schedule", "kind", "now", "passed"),
    [
        (OPEN, "day", "2026-11-20T00:00", 0.0),
        (OPEN, "day", "2026-11-20T12:00", 0.5),
        (OPEN, "week", "2026-11-20T00:00", 4 / 7),
        (OFFICE, "day", "2026-11-20T08:00", 0.0),
        (OFFICE, "day", "2026-11-20T13:00", 0.5),
        (OFFICE, "day", "2026-11-20T18:00", 1.0),
        (OFFICE, "day", "2026-11-20T23:00", 1.0),
        (OFFICE, "week", "2026-11-20T08:00", 4 / 5),
        (OFFICE, "week", "2026-11-27T08:00", 3 / 4),
        (OFFICE, "month", "2026-11-16T00:00", 10 / 20),
        (NEVER, "day", "2026-11-20T06:00", 0.25),
        (OFFICE, "day", "2026-11-26T12:00", 0.5),
    ],
)
def test_the_plan_follows_the_open_minutes(schedule: Schedule, kind: WindowKind, now: str, passed: float) -> None:
    assert share(schedule, at(now), kind) == pytest.approx(passed)


@each_row(
    ("schedule", "kind", "now", "fold", "passed"),
    [
        (OPEN, "day", "2026-03-08T01:00", 0, 1 / 23),
        (OPEN, "day", "2026-03-08T03:00", 0, 2 / 23),
        (OPEN, "day", "2026-03-08T12:00", 0, 11 / 23),
        (NIGHT, "day", "2026-03-08T03:00", 0, 2 / 3),
        (OPEN, "hour", "2026-03-08T01:30", 0, 0.5),
        (OPEN, "hour", "2026-03-08T03:30", 0, 0.5),
        (OPEN, "day", "2026-11-01T01:30", 0, 1.5 / 25),
        (OPEN, "day", "2026-11-01T01:30", 1, 2.5 / 25),
        (OPEN, "day", "2026-11-01T12:00", 0, 13 / 25),
        (NIGHT, "day", "2026-11-01T02:00", 0, 3 / 5),
        (OPEN, "hour", "2026-11-01T01:30", 0, 0.5),
        (OPEN, "hour", "2026-11-01T01:30", 1, 0.5),
        (OFFICE, "day", "2026-03-09T13:00", 0, 0.5),
        (OPEN, "week", "2026-11-02T00:00", 0, 0.0),
        (OPEN, "month", "2026-11-02T00:00", 0, 25 / (30 * 24 + 1)),
    ],
)
def test_a_day_of_23_or_25_hours_is_planned_as_long_as_it_lasts(
    schedule: Schedule, kind: WindowKind, now: str, fold: int, passed: float
) -> None:
    assert share(schedule, at(now, fold), kind) == pytest.approx(passed)


@given(SCHEDULES, WINDOWS, CLOCK_CHANGES, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_the_plan_never_goes_back_and_runs_from_nothing_to_all(
    schedule: Schedule, kind: WindowKind, day: str, one: float, other: float
) -> None:
    start, end = window_bounds(at(day), ZONE, kind)
    earlier, later = sorted((start + one * (end - start), start + other * (end - start)))
    shares = [plan_share(schedule, ZONE, start, now, end) for now in (start, earlier, later, end)]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_every_minute_of_a_day_of_clock_change_moves_the_plan_by_one_minute() -> None:
    for day, hours in (("2026-03-08T12:00", 23), ("2026-11-01T12:00", 25)):
        start, end = window_bounds(at(day), ZONE, "day")
        shares = [plan_share(OPEN, ZONE, start, start + 60 * minute, end) for minute in range(hours * 60 + 1)]
        steps = [after - before for before, after in pairwise(shares)]
        assert steps == pytest.approx([1 / (hours * 60)] * (hours * 60))


def test_the_dual_rises_ahead_of_plan_falls_behind_it_and_stays_on_it() -> None:
    assert next_dual(0.1, used_delta=3, plan_delta=1, limit=100) > 0.1
    assert next_dual(0.1, used_delta=1, plan_delta=3, limit=100) < 0.1
    assert next_dual(0.1, used_delta=2, plan_delta=2, limit=100) == 0.1


@each_row(("limit", "sold"), [(16, 13), (16, 15), (100, 80), (300, 290)])
def test_a_cap_that_never_gets_ahead_of_its_plan_charges_for_no_sale(limit: int, sold: int) -> None:
    dual = before = 0.0
    for minute in range(1, 1_441):
        used = float(sold * minute // 1_440)
        wanted = plan_delta(limit, before, (minute - 1) / 1_440, minute / 1_440)
        dual, before = next_dual(dual, used - before, wanted, limit), used
        assert dual <= 0.0


def test_sales_that_use_up_the_credit_are_charged_for() -> None:
    dual = next_dual(0.0, used_delta=0, plan_delta=30, limit=100)
    for _ in range(int(CREDIT_LEADS)):
        assert dual < 0.0
        dual = next_dual(dual, used_delta=1, plan_delta=0, limit=100)
    assert dual == pytest.approx(0.0)
    assert next_dual(dual, used_delta=1, plan_delta=0, limit=100) > 0.0


def test_one_lead_ahead_of_a_cap_of_300_costs_a_dollar_of_a_70_dollar_lead() -> None:
    assert next_dual(0.0, used_delta=1, plan_delta=0, limit=300) * 7_000 == pytest.approx(101, abs=1)


def test_a_budget_steps_by_leads_and_not_by_cents() -> None:
    by_count = next_dual(0.0, used_delta=5, plan_delta=2, limit=100)
    by_money = next_dual(0.0, used_delta=5 * 3_000, plan_delta=2 * 3_000, limit=100 * 3_000, price_cents=3_000)
    assert by_money == pytest.approx(by_count)


@given(
    st.floats(0.0, DUAL_MAX), st.floats(-1e6, 1e6), st.floats(0.0, 1e6), st.integers(0, 10**6), st.integers(0, 10**5)
)
def test_the_dual_stays_between_its_credit_and_its_bound(
    dual: float, used: float, plan: float, limit: int, price: int
) -> None:
    assert -CREDIT_LEADS * STEP <= next_dual(dual, used, plan, limit, price) <= DUAL_MAX


def test_a_cap_of_nothing_buys_nothing() -> None:
    assert next_dual(0.0, 0.0, 0.0, limit=0) == DUAL_MAX


def test_a_cap_met_halfway_starts_where_it_stands_to_its_plan() -> None:
    assert first_dual(50, 0.5, 100) == 0.0
    assert first_dual(20, 0.5, 100) == first_dual(48, 0.5, 100) < 0.0
    assert first_dual(60, 0.5, 100) == pytest.approx(next_dual(0.0, 10, 0, 100))


@each_row(
    ("used", "before", "now", "wanted"),
    [
        (0, 0.0, 0.5, 50.0),
        (50, 0.5, 0.75, 25.0),
        (80, 0.5, 0.75, 10.0),
        (100, 0.5, 0.9, 0.0),
        (120, 0.5, 0.9, 0.0),
        (10, 1.0, 1.0, 0.0),
    ],
)
def test_the_plan_spreads_what_is_left_over_the_time_left(
    used: float, before: float, now: float, wanted: float
) -> None:
    assert plan_delta(100, used, before, now) == pytest.approx(wanted)


def test_the_plan_follows_the_traffic_where_it_was_counted() -> None:
    quiet_nights = tuple(0.0 if hour % 24 < 8 else 1.0 + (hour % 24 >= 16) for hour in range(168))
    followed = Schedule(hours=ALWAYS, traffic=quiet_nights)
    shares = [share(followed, at(f"2026-11-20T{hour:02d}:00"), "day") for hour in (0, 8, 16, 20)]
    assert shares == pytest.approx([0.0, 0.0, 1 / 3, 2 / 3])
    assert share(Schedule(hours=OFFICE.hours, traffic=quiet_nights), at("2026-11-20T16:00"), "day") == 2 / 3


def test_where_no_traffic_is_expected_the_plan_follows_the_time() -> None:
    nothing = Schedule(hours=NIGHT.hours, traffic=tuple(float(hour % 24 > 8) for hour in range(168)))
    assert share(nothing, at("2026-11-20T06:00"), "day") == 0.25


def test_traffic_alike_at_all_hours_changes_nothing() -> None:
    for kind in ("day", "week", "month"):
        alike = Schedule(hours=OFFICE.hours, blackout_dates=OFFICE.blackout_dates, traffic=(3.0,) * 168)
        assert share(alike, at("2026-11-20T11:11"), kind) == pytest.approx(share(OFFICE, at("2026-11-20T11:11"), kind))

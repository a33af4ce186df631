"""Local time, its labels and its windows, through both changes of the clocks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendar import WindowKind, local_time, moment, until_when, utc_offset, utc_text, window_bounds
from tests.table import each_row

CHICAGO = "America/Chicago"
ZONES = st.sampled_from([CHICAGO, "America/New_York", "America/Phoenix", "Pacific/Honolulu", "America/St_Johns", "UTC"])
TIMES = st.floats(1_700_000_000.0, 1_900_000_000.0)
BOUNDED: st.SearchStrategy[WindowKind] = st.sampled_from(["hour", "day", "week", "month"])
NOW = 1_795_190_400.0
KINDS: list[WindowKind] = ["hour", "day", "week", "month", "total"]


def utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def at(text: str, zone: str = CHICAGO, fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


def test_a_moment_has_the_date_and_minute_of_its_zone() -> None:
    local = local_time(utc("2026-11-21T03:30:59"), CHICAGO)
    assert (local.date, local.weekday, local.minute) == ("2026-11-20", 4, 21 * 60 + 30)
    assert local.minute_of_week == 4 * 1440 + 21 * 60 + 30


@each_row(
    ("kind", "label"),
    [("hour", "2026-11-20T21-0600"), ("day", "2026-11-20"), ("week", "2026-W47"), ("month", "2026-11"), ("total", "")],
)
def test_each_kind_of_window_has_its_label(kind: WindowKind, label: str) -> None:
    assert local_time(utc("2026-11-21T03:30:00"), CHICAGO).labels[kind] == label


def test_a_week_at_new_year_bears_the_year_it_belongs_to() -> None:
    assert local_time(at("2027-01-01T12:00"), CHICAGO).labels["week"] == "2026-W53"
    assert local_time(at("2027-01-04T00:00"), CHICAGO).labels["week"] == "2027-W01"


def test_the_hour_that_autumn_repeats_is_two_windows() -> None:
    first, second = at("2026-11-01T01:30"), at("2026-11-01T01:30", fold=1)
    assert second - first == 3600
    assert local_time(first, CHICAGO).labels["hour"] == "2026-11-01T01-0500"
    assert local_time(second, CHICAGO).labels["hour"] == "2026-11-01T01-0600"
    assert window_bounds(first, CHICAGO, "hour")[1] == window_bounds(second, CHICAGO, "hour")[0]


def test_the_hour_that_spring_skips_has_no_window() -> None:
    before = at("2026-03-08T01:30")
    end = window_bounds(before, CHICAGO, "hour")[1]
    assert local_time(end, CHICAGO).labels["hour"] == "2026-03-08T03-0500"


@each_row(
    ("kind", "day", "hours"),
    [
        ("day", "2026-11-20", 24),
        ("day", "2026-11-01", 25),
        ("day", "2026-03-08", 23),
        ("week", "2026-11-20", 7 * 24),
        ("week", "2026-11-01", 7 * 24 + 1),
        ("week", "2026-03-08", 7 * 24 - 1),
        ("month", "2026-11-20", 30 * 24 + 1),
        ("month", "2026-03-20", 31 * 24 - 1),
        ("month", "2026-02-10", 28 * 24),
        ("month", "2028-02-10", 29 * 24),
        ("month", "2026-12-31", 31 * 24),
    ],
)
@each_row("time", ["00:00:00", "01:30:00", "12:00:00", "23:59:59"])
def test_a_window_lasts_as_long_as_its_local_dates_do(kind: WindowKind, day: str, hours: int, time: str) -> None:
    start, end = window_bounds(at(f"{day}T{time}"), CHICAGO, kind)
    assert end - start == hours * 3600


@given(TIMES, ZONES, BOUNDED)
def test_a_moment_lies_inside_its_window_and_shares_its_label(now: float, zone: str, kind: WindowKind) -> None:
    start, end = window_bounds(now, zone, kind)
    label = local_time(now, zone).labels[kind]
    assert start <= now < end
    assert local_time(start, zone).labels[kind] == local_time(end - 1, zone).labels[kind] == label
    assert label not in (local_time(start - 1, zone).labels[kind], local_time(end, zone).labels[kind])


@given(TIMES, ZONES, BOUNDED)
def test_every_moment_of_a_window_gives_the_same_bounds(now: float, zone: str, kind: WindowKind) -> None:
    start, end = window_bounds(now, zone, kind)
    for other in (start, start + 0.1, end - 1.0, end - 1e-6):
        assert window_bounds(other, zone, kind) == (start, end)
    assert window_bounds(end, zone, kind)[0] == end


def test_a_total_never_ends() -> None:
    assert window_bounds(utc("2026-11-20T00:00"), CHICAGO, "total") == (0.0, float("inf"))


@given(TIMES, ZONES)
def test_the_offset_leads_from_utc_to_local_time(now: float, zone: str) -> None:
    minute = int(now // 60)
    local = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute + utc_offset(minute, zone))
    assert local_time(now, zone).date == local.strftime("%Y-%m-%d")
    assert local_time(now, zone).minute == local.hour * 60 + local.minute


def test_a_time_is_written_in_utc() -> None:
    assert utc_text(utc("2026-11-21T05:00:00") + 0.4) == "2026-11-21T05:00:00Z"


@each_row(
    ("text", "at"),
    [
        ("2h", NOW + 7_200.0),
        ("1d", NOW + 86_400.0),
        ("2030-01-01", 1_893_477_600.0),
        ("2030-01-01T00:00Z", 1_893_456_000.0),
    ],
)
def test_an_end_is_a_span_from_now_or_a_moment_there(text: str, at: float) -> None:
    assert until_when(text, NOW, ZoneInfo("America/Chicago")) == at


@each_row("text", ["0001-01-01", "1969-12-31", "9999-12-31T23:59:59-12:00", "99999999999"])
def test_a_moment_that_no_clock_shows_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="1970 to 2999"):
        moment(text, NOW, ZoneInfo("America/Chicago"))
    assert moment("999999d", NOW) == 0.0


@each_row(
    ("text", "wrong"),
    [
        ("0s", "in the past"),
        ("2020-01-01", "in the past"),
        ("soon", "from now"),
        ("999999d", "before 3000"),
        ("99999999999", "before 3000"),
        ("9999-12-31T23:59:59-12:00", "before 3000"),
    ],
)
def test_an_end_lies_ahead_and_where_every_clock_can_show_it(text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        until_when(text, NOW, ZoneInfo("America/Chicago"))

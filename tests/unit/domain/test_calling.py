"""When a consumer may be called: the stricter of two places, by their own clocks, when these change too."""

from datetime import UTC, datetime
from functools import cache
from itertools import product

import phonenumbers
from phonenumbers import PhoneNumberType, timezone
from phonenumbers.tzdata import TIMEZONE_DATA

from app.config.file.problem import Findings
from app.config.values.calling import build_calling_rules
from app.config.values.zip_table import area_states, zip_states, zip_zones
from app.domain.calendar import moment
from app.domain.calling.phone_kind import number_of, phone_kind
from app.domain.calling.rules import NATIONAL, CallingRule, CallingTable, narrower
from app.domain.calling.window import CallingWindow, calling_window
from tests.table import each_row

WEDNESDAY = "2026-12-02T12:00-06:00"


def at(text: str) -> float:
    return moment(text, 0.0, UTC)


@cache
def shipped() -> CallingTable:
    """The rules as they come along."""
    rules = build_calling_rules((), Findings("", {}, {}))
    return CallingTable(rules=rules, zip_zones=zip_zones(), area_states=area_states())


def window(phone: str, zip_code: str, now: str, *states: str, table: CallingTable | None = None) -> CallingWindow:
    return calling_window(table or shipped(), phone, zip_code, states or zip_states().get(zip_code, ()), at(now))


def told(found: CallingWindow) -> tuple[str, str]:
    return found.callable_from, found.callable_until


def utc(text: str) -> str:
    return datetime.fromtimestamp(at(text), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_number_lies_in_the_zones_that_the_library_says() -> None:
    beginnings = sorted({each[1:].ljust(10, "2") for each in TIMEZONE_DATA if each[0] == "1" and len(each) > 3})
    local = [phone for phone in beginnings if phone_kind(phone).is_local]
    for phone in local:
        zones = timezone.time_zones_for_geographical_number(number_of(phone))
        found = window(phone, "", WEDNESDAY)
        assert found.time_zones == ", ".join(zones) or (len(zones) > 5 and found.basis == "none"), phone
    assert len(local) > 1_000


@each_row(
    ("now", "start", "end"),
    [
        (WEDNESDAY, WEDNESDAY, "2026-12-02T21:00-06:00"),
        ("2026-12-02T06:30-06:00", "2026-12-02T09:00-06:00", "2026-12-02T21:00-06:00"),
        ("2026-12-02T21:00-06:00", "2026-12-03T09:00-06:00", "2026-12-03T21:00-06:00"),
        ("2026-12-05T22:00-06:00", "2026-12-06T12:00-06:00", "2026-12-06T21:00-06:00"),
    ],
    ids=["now", "early", "at the end", "on a Sunday from noon"],
)
def test_a_texan_may_be_called_in_the_hours_of_texas(now: str, start: str, end: str) -> None:
    assert told(window("5124612234", "78701", now)) == (utc(start), utc(end))


@each_row(
    ("phone", "zip_code", "start", "end", "why"),
    [
        (
            "2123456789",
            "90210",
            "2026-12-02T08:00-08:00",
            "2026-12-02T21:00-05:00",
            "of New York, lives in Los Angeles",
        ),
        ("3053456789", "10001", "2026-12-02T08:00-05:00", "2026-12-02T20:00-05:00", "of Florida, which ends at eight"),
        ("8083456789", "10001", "2026-12-02T08:00-10:00", "2026-12-02T21:00-05:00", "of Hawaii, lives in New York"),
        ("4163456789", "14201", "2026-12-02T08:00-05:00", "2026-12-02T21:00-05:00", "of Toronto, lives in Buffalo"),
        ("7873456789", "00901", "2026-12-02T08:00-04:00", "2026-12-02T21:00-04:00", "of Puerto Rico"),
        ("9283456789", "85001", "2026-12-02T08:00-07:00", "2026-12-02T21:00-07:00", "of Arizona, without summer time"),
    ],
)
def test_the_stricter_of_zip_and_area_code_counts(phone: str, zip_code: str, start: str, end: str, why: str) -> None:
    assert told(window(phone, zip_code, "2026-12-02T05:00-05:00")) == (utc(start), utc(end)), why


def test_guam_and_new_york_have_three_hours_together() -> None:
    found = window("6714723456", "10001", "2026-12-02T12:00-05:00")
    assert told(found) == (utc("2026-12-02T17:00-05:00"), utc("2026-12-02T21:00-05:00"))
    assert found.time_zones == "America/New_York, Pacific/Guam"


@each_row(
    ("zip_code", "zones"),
    [
        ("57799", {"America/Denver"}),
        ("32999", {"America/New_York"}),
        ("57717", {"America/Denver"}),
        ("42223", {"America/Chicago"}),
        ("97910", {"America/Boise", "America/Los_Angeles"}),
    ],
)
def test_a_zip_that_is_new_or_lies_in_several_states_has_the_zones_of_its_neighbors(
    zip_code: str, zones: set[str]
) -> None:
    assert zones <= {*window("", zip_code, WEDNESDAY).time_zones.split(", ")}


def test_in_several_zones_each_must_allow_the_call() -> None:
    table = CallingTable(rules=shipped().rules, zip_zones={"37999": ("America/New_York", "America/Chicago")})
    found = window("", "37999", "2026-12-02T05:00-05:00", "TN", table=table)
    assert told(found) == (utc("2026-12-02T08:00-06:00"), utc("2026-12-02T21:00-05:00"))


@each_row(
    ("now", "start", "end"),
    [
        ("2026-03-08T00:30-05:00", "2026-03-08T08:00-04:00", "2026-03-08T21:00-04:00"),
        ("2026-11-01T00:30-04:00", "2026-11-01T08:00-05:00", "2026-11-01T21:00-05:00"),
    ],
    ids=["forward", "back"],
)
def test_on_the_days_when_clocks_change_the_new_clock_counts(now: str, start: str, end: str) -> None:
    assert told(window("2123456789", "10001", now)) == (utc(start), utc(end))


def test_nobody_in_alabama_is_called_on_sundays_and_holidays() -> None:
    thanksgiving = window("2053456789", "35203", "2026-11-26T10:00-06:00")
    assert told(thanksgiving)[0] > utc("2026-11-27T00:00-06:00")
    sunday = window("2053456789", "35203", "2026-12-06T10:00-06:00")
    assert told(sunday) == (utc("2026-12-07T08:00-06:00"), utc("2026-12-07T20:00-06:00"))


def test_the_strictest_limit_of_calls_is_told_with_its_rule_and_day() -> None:
    found = window("3053456789", "10001", WEDNESDAY)
    assert (found.calls_max, found.calls_hours, found.rules_as_of) == (3, 24, "2025-11-01")
    assert "FL mon-sun 08:00-20:00, at most 3 calls in 24 h (about one subject)" in found.rules
    assert window("2123456789", "10001", WEDNESDAY).calls_max is None


@each_row(
    ("phone", "zip_code", "basis"),
    [
        ("5124612234", "78701", "zip and area_code"),
        ("", "78701", "zip"),
        ("5124612234", "", "area_code"),
        ("8005551234", "", "none"),
        ("", "", "none"),
    ],
)
def test_what_the_zones_are_known_by_is_told_and_the_unknown_are_called_when_the_whole_country_may(
    phone: str, zip_code: str, basis: str
) -> None:
    found = window(phone, zip_code, "2026-12-02T05:00-05:00")
    assert found.basis == basis
    if basis == "none":
        assert told(found) == (utc("2026-12-02T08:00-08:00"), utc("2026-12-02T21:00-05:00"))


def test_hours_that_touch_at_midnight_are_one_window() -> None:
    night = CallingRule(state="XX", week=(((0, 300), (1320, 1440)),) * 7)
    table = CallingTable(rules={"XX": night}, zip_zones={"XX": ("America/New_York",)})
    found = window("", "99999", "2026-12-02T23:00-05:00", "XX", table=table)
    assert told(found) == (utc("2026-12-02T23:00-05:00"), utc("2026-12-03T05:00-05:00"))


def test_a_state_that_never_allows_calls_gives_no_window_and_says_why() -> None:
    never = CallingRule(state="XX", week=((),) * 7)
    found = window("", "10001", WEDNESDAY, "XX", table=CallingTable(rules={"XX": never}, zip_zones=shipped().zip_zones))
    assert told(found) == ("", "")
    assert found.rules == "XX mon-sun never"


def test_no_shipped_rule_goes_beyond_the_nation_and_each_has_its_source_and_day() -> None:
    assert {"FL", "OK", "MD", "WA", "TX", "AL", "LA", "MS", "KY", "NV", "RI"} <= {*shipped().rules}
    for rule in shipped().rules.values():
        assert narrower(rule.week, NATIONAL.week) == rule.week
        assert rule.source
        assert rule.as_of


def test_the_quick_way_to_know_a_number_says_what_the_library_says() -> None:
    area_codes = ("512", "212", "907", "808", "787", "242", "340", "416", "710", "800", "883", "900", "521", "555")
    for number, area in product(range(0, 10_000_000, 97_777), area_codes):
        digits = f"{area}{number:07d}"
        kind = phonenumbers.number_type(number_of(digits))
        region = phonenumbers.region_code_for_number(number_of(digits)) or ""
        is_local = kind in (PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
        assert phone_kind(digits) == (is_local or kind == PhoneNumberType.MOBILE, is_local, region), digits

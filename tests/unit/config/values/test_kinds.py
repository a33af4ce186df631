"""Values as people write them, and what is said to those who write them otherwise."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.config.values import kinds, times, zone
from app.config.values.kind import UnreadableValue
from tests.table import each_row


@each_row(
    ("read", "written", "value"),
    [
        (kinds.read_dollars, 12.5, 1_250),
        (kinds.read_dollars, 45, 4_500),
        (kinds.read_dollars, "$1,200", 120_000),
        (kinds.read_dollars, "0.10", 10),
        (kinds.read_dollars, 0.29, 29),
        (kinds.read_rate, "0.75%", 0.0075),
        (kinds.read_rate, 0.6, 0.6),
        (times.read_duration, "30 days", 2_592_000.0),
        (times.read_duration, "72h", 259_200.0),
        (times.read_duration, "1h 30min", 5_400.0),
        (times.read_duration, "90 seconds", 90.0),
        (times.read_duration, "1 week", 604_800.0),
        (times.read_duration, "90d", 7_776_000.0),
        (times.read_duration, "2 hrs 5 mins", 7_500.0),
        (times.read_days, "mon-fri", (0, 1, 2, 3, 4)),
        (times.read_days, "Monday to Friday", (0, 1, 2, 3, 4)),
        (times.read_days, "Mon \u2013 Fri", (0, 1, 2, 3, 4)),
        (times.read_days, "weekdays, sun", (0, 1, 2, 3, 4, 6)),
        (times.read_days, "weekends", (5, 6)),
        (times.read_days, "sat, Sunday", (5, 6)),
        (times.read_days, ["fri-mon"], (0, 4, 5, 6)),
        (times.read_days, "every day", (0, 1, 2, 3, 4, 5, 6)),
        (times.read_hours, "08:00-12:00", ((480, 720),)),
        (times.read_hours, ["8:00 - 12:00", "22:00-02:00"], ((480, 720), (1320, 120))),
        (times.read_hours, "00:00-24:00", ((0, 1440),)),
        (times.read_hours, "9am-5:30 PM", ((540, 1050),)),
        (times.read_hours, "12am-12pm", ((0, 720),)),
        (times.read_hours, "09:00\u201317:00", ((540, 1020),)),
        (times.read_hours, "all day", ((0, 1440),)),
        (times.read_date, "2026-12-25", "2026-12-25"),
        (times.read_date, date(2026, 12, 25), "2026-12-25"),
        (zone.read_zone, "America/Chicago", "America/Chicago"),
        (zone.read_zone, "UTC", "UTC"),
        (kinds.read_state, "tx", "TX"),
        (kinds.read_state, "New York", "NY"),
        (kinds.read_zip, "02139", "02139"),
        (kinds.read_prefix, "021", "021"),
        (kinds.read_sha256, "AB" * 32, ("ab" * 32,)),
        (kinds.read_network, "203.0.113.7", "203.0.113.7/32"),
        (kinds.read_url, "https://Leads.Example.com/", "https://leads.example.com"),
        (kinds.read_url, "https://leads.example.com:443", "https://leads.example.com"),
        (kinds.read_url, "http://10.0.0.7:8000", "http://10.0.0.7:8000"),
        (kinds.read_url, "http://[::1]:8000", "http://[::1]:8000"),
        (kinds.read_slug, "solar-tx", "solar-tx"),
        (kinds.read_name, "credit_tier", "credit_tier"),
        (kinds.read_scalar, date(2026, 1, 2), "2026-01-02"),
    ],
)
def test_a_value_is_read_as_it_is_meant(read: Callable[[Any], Any], written: Any, value: Any) -> None:
    assert read(written) == value


@each_row(
    ("read", "written", "remedy"),
    [
        (kinds.read_dollars, "12,50", "12.50"),
        (kinds.read_dollars, 1.999, "12.50"),
        (kinds.read_dollars, -1, "12.50"),
        (kinds.read_dollars, True, "12.50"),
        (kinds.read_dollars, float("nan"), "12.50"),
        (kinds.read_dollars, 1e20, "12.50"),
        (kinds.read_number, float("inf"), "0.9"),
        (kinds.read_rate, "60", '"60%"'),
        (kinds.read_rate, "sixty", '"4%"'),
        (kinds.share_within(0.0, 1.0), 15, '"15%" or 0.15'),
        (kinds.share_within(0.0, 1.0), 1500, '"10%"'),
        (kinds.share_within(0.0, 1.0), -0.1, "from 0 to 1"),
        (times.read_duration, 30, "30 days"),
        (times.read_duration, "1 month", "30 days"),
        (times.read_duration, "3 months", "90 days"),
        (times.read_duration, "soon", "30 days"),
        (times.read_duration, "9" * 400 + " days", "30 days"),
        (kinds.read_number, 10**400, "0.9"),
        (kinds.read_scalar, float("nan"), "a number"),
        (times.read_days, "munday", "mon, tue"),
        (times.read_days, "", "mon-fri"),
        (times.read_hours, "8 to 5ish", "08:00-18:30"),
        (times.read_hours, "9-5", '"09:00-17:00" or "9am-5pm"'),
        (times.read_hours, "9am-5", '"09:00-17:00" or "9am-5pm"'),
        (times.read_hours, "13pm-2pm", "24:00"),
        (times.read_hours, [], "all day"),
        (times.read_hours, "08:00-25:00", "24:00"),
        (times.read_hours, "10:00-10:00", "all day"),
        (times.read_date, "2026-02-30", "2026-12-25"),
        (times.read_date, datetime(2026, 1, 1, tzinfo=UTC), "2026-12-25"),
        (zone.read_zone, "New York", "America/New_York"),
        (zone.read_zone, "America/Newyork", "America/New_York"),
        *[
            (zone.read_zone, word, f'"{meant}"')
            for meant, words in {
                "America/New_York": "EST, Eastern, eastern time, EST5EDT, UTC-5, Etc/GMT-5, US Eastern, Miami, Atlanta",
                "America/Chicago": "CST, Central Standard Time, Dallas, TX, america/chicago",
                "America/Denver": "MST, Mountain",
                "America/Phoenix": "AZ, Arizona, Phoenix",
                "America/Los_Angeles": "PST, PDT, Pacific Time, San Francisco",
                "Pacific/Honolulu": "HST, Hawaii",
                "UTC": "utc, Z, GMT",
            }.items()
            for word in words.split(", ")
        ],
        *[(zone.read_zone, word, '"America/New_York", "America/Chicago"') for word in ("America/", "local", "", 5)],
        (zone.read_zone, "../../etc/passwd", "America/"),
        (kinds.read_state, "Texxas", "TX"),
        (kinds.read_zip, 2139, '"02139"'),
        (kinds.read_zip, "2139", "five digits"),
        (kinds.read_prefix, "021390", "one to five digits"),
        (kinds.read_network, "300.1.1.1", "203.0.113.0/24"),
        *[
            (kinds.read_url, wrong, "https://leads.example.com")
            for wrong in (
                *("leads.example.com", "ftp://leads.example.com", "https://", "https://leads.example.com/v1", 7),
                *("https://a@leads.example.com", "https://leads.example.com?a=1", "https://a b", "https://a:99x"),
            )
        ],
        (kinds.read_slug, "Solar TX", "`solar-tx`"),
        (kinds.read_name, "credit-tier", "`credit_tier`"),
        (kinds.read_text, "two\nlines", '"..."'),
    ],
)
def test_what_cannot_be_read_comes_with_a_remedy(read: Callable[[Any], Any], written: Any, remedy: str) -> None:
    with pytest.raises(UnreadableValue) as caught:
        read(written)
    assert remedy in caught.value.remedy


@each_row("written", ["demo-acme-key", ["ab" * 32, "demo-acme-key"], [], 5])
def test_a_key_in_place_of_its_hash_is_refused_and_not_shown(written: Any) -> None:
    with pytest.raises(UnreadableValue) as caught:
        kinds.read_sha256(written)
    assert "demo-acme-key" not in caught.value.reason + caught.value.remedy
    assert "sha256sum" in caught.value.remedy

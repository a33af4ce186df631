"""Spans mean whole days of the buyer's zone, also across daylight saving and the ends of months and years."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from app.reports.money.span import Span, span_of
from tests.table import each_row

ZONE = "America/New_York"
# The first Sunday of November 2026 has 25 hours there.
NOW = datetime(2026, 11, 1, 12, tzinfo=ZoneInfo(ZONE)).timestamp()
HOUR_S = 3_600.0


@each_row(
    ("words", "first", "last", "hours"),
    [
        ("today", "2026-11-01", "2026-11-01", 25),
        ("yesterday", "2026-10-31", "2026-10-31", 24),
        ("week", "2026-10-26", "2026-11-01", 169),
        ("Last week", "2026-10-19", "2026-10-25", 168),
        ("month", "2026-11-01", "2026-11-30", 721),
        ("last-month", "2026-10-01", "2026-10-31", 744),
        ("2026-03", "2026-03-01", "2026-03-31", 743),
        ("2026-11-01", "2026-11-01", "2026-11-01", 25),
        ("2026-10-31..2026-11-02", "2026-10-31", "2026-11-02", 73),
    ],
)
def test_a_span_is_whole_days(words: str, first: str, last: str, hours: int) -> None:
    span = span_of(words, NOW, ZONE)
    assert (span.first, span.last, span.until - span.since) == (first, last, hours * HOUR_S)


def test_a_year_has_its_months_beside_each_other() -> None:
    assert span_of("2026-01-01..2026-12-31", NOW, ZONE).days == 365


@each_row(
    "words", ["", "soon", "2026-13", "2026-02-30", "2026-11-02..2026-11-01", "2026-11-01..", "9999-12-31", "0001-01-01"]
)
def test_what_is_no_span_is_said_with_the_remedy(words: str) -> None:
    with pytest.raises(ValueError, match=r"2026-11-01\.\.2026-11-15|not a span"):
        span_of(words, NOW, ZONE)


def test_more_than_a_year_and_a_month_is_refused() -> None:
    with pytest.raises(ValueError, match="400 at most"):
        span_of("2024-01-01..2026-01-01", NOW, ZONE)


def test_days_are_counted_with_both_ends() -> None:
    assert Span(since=0.0, until=1.0, first="2026-02-27", last="2026-03-01").days == 3

"""The shape of a week's traffic: what was counted, and where little was seen what its hour of any day brings."""

import pytest

from app.domain.schedule import HOURS_OF_WEEK
from training.retraining.traffic import shape

MONDAY = 1_795_410_000.0
"""Monday 23 November 2026, midnight in New York."""

ZONE = "America/New_York"
WEEK = 7 * 86_400.0


def test_many_weeks_are_taken_as_they_were_counted() -> None:
    counts = [100 if hour in (10, 34) else 0 for hour in range(HOURS_OF_WEEK)]
    found = shape(counts, MONDAY, MONDAY + 100 * WEEK, ZONE)
    assert sum(found) == pytest.approx(1.0)
    assert found[10] == pytest.approx(0.5, abs=0.03)
    assert found[11] < 0.001


def test_an_hour_nobody_saw_is_like_that_hour_of_other_days() -> None:
    # One Monday: forty pings at ten, none in any other hour.
    counts = [40 if hour == 10 else 0 for hour in range(HOURS_OF_WEEK)]
    found = shape(counts, MONDAY, MONDAY + 86_400.0, ZONE)
    tuesday = found[24:48]
    assert max(tuesday) == tuesday[10] > 5 * tuesday[11]
    assert found[10] > tuesday[10]


def test_an_even_week_has_an_even_shape() -> None:
    found = shape([3] * HOURS_OF_WEEK, MONDAY, MONDAY + 3 * WEEK, ZONE)
    assert max(found) == pytest.approx(min(found)) == pytest.approx(1 / HOURS_OF_WEEK)


def test_without_pings_there_is_no_shape_and_one_ping_is_enough_for_one() -> None:
    assert shape([0] * HOURS_OF_WEEK, MONDAY, MONDAY + WEEK, ZONE) == ()
    assert sum(shape([1] + [0] * 167, MONDAY, MONDAY, ZONE)) == pytest.approx(1.0)

"""Intervals that hold what they should, by days where there are enough, and by less where there are not."""

import numpy as np
import pytest

from training.bootstrap import BLOCKS, DAY_S, HOUR_S, interval, resampled
from training.statistics import Array

RANDOM = np.random.default_rng(5)


def earned(rows: int) -> Array:
    """What each of so many pings brought: mostly nothing, 30 on average."""
    return np.asarray(RANDOM.binomial(1, 0.1, rows) * RANDOM.normal(300.0, 50.0, rows))


def test_an_interval_holds_the_true_mean_about_as_often_as_it_says() -> None:
    held = 0
    for _ in range(60):
        found = interval(resampled(np.zeros(400)).mean(earned(400)), 0.95)
        held += found.low <= 30.0 <= found.high
    assert 0.85 <= held / 60 <= 1.0


def test_a_wider_level_has_the_narrower_within() -> None:
    draws = resampled(np.zeros(300)).mean(earned(300))
    usual, wide = interval(draws), interval(draws, 0.95)
    assert wide.low < usual.low < usual.at == wide.at < usual.high < wide.high


def test_rows_of_a_day_are_drawn_together() -> None:
    day = np.repeat(np.arange(20), 50)
    luck = RANDOM.normal(0.0, 1.0, 20)[day]
    together, alone = interval(resampled(day * DAY_S).mean(luck)), interval(resampled(np.zeros(1_000)).mean(luck))
    assert together.high - together.low > 0.5 * luck.std() / np.sqrt(20)
    assert together.at == pytest.approx(alone.at)


@pytest.mark.parametrize(
    ("at", "unit", "clusters"),
    [
        (np.arange(12) * DAY_S, "day", 12),
        (np.arange(48) * HOUR_S, "hour", 48),
        (np.arange(30.0), "block", 30),
        (np.arange(3_000.0), "block", BLOCKS),
    ],
)
def test_few_days_are_drawn_by_the_hour_and_few_hours_in_blocks(at: Array, unit: str, clusters: int) -> None:
    again = resampled(at)
    assert (again.unit, again.times.shape[1]) == (unit, clusters)
    assert np.all(again.times.sum(axis=1) == clusters)


def test_a_difference_that_is_there_excludes_zero_and_one_that_is_not_does_not() -> None:
    mine = np.arange(900) % 2 == 0
    again, drawn = resampled(np.zeros(900)), RANDOM.normal(10.0, 3.0, 900)
    apart = interval(again.mean(drawn + 2.0 * mine, mine) - again.mean(drawn, ~mine), 0.95)
    alike = interval(again.mean(drawn, mine) - again.mean(drawn, ~mine), 0.95)
    assert apart.low < 2.0 < apart.high
    assert apart.excludes_zero
    assert not alike.excludes_zero


def test_a_draw_without_a_row_of_the_kind_has_no_mean() -> None:
    draws = resampled(np.zeros(4)).mean(np.arange(4.0), np.arange(4) == 3)
    assert draws[0] == 3.0
    assert np.isnan(draws).any()
    assert interval(draws).high == 3.0


def test_of_nothing_earned_the_mean_is_nothing() -> None:
    found = interval(resampled(np.zeros(100)).mean(np.zeros(100)))
    assert (found.at, found.low, found.high) == (0.0, 0.0, 0.0)

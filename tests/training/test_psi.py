"""How far two samples lie apart: the known figure, and what chance alone would say."""

from math import log
from typing import Any

import numpy as np
import pytest

from training.drift.psi import BINS, Histogram, histogram, in_bins_of, shift

Random = np.random.Generator


def numbers(random: Random, rows: int, moved: float = 0.0) -> list[Any]:
    return list(random.normal(moved, 1.0, rows).tolist())


def words(random: Random, rows: int, moved: float = 0.0) -> list[Any]:
    """Twenty of very different frequency; `moved` takes that share to another one."""
    weights = 1.0 / np.arange(1.0, 21.0)
    places = random.choice(20, rows, p=weights / weights.sum())
    return [f"w{int(place)}" for place in np.where(random.random(rows) < moved, 7, places)]


def moved(before: list[Any], now: list[Any], false_alarms: float = 0.01) -> Any:
    bins = histogram("x", before)
    return shift(bins, in_bins_of(bins, now), false_alarms)


def test_numbers_fall_into_tenths_and_what_is_missing_has_a_bin() -> None:
    found = histogram("bill", [*range(1_000), None, float("nan")])
    assert len(found.edges) == BINS - 1
    assert found.counts == (100,) * BINS + (2,)
    assert in_bins_of(found, [-5, 5_000, None, "many"]).counts == (1, *(0,) * 8, 1, 2)


def test_categories_and_few_numbers_are_counted_by_value_and_rare_ones_together() -> None:
    assert histogram("x", [True, False, True, None]) == Histogram(
        name="x", values=("False", "True"), counts=(1, 2, 0, 1)
    )
    assert histogram("x", [1, 2, 2]).values == ("1", "2")
    many = histogram("x", [f"v{number:02d}" for number in range(30) for _ in range(30 - number)])
    assert many.values == tuple(f"v{number:02d}" for number in range(20))
    assert many.counts[-2:] == (sum(range(1, 11)), 0)
    assert in_bins_of(many, ["v00", "new", None]).counts == (1, *(0,) * 19, 1, 1)


def test_of_large_samples_the_index_is_the_sum_of_differences_times_log_ratios() -> None:
    before = Histogram(name="x", values=("a", "b"), counts=(60_000, 40_000, 0, 0))
    now = Histogram(name="x", values=("a", "b"), counts=(40_000, 60_000, 0, 0))
    assert shift(before, now, 0.01).psi == pytest.approx(0.4 * log(1.5), abs=1e-4)
    assert shift(before, now, 0.01).level == "moderate"
    far = Histogram(name="x", values=("a", "b"), counts=(20_000, 80_000, 0, 0))
    assert shift(before, far, 0.01).level == "major"
    near = Histogram(name="x", values=("a", "b"), counts=(55_000, 45_000, 0, 0))
    assert (shift(before, near, 0.01).level, shift(before, near, 0.01).psi > 0.005) == ("none", True)


@pytest.mark.parametrize("draw", [numbers, words])
@pytest.mark.parametrize("rows", [50, 200])
def test_a_small_sample_of_the_same_thing_does_not_cry_wolf(draw: Any, rows: int) -> None:
    random = np.random.default_rng(5)
    bins = histogram("x", draw(random, 2_000))
    alarms = uncorrected = 0
    for _ in range(150):
        now = in_bins_of(bins, draw(random, rows))
        alarms += shift(bins, now, 0.01).level != "none"
        share = np.array(now.counts) / rows + 1e-4
        usual = np.array(bins.counts) / bins.rows + 1e-4
        uncorrected += float(np.sum((share - usual) * np.log(share / usual))) > 0.1
    assert alarms <= 4
    # The convention alone would have, of the smaller samples more often than not.
    assert uncorrected > alarms
    assert uncorrected > 75 or rows > 50


@pytest.mark.parametrize(("draw", "by"), [(numbers, 0.8), (words, 0.4)])
def test_a_true_shift_shows_in_two_hundred_rows(draw: Any, by: float) -> None:
    random = np.random.default_rng(6)
    before = draw(random, 2_000)
    assert all(moved(before, draw(random, 200, by), 0.0005).level == "major" for _ in range(20))


def test_what_has_one_value_or_no_rows_does_not_move() -> None:
    assert moved(["a"] * 50, ["a"] * 50).level == "none"
    assert moved(["a"] * 50, []).level == "none"
    assert moved(["a"] * 500, ["b"] * 500).level == "major"

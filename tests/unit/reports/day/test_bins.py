"""Many cases in a few numbers."""

from math import isnan

import pytest

from app.reports.day.bins import AnswerTimes, Band, Bands, Series, times


def test_means_are_of_as_many_bins_as_asked_and_none_where_nothing_came() -> None:
    series = Series(counts=(1, 0, 3, 1, 0, 0), totals=(5.0, 0.0, 6.0, 9.0, 0.0, 0.0))
    assert series.means()[0] == 5.0
    assert isnan(series.means()[1])
    assert series.means(2)[:2] == (5.0, 15.0 / 4)
    assert isnan(series.means(2)[2])
    assert (series.count, series.mean) == (5, 4.0)
    assert Series(counts=(0,), totals=(0.0,)).mean == 0.0


def test_a_mean_is_held_until_the_next_and_nothing_is_known_before_the_first() -> None:
    held = Series(counts=(0, 2, 0, 1), totals=(0.0, 6.0, 0.0, 1.0)).held
    assert isnan(held[0])
    assert held[1:] == (3.0, 3.0, 1.0)


def test_cases_are_cut_into_equal_parts_by_size() -> None:
    bands = Bands()
    for number in range(1_000):
        bands.add(100.0 + number, 0.25, hit=number >= 500)
    parts = bands.cut(4)
    assert [part.count for part in parts] == pytest.approx([250] * 4, abs=10)
    assert [part.hits for part in parts] == pytest.approx([0, 0, 250, 250], abs=10)
    assert parts[0].at == pytest.approx(100.0 + 125, rel=0.02)
    assert (sum(part.count for part in parts), sum(part.hits for part in parts)) == (1_000, 500)
    assert {part.expected for part in parts} == {0.25}


def test_few_cases_are_not_cut_further_than_they_can_tell() -> None:
    bands = Bands()
    for number in range(30):
        bands.add(float(number), 0.5, hit=True)
    assert len(bands.cut(10)) == 2
    assert Bands().cut(10) == ()


def test_the_truth_lies_in_wilsons_interval() -> None:
    low, high = Band(at=1.0, count=10, hits=8, expected=0.5).interval
    assert (low, high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert Band(at=1.0, count=10, hits=0, expected=0.5).interval[0] == 0.0


def test_times_have_quantiles_and_a_shape() -> None:
    told = times([float(ms) for ms in range(1, 101)])
    assert (told.count, told.longest) == (100, 100.0)
    assert (told.median, told.p95, told.p99) == pytest.approx((50.5, 95.05, 99.01))
    assert sum(count for _, _, count in told.steps) == 100
    assert told.steps[0][0] == 1.0
    assert all(low < high for low, high, _ in told.steps)


def test_one_time_is_its_own_quantile_and_no_time_has_none() -> None:
    told = times([7.0])
    assert (told.median, told.p99, told.longest) == (7.0, 7.0, 7.0)
    assert times([]) == AnswerTimes()


def test_what_came_true_lies_in_its_own_interval() -> None:
    for count in range(1, 60):
        for hits in {0, 1, count - 1, count}:
            band = Band(at=1.0, count=count, hits=hits, expected=0.5)
            low, high = band.interval
            assert 0.0 <= low <= band.share <= high <= 1.0, band

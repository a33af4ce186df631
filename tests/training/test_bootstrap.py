"""Intervals that hold what they should, and say nothing of too little."""

from math import nan

import numpy as np
import pytest

from training.trial.bootstrap import difference_of, figure_of, mean_of

RANDOM = np.random.default_rng(5)


def test_an_interval_holds_the_true_mean_about_as_often_as_it_says() -> None:
    held = 0
    for _ in range(60):
        drawn = RANDOM.binomial(1, 0.1, 400) * RANDOM.normal(300.0, 50.0, 400)
        found = mean_of(drawn[drawn != 0.0], 400)
        assert found is not None
        held += found.low <= 30.0 <= found.high
    assert 0.85 <= held / 60 <= 1.0


def test_leaving_out_the_zeros_changes_nothing() -> None:
    values = RANDOM.normal(10.0, 4.0, 300)
    whole = mean_of(np.concatenate([values, np.zeros(700)]), 1_000)
    short = mean_of(values, 1_000)
    assert whole is not None
    assert short is not None
    assert short.value == pytest.approx(whole.value)
    assert short.high - short.low == pytest.approx(whole.high - whole.low, rel=0.15)


def test_a_difference_that_is_there_excludes_zero_and_one_that_is_not_does_not() -> None:
    one, other, same = RANDOM.normal(10.0, 3.0, 500), RANDOM.normal(12.0, 3.0, 400), RANDOM.normal(10.0, 3.0, 400)
    apart, alike = difference_of(other, 400, one, 500), difference_of(same, 400, one, 500)
    assert apart is not None
    assert alike is not None
    assert apart.low < 2.0 < apart.high
    assert apart.excludes_zero
    assert not alike.excludes_zero


def test_of_too_few_nothing_is_said() -> None:
    assert mean_of(np.array([]), 1) is None
    assert difference_of(np.array([1.0]), 1, np.array([1.0, 2.0]), 2) is None
    assert figure_of(lambda _: nan, 10) is None


def test_of_nothing_earned_the_mean_is_nothing() -> None:
    found = mean_of(np.array([]), 100)
    assert found is not None
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)

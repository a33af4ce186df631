"""Two models are held against the same auctions."""

from math import log

import numpy as np
import pytest

from training.retraining.market import contest

WON = np.array([1, 0, 0, 1])


def test_log_loss_is_the_mean_surprise() -> None:
    found = contest(WON, 0.5, np.array([0.8, 0.2, 0.2, 0.8]), np.full(4, 0.5))
    assert (found.bids, found.won) == (4, 0.5)
    assert found.champion.log_loss == pytest.approx(-log(0.8))
    assert found.champion.predicted == pytest.approx(0.5)
    assert found.constant.log_loss == pytest.approx(log(2.0))
    assert found.challenger.log_loss == found.constant.log_loss
    assert not found.is_better


def test_a_challenger_gains_what_it_is_surprised_less() -> None:
    found = contest(WON, 0.5, np.full(4, 0.5), np.array([0.8, 0.2, 0.2, 0.8]))
    assert found.gain == pytest.approx(log(2.0) + log(0.8))
    assert found.noise == pytest.approx(0.0, abs=1e-12)
    assert found.is_better


def test_a_gain_within_luck_is_none() -> None:
    random = np.random.default_rng(3)
    won = (random.random(60) < 0.4).astype(np.int8)
    found = contest(won, 0.4, np.full(60, 0.4), np.clip(0.4 + random.normal(0.0, 0.05, 60), 0.1, 0.9))
    assert not found.is_better
    sure = contest(won, 0.4, np.full(60, 0.8), np.full(60, 0.4))
    assert sure.is_better
    assert not contest(won, 0.4, np.full(60, 0.4), np.full(60, 0.8)).is_better


def test_certainty_that_was_wrong_costs_much_and_not_everything() -> None:
    assert 10.0 < contest(np.array([1]), 0.5, np.array([0.0]), np.array([0.5])).champion.log_loss < 20.0

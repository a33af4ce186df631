"""The figures are those of the textbook."""

import numpy as np
import pytest

from training.conversion.figures import calibration_slope, deciles, figures
from training.statistics import log_odds, losses


def test_figures_of_a_handful_of_leads_by_hand() -> None:
    converted, predicted = np.array([0, 0, 1, 1]), np.array([0.1, 0.6, 0.4, 0.9])
    found = figures(converted, predicted)
    assert found.auc == 0.75
    assert found.brier == pytest.approx((0.01 + 0.36 + 0.36 + 0.01) / 4)
    assert found.log_loss == pytest.approx(-(np.log(0.9) * 2 + np.log(0.4) * 2) / 4)
    assert found.predicted_over_observed == 1.0
    assert found.skill == pytest.approx(1.0 - found.log_loss / np.log(2.0))


def test_certainty_that_is_wrong_costs_much_and_not_everything() -> None:
    assert np.all(np.isfinite(losses(np.array([0, 1]), np.array([1.0, 0.0]))))
    assert np.all(np.isfinite(log_odds(np.array([0.0, 1.0]))))


def test_honest_chances_have_slope_one_and_small_error() -> None:
    random = np.random.default_rng(3)
    true = 1.0 / (1.0 + np.exp(-random.normal(-1.0, 1.0, 20_000)))
    converted = (random.random(20_000) < true).astype(int)
    found = figures(converted, true)
    assert found.slope == pytest.approx(1.0, abs=0.06)
    assert found.ece < 0.015
    bold = 1.0 / (1.0 + np.exp(-2.0 * log_odds(true)))
    assert figures(converted, bold).slope == pytest.approx(0.5, abs=0.04)
    assert calibration_slope(converted, -log_odds(true)) == pytest.approx(-1.0, abs=0.06)


def test_tenths_rise_with_the_prediction() -> None:
    predicted = np.linspace(0.0, 0.9, 100)[::-1]
    tenths = deciles((predicted > 0.5).astype(int), predicted, predicted / 2.0)
    assert [tenth.predicted for tenth in tenths] == sorted(tenth.predicted for tenth in tenths)
    assert (tenths[0].observed, tenths[-1].observed) == (0.0, 1.0)
    assert tenths[-1].true == pytest.approx(tenths[-1].predicted / 2.0)
    assert deciles((predicted > 0.5).astype(int), predicted, None)[0].true is None

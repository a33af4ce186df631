"""What each row costs, what is clearly less, and what holds group by group."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from app.reports.models.intervals import wilson
from training.statistics import Ranks, auc, bin_of, bins_by_mass, bins_by_name, expit, log_odds, losses, saving

HAPPENED = np.array([1, 0, 0, 1])


def test_log_loss_is_the_surprise_of_each_row() -> None:
    assert losses(HAPPENED, np.array([0.8, 0.2, 0.5, 0.5])) == pytest.approx(-np.log([0.8, 0.8, 0.5, 0.5]))


def test_certainty_that_was_wrong_costs_much_and_not_everything() -> None:
    wrong = losses(np.array([0, 1]), np.array([1.0, 0.0]))
    assert np.all((wrong > 20.0) & np.isfinite(wrong))
    assert losses(np.array([1]), np.array([0.0]), edge=1e-6) == pytest.approx(-np.log(1e-6))


def test_log_odds_and_probabilities_are_each_others_way_back() -> None:
    chances = np.array([0.0, 0.01, 0.5, 0.99, 1.0])
    assert expit(log_odds(chances)) == pytest.approx(chances, abs=1e-11)
    assert np.all(np.isfinite(log_odds(chances)))


def test_a_saving_is_clear_where_luck_hardly_gives_it() -> None:
    random = np.random.default_rng(3)
    happened = (random.random(400) < 0.4).astype(np.int8)
    honest, noisy = np.full(400, 0.4), np.clip(0.4 + random.normal(0.0, 0.05, 400), 0.1, 0.9)
    assert saving(losses(happened, honest), losses(happened, np.full(400, 0.8))).is_clear(2.0)
    assert not saving(losses(happened, noisy), losses(happened, honest)).is_clear(2.0)
    sure = saving(losses(HAPPENED, np.array([0.8, 0.2, 0.2, 0.8])), losses(HAPPENED, np.full(4, 0.5)))
    assert sure.mean == pytest.approx(np.log(2.0) + np.log(0.8))
    assert sure.noise == pytest.approx(0.0, abs=1e-12)
    assert sure.is_clear()


def test_bins_of_equal_mass_rise_and_hold_every_row() -> None:
    at = np.linspace(0.0, 0.9, 100)[::-1]
    bins = bins_by_mass(at, at, (at > 0.45).astype(int), 10)
    assert [each.count for each in bins] == [10] * 10
    assert [each.at for each in bins] == sorted(each.at for each in bins)
    assert (bins[0].observed, bins[-1].observed) == (0.0, 1.0)
    assert bins_by_mass(at, at, at, 2, lambda low, high: f"{low:.1f}-{high:.1f}")[0].name == "0.0-0.4"


def test_bins_by_name_are_in_order_or_the_largest_first() -> None:
    names, ones = ["b", "a", "a", "c", "b", "b"], np.ones(6)
    assert [each.name for each in bins_by_name(names, ones, ones)] == ["a", "b", "c"]
    assert [each.name for each in bins_by_name(names, ones, ones, most=2)] == ["b", "a"]
    assert [each.name for each in bins_by_name(names, ones, ones, count_min=3)] == ["b"]


def test_the_interval_of_a_share_is_wilsons() -> None:
    assert wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)
    none = bin_of("x", 20, 0.1, 0.0)
    assert (none.low, none.at, none.ratio) == (0.0, 0.1, 0.0)
    assert none.holds
    assert not bin_of("x", 20, 0.6, 0.0).holds


def test_the_area_under_the_curve_is_the_one_of_scikit_learn() -> None:
    random = np.random.default_rng(5)
    for rows, digits in ((2, 1), (40, 1), (300, 2), (3_000, 9)):
        scores, happened = random.random(rows).round(digits), np.arange(rows) % 2
        counts = random.integers(0, 4, rows) + 1.0 * (np.arange(rows) < 2)
        assert auc(happened, scores) == pytest.approx(roc_auc_score(happened, scores), abs=1e-12)
        weighed = roc_auc_score(happened, scores, sample_weight=counts)
        assert Ranks(scores).auc(happened, counts) == pytest.approx(weighed, abs=1e-12)


def test_rows_of_one_kind_are_not_ranked() -> None:
    assert np.isnan(auc(np.ones(3), np.arange(3.0)))
    assert np.isnan(Ranks(np.arange(3.0)).auc(np.array([1, 0, 0]), np.array([0.0, 2.0, 1.0])))

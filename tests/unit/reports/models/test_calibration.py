"""Predicted against realized conversions, with intervals that hold the truth as often as they say."""

import random

import pytest

from app.reports.models.calibration import calibration


def drawn(seed: int, leads: int, scale: float = 1.0) -> list[tuple[float, bool]]:
    """Leads that convert with `scale` times their score."""
    chance = random.Random(seed)
    scores = [0.02 + 0.3 * chance.random() for _ in range(leads)]
    return [(score, chance.random() < scale * score) for score in scores]


def test_an_honest_model_holds_in_nearly_every_group_and_a_bold_one_in_few() -> None:
    honest = [each for seed in range(20) for each in calibration(drawn(seed, 2_000)).bins]
    assert sum(each.holds for each in honest) / len(honest) > 0.9
    bold = calibration(drawn(1, 5_000, scale=0.5))
    assert bold.ratio is not None
    assert bold.ratio.at == pytest.approx(2.0, rel=0.2)
    assert bold.holds is False
    assert sum(each.holds for each in bold.bins) <= 3


def test_groups_are_of_equal_size_lowest_scores_first_and_fewer_of_few_leads() -> None:
    found = calibration(drawn(3, 1_003))
    assert len(found.bins) == 10
    assert sum(each.leads for each in found.bins) == 1_003
    assert max(each.leads for each in found.bins) - min(each.leads for each in found.bins) <= 1
    assert [each.predicted for each in found.bins] == sorted(each.predicted for each in found.bins)
    assert len(calibration(drawn(3, 45)).bins) == 2
    assert len(calibration(drawn(3, 3)).bins) == 1


def test_leads_of_one_score_are_in_groups_as_they_come_whatever_became_of_them() -> None:
    found = calibration([(0.1, number % 10 == 0) for number in range(200)])
    assert [each.observed for each in found.bins] == [0.1] * 10


def test_the_auc_counts_a_tie_half_and_has_an_interval() -> None:
    found = calibration([(0.1, False), (0.2, True), (0.2, False), (0.3, True)])
    assert found.auc is not None
    # Of four pairs three are right and one is a tie.
    assert found.auc.at == pytest.approx(3.5 / 4.0)
    assert found.auc.low < found.auc.at <= found.auc.high
    assert calibration([(0.5, True), (0.9, False)]).auc == calibration([(0.5, True), (0.9, False)]).auc


def test_log_loss_is_that_of_the_leads_and_a_certain_mistake_is_finite() -> None:
    found = calibration([(1.0, False), (0.5, True)])
    assert found.log_loss is not None
    assert found.log_loss.at == pytest.approx((27.631 + 0.6931) / 2.0, rel=1e-3)


def test_nothing_is_said_of_no_leads_nor_of_one_kind_alone() -> None:
    empty = calibration([], too_young=7, next_at=5.0)
    assert (empty.ratio, empty.auc, empty.log_loss, empty.bins, empty.holds) == (None, None, None, (), None)
    assert (empty.too_young, empty.next_at) == (7, 5.0)
    none = calibration([(0.2, False)] * 50)
    assert (none.ratio, none.auc) == (None, None)
    assert none.bins[0].observed == 0.0
    assert none.bins[0].high > 0.05

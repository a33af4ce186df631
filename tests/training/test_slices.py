"""A model's figures among the leads of one value, where these are enough to say anything."""

import numpy as np
import pytest

from training.conversion.features import Column
from training.conversion.figures import by_value


def test_the_commonest_values_are_told_and_rare_ones_are_not() -> None:
    random = np.random.default_rng(3)
    state = np.array(["TX"] * 600 + ["CA"] * 300 + ["WY"] * 50 + [np.nan] * 50, dtype=object)
    predicted = random.uniform(0.1, 0.5, 1_000)
    converted = (random.random(1_000) < np.where(state == "TX", predicted, predicted / 3.0)).astype(int)
    told = np.column_stack([state, predicted.astype(object)])
    found = by_value((Column("state", "category"), Column("bill", "number")), told, converted, predicted)
    assert [(each.field, each.value, each.rows) for each in found] == [("state", "TX", 600), ("state", "CA", 300)]
    assert found[0].predicted_over_observed == pytest.approx(1.0, abs=0.15)
    assert found[1].predicted_over_observed is not None
    assert found[1].predicted_over_observed > 1.7
    assert found[0].auc is not None
    assert found[0].auc > 0.55


def test_too_few_conversions_rank_nothing() -> None:
    tier = np.array(["good"] * 200, dtype=object)
    converted = np.zeros(200, dtype=int)
    (found,) = by_value((Column("tier", "category"),), tier.reshape(-1, 1), converted, np.full(200, 0.1))
    assert (found.auc, found.predicted_over_observed, found.converted) == (None, None, 0.0)

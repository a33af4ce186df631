"""A specification says which models and curves are tried, and how much each lead counts; the fit does so."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from training.conversion.features import Column, stacked
from training.conversion.options import FitOptions, options_of
from training.conversion.selection.trials import between, forward
from training.conversion.train import slices_of, train
from training.errors import TrainingError
from training.histories.history import History
from training.histories.spec import Spec, SpecField

Draw = Callable[..., History]
DAY = 86_400.0
COLUMNS = (Column("tier", "category"), Column("bill", "number"))
LOGISTIC: tuple[dict[str, Any], ...] = ({"model": "logistic", "c": 0.2},)


def spec(**other: Any) -> Spec:
    told = {"vertical": "solar", "label": "sold", "positive": True, "order": "at"}
    return Spec(**{**told, "fields": (SpecField(name="tier", type="choice"),), **other})


def trained(history: History, options: FitOptions) -> Any:
    table = stacked(COLUMNS, history.columns, len(history))
    return train(COLUMNS, table, history.converted, seed=1, options=options)


def test_each_candidate_is_tried_with_every_combination_of_its_settings(draw: Draw) -> None:
    told: tuple[dict[str, Any], ...] = ({"model": "boosting", "trees": (8, 16), "leaves": 7}, *LOGISTIC)
    boosted, weighed = options_of(spec(candidates=told), draw(400)).among
    assert (boosted.name, weighed.name) == ("boosting", "logistic")
    assert boosted.grid == ({"trees": 8, "leaves": 7}, {"trees": 16, "leaves": 7})
    assert weighed.grid == ({"c": 0.2},)


@pytest.mark.parametrize(
    ("candidate", "says"),
    [
        ({"model": "boostng"}, r"candidates\[0\]: no model 'boostng'; did you mean 'boosting'\?"),
        ({"model": "boosting", "tree": 8}, r"boosting has no setting 'tree'; did you mean 'trees'\?"),
        ({"model": "boosting", "trees": 8.5}, r"candidates\[0\]\.trees: 8\.5 must be whole"),
        ({"model": "boosting", "rate": 0.0}, r"candidates\[0\]\.rate: 0\.0 is no number above 0"),
        ({"model": "boosting", "share": 1.5}, r"candidates\[0\]\.share: 1\.5 must be from 0 to 1"),
        ({"model": "boosting", "leaves": 64}, r"candidates\[0\]\.leaves: 64 must be from 2 to 32"),
        ({"model": "boosting", "trees": 5_000}, r"candidates\[0\]\.trees: 5000 must be from 1 to 1000"),
        ({"model": "logistic", "c": "much"}, r"candidates\[0\]\.c: 'much' is no number above 0"),
        ({"model": "boosting", "trees": tuple(range(1, 62))}, "61 combinations of settings, at most 60"),
    ],
)
def test_a_candidate_that_cannot_be_built_is_refused_by_name(draw: Draw, candidate: dict[str, Any], says: str) -> None:
    with pytest.raises(TrainingError, match=says):
        options_of(spec(candidates=(candidate,)), draw(400))


def test_only_the_curve_that_is_named_is_tried(draw: Draw) -> None:
    history = draw(2_000)
    one, none = (options_of(spec(candidates=LOGISTIC, calibrator=name), history) for name in ("beta", "none"))
    assert [each.method for each in trained(history, one).attempts] == ["beta"]
    bare = trained(history, none)
    assert (bare.calibrator, bare.attempts) == (None, ())


def test_a_lead_of_one_half_life_counts_half_of_the_newest(draw: Draw) -> None:
    history = replace(draw(400), at=np.arange(400.0) * DAY)
    weights = options_of(spec(half_life_days=100.0), history).weights
    assert weights is not None
    assert weights[-101] / weights[-1] == pytest.approx(0.5)
    assert weights.mean() == pytest.approx(1.0)


def test_a_recent_turn_is_learned_where_old_leads_fade(draw: Draw) -> None:
    history = draw(4_000)
    # What was good until the middle of what is learned from is poor since.
    sold = np.where(np.arange(4_000) < 2_000, history.columns["tier"] == "good", history.columns["tier"] == "poor")
    flip = np.random.default_rng(3).random(4_000) < 0.2
    history = replace(history, converted=(sold ^ flip).astype(np.int8), at=np.arange(4_000.0) * DAY)
    even, fading = (
        trained(history, options_of(spec(candidates=LOGISTIC, half_life_days=days), history)).newest
        for days in (0.0, 100.0)
    )
    assert even.auc < 0.3
    assert fading.auc > 0.65


def test_leads_of_which_one_stands_for_many_are_judged_as_those(draw: Draw) -> None:
    history = draw(8_000)
    # Of those that did not convert one in five is kept, and stands for five.
    kept = (history.converted == 1) | (np.arange(8_000) % 5 == 0)
    some = replace(
        history,
        columns={name: column[kept] for name, column in history.columns.items()},
        converted=history.converted[kept],
        at=history.at[kept],
        truth=None,
        weight=np.where(history.converted[kept] == 1, 1.0, 5.0),
    )
    found = trained(some, options_of(spec(candidates=LOGISTIC), some))
    table = stacked(COLUMNS, history.columns, len(history))
    assert found.model.predict_proba(table)[:, 1].mean() == pytest.approx(history.converted.mean(), rel=0.1)
    assert found.newest.predicted_over_observed == pytest.approx(1.0, abs=0.2)
    # What is counted is counted as it is.
    assert found.newest.converted == some.converted[found.slices.newest].mean()


def test_no_cut_goes_through_a_group() -> None:
    groups = np.repeat(np.arange(200), 7)
    cuts = slices_of(len(groups), groups)
    for part in (cuts.learn, *(past for past, _ in forward(cuts.learn.stop, groups[cuts.learn]))):
        assert groups[part.stop - 1] != groups[part.stop]
    assert between(5, groups) == 7
    assert between(5, None) == 5


def test_a_group_that_repeats_its_outcome_is_not_on_both_sides_of_a_random_split(draw: Draw) -> None:
    history = draw(2_000)
    # Ten leads in a row share one number, which nothing else explains; half of the groups convert mostly.
    group = np.arange(2_000) // 10
    random = np.random.default_rng(5)
    converted = (random.random(2_000) < np.where(random.random(200) < 0.5, 0.9, 0.1)[group]).astype(np.int8)
    number = {**history.columns, "bill": random.random(200)[group]}
    history = replace(history, columns=number, converted=converted, group=group)
    told: tuple[dict[str, Any], ...] = ({"model": "boosting", "trees": 60, "least": 20, "share": 1.0},)
    honest = trained(history, options_of(spec(candidates=told), history)).random_cv.auc
    fooled = trained(history, options_of(spec(candidates=told), replace(history, group=None))).random_cv.auc
    assert honest < 0.65 < 0.7 < fooled

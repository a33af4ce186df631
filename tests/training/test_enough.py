"""A history is enough by its different conversions; what is missing is said in leads and weeks."""

from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from app.reports.models.intervals import auc_interval
from app.scoring.card import FieldCheck
from tests.cards import FIGURES
from training.conversion.enough import HistorySize, cross_validation, size_of
from training.conversion.gates import gates
from training.conversion.train import Trained, slices_of
from training.histories.history import History
from training.statistics import Array

DAY_S = 86_400.0
HONEST = (FieldCheck(name="bill", alone=0.6, removal=0.01),)


def history(rows: int, converted: int, *, days: float = 70.0, timed: bool = True, times: int = 1) -> History:
    """So many leads over so many days, evenly converting, each told `times` times under another id."""
    random = np.random.default_rng(3)
    labels = np.zeros(rows, dtype=np.int8)
    labels[np.linspace(0, rows - 1, converted).astype(int)] = 1
    columns = {
        "bill": random.lognormal(5.0, 0.5, rows).round(2),
        "tier": random.choice(np.array(["good", "poor", None], dtype=object), rows),
    }
    at: Array = np.repeat(np.linspace(0.0, days * DAY_S, rows), times) if timed else np.arange(rows * times) * 1.0
    return History(
        vertical="roof",
        source="made",
        columns={name: np.repeat(column, times) for name, column in columns.items()},
        converted=np.repeat(labels, times),
        at=at,
        timed=timed,
    )


def test_six_hundred_conversions_are_enough() -> None:
    size = size_of(history(5_000, 600))
    assert (size.converted, size.copies, size.is_enough, size.is_long) == (600, 1, True, False)
    assert "600 conversions in 5,000 leads, 90 of them among the newest" in size.found
    assert "cross-validation" in size.found


def test_of_one_hundred_it_is_said_how_many_leads_and_weeks_are_missing() -> None:
    size = size_of(history(1_000, 100))
    assert not size.is_enough
    assert size.found.endswith("about 3,000 more leads at this rate, which takes 30 more weeks")


def test_without_times_only_the_leads_are_said() -> None:
    assert (
        "about 3,000 more leads at this rate; name a column of times" in size_of(history(1_000, 100, timed=False)).found
    )


def test_where_none_converted_nobody_can_say() -> None:
    assert "nobody can say" in HistorySize(leads=500, converted=0, newest=0, weeks=3.0).found


def test_a_history_of_nothing_is_not_enough() -> None:
    empty = History(vertical="roof", source="made", columns={}, converted=np.zeros(0, np.int8), at=np.zeros(0))
    assert not size_of(empty).is_enough


def test_many_among_the_newest_judge_by_themselves() -> None:
    size = size_of(history(6_000, 900))
    assert size.is_long
    assert size.found == "135 conversions among the newest leads, at least 100"


@pytest.mark.parametrize("times", [2, 3, 7])
@pytest.mark.parametrize("timed", [True, False])
def test_rows_that_were_copied_do_not_count_and_are_named(times: int, timed: bool) -> None:
    size = size_of(history(3_000, 240, times=times, timed=timed))
    assert (size.copies, size.is_enough) == (times, False)
    assert f"each stands there {times} times: 240 differ" in size.found


def test_conversions_that_were_copied_to_be_as_many_as_the_others_do_not_count() -> None:
    plain = history(3_000, 300)
    won = np.flatnonzero(plain.converted)
    rows = np.sort(np.concatenate([np.arange(3_000), np.repeat(won, 8)]))
    more = {name: column[rows] for name, column in plain.columns.items()}
    assert size_of(replace(plain, columns=more, converted=plain.converted[rows], at=plain.at[rows])).copies == 9


def test_leads_of_few_facts_are_alike_by_nature() -> None:
    random = np.random.default_rng(4)
    columns: dict[str, Any] = {"a": random.integers(0, 8, 9_000) * 1.0, "b": random.integers(0, 8, 9_000) * 1.0}
    labels = (random.random(9_000) < 0.2).astype(np.int8)
    at: Array = np.arange(9_000) * 1.0
    past = History(vertical="roof", source="made", columns=columns, converted=labels, at=at)
    assert size_of(past).copies == 1


def judged(size: HistorySize, **figures: Any) -> dict[str, tuple[bool | None, str]]:
    folds = replace(FIGURES, rows=5_000, converted=0.12, auc=0.62, skill=0.02, **figures.pop("folds", {}))
    newest = replace(FIGURES, **{"rows": 750, "converted": 0.12, "auc": 0.6, **figures})
    trained = Trained(
        raw=None,
        model=None,
        calibrator=None,
        attempts=(),
        slices=slices_of(5_000),
        newest=newest,
        newest_raw=newest,
        random_cv=folds,
    )
    found = gates(trained, size, HONEST, None, difference=0.0, trusted={})
    return {gate.name: (gate.passed, gate.found) for gate in found}


FEW = HistorySize(leads=5_000, converted=600, newest=90, weeks=10.0)


def test_a_short_history_is_judged_by_cross_validation_with_its_interval() -> None:
    passed, said = judged(FEW, skill=-0.003)["beats a constant"]
    assert passed
    assert "AUC 0.620 (0.599 to 0.641)" in said
    assert not judged(replace(FEW, newest=120), skill=-0.003)["beats a constant"][0]


@pytest.mark.parametrize("figures", [{"folds": {"skill": -0.001}}, {"auc": 0.42}])
def test_of_what_does_not_hold_in_it_or_is_turned_by_the_newest_nothing_passes(figures: dict[str, Any]) -> None:
    told = {**figures, "folds": {**figures.get("folds", {})}}
    skill = told["folds"].pop("skill", None)
    folds = replace(FIGURES, rows=5_000, converted=0.12, auc=0.62, skill=0.02 if skill is None else skill)
    newest = replace(FIGURES, rows=750, converted=0.12, auc=told.get("auc", 0.6))
    assert not cross_validation(folds, newest).beats_a_constant


def test_chance_is_not_taken_for_a_ranking() -> None:
    few = replace(FIGURES, rows=3_300, converted=0.12, auc=0.51, skill=0.001)
    assert not cross_validation(few, replace(FIGURES, rows=500, converted=0.12, auc=0.6)).beats_a_constant


def test_the_level_of_few_conversions_is_what_it_may_be() -> None:
    passed, said = judged(FEW, predicted_over_observed=0.76)["level"]
    assert passed
    assert "with so few it may be 0.65 to 0.90, and is 0.970 in cross-validation" in said
    assert not judged(FEW, predicted_over_observed=0.6)["level"][0]
    assert not judged(replace(FEW, newest=120), predicted_over_observed=0.76)["level"][0]


def test_the_interval_of_an_area_holds_it_and_narrows_with_leads() -> None:
    low, high = auc_interval(0.65, 100, 900)
    assert low < 0.65 < high
    assert high - low == pytest.approx(0.1, abs=0.03)
    assert auc_interval(0.65, 1_000, 9_000)[1] < high
    assert auc_interval(0.65, 0, 900) == (0.0, 1.0)


def test_an_area_falls_into_its_interval_as_often_as_it_says() -> None:
    random = np.random.default_rng(5)
    apart, inside = 0.545, 0
    for _ in range(300):
        positive, negative = random.normal(apart, 1.0, 90), random.normal(0.0, 1.0, 400)
        auc = float(np.mean(positive[:, None] > negative))
        low, high = auc_interval(auc, 90, 400)
        inside += low <= 0.65 <= high
    assert 0.86 <= inside / 300 <= 0.95

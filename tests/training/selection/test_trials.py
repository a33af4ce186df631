"""As many trees are grown as later leads are the better for, and what is told of them is what they say."""

from functools import partial
from typing import Any

import numpy as np
import pytest

from training.conversion.candidates import STAGES, Candidate, boosting, lightgbm, logistic, scores
from training.conversion.features import Column
from training.conversion.selection.trials import Data, forward, trial
from training.statistics import expit

COLUMNS = (Column("tier", "category"), Column("a", "number"))
Array = np.ndarray[Any, Any]


def leads(signal: float, rows: int = 4_000) -> Data:
    random = np.random.default_rng(2)
    facts = np.empty((rows, 2), dtype=object)
    facts[:, 0], a = random.choice(["good", "poor"], rows), random.normal(size=rows)
    facts[:, 1] = a
    odds = signal * (np.sin(4.0 * a) + (facts[:, 0] == "good")) - 1.0
    return Data(COLUMNS, frozenset(), facts, (random.random(rows) < expit(odds)).astype(int))


GROWING = Candidate("boosting", boosting, ({"leaves": 7, "rate": 0.1},), grows=True)


def test_a_strong_signal_takes_more_trees_than_none() -> None:
    trees = [trial(GROWING, GROWING.grid[0], leads(signal), 1, alone=True).settings["trees"] for signal in (0.0, 2.0)]
    assert trees[0] == STAGES[0] < trees[1]


@pytest.mark.parametrize("build", [boosting, lightgbm])
def test_grown_trees_say_what_trees_say_that_were_fitted_at_once(build: Any) -> None:
    if build is lightgbm:
        pytest.importorskip("lightgbm", reason="the extra `lightgbm` is not installed")
    data, settings = leads(2.0), {"leaves": 7, "rate": 0.1}
    found = trial(Candidate("grown", build, (settings,), grows=True), settings, data, 1, alone=True)
    assert found.settings["trees"] > STAGES[0]
    for (past, later), unseen in zip(forward(len(data.y)), found.unseen, strict=True):
        model = build(data.columns, seed=1, **found.settings).fit(data.X[past], data.y[past])
        assert np.mean(np.abs(scores(model, data.X[later]) - unseen)) < 0.02


def test_settings_that_say_how_many_trees_are_tried_as_they_are() -> None:
    settings = {"trees": 20, "leaves": 7, "rate": 0.1}
    assert trial(GROWING, settings, leads(2.0), 1, alone=True).settings == settings
    linear = Candidate("logistic", partial(logistic), ({"c": 0.1},))
    assert trial(linear, {"c": 0.1}, leads(2.0), 1, alone=True).settings == {"c": 0.1}

"""Candidates are judged on leads that came later, and a plainer one stays unless another is clearly better."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from app.scoring.card import JudgedCandidate
from training.conversion.candidates import Candidate, boosting, logistic
from training.conversion.features import Column
from training.conversion.selection.search import DEFAULT, ROWS_MAX, search
from training.conversion.selection.trials import Data, forward

COLUMNS = (Column("a", "number"), Column("b", "number"))
Array = np.ndarray[Any, Any]
LOGISTIC = Candidate("logistic", logistic, ({"c": 0.1},))
BOOSTING = Candidate("boosting", boosting, (DEFAULT[1],))


def leads(odds: Callable[[Array, Array, Array], Array], rows: int = 3_000) -> Data:
    """Leads of two numbers whose log-odds are given by these and by how late they come."""
    random = np.random.default_rng(6)
    a, b, when = random.normal(size=rows), random.normal(size=rows), np.linspace(0.0, 1.0, rows)
    y = (random.random(rows) < 1.0 / (1.0 + np.exp(-odds(a, b, when)))).astype(int)
    return Data(COLUMNS, frozenset(), np.column_stack([a, b]).astype(object), y)


def found(
    data: Data, *among: Candidate, where: str | None = None
) -> tuple[JudgedCandidate, tuple[JudgedCandidate, ...], str]:
    result = search(among or (LOGISTIC, BOOSTING), data, seed=1, where=where, tell=lambda _what: None)
    (chosen,) = [each for each in result.judged if each.chosen]
    assert chosen == result.chosen
    return chosen, result.judged, result.why


def test_a_plain_truth_keeps_the_plain_model() -> None:
    chosen, judged, _ = found(leads(lambda a, b, _: a - b))
    assert chosen.candidate == "logistic"
    assert [each.candidate for each in judged] == ["logistic", "boosting"]


def test_a_truth_of_interactions_takes_the_trees() -> None:
    chosen, judged, _ = found(leads(lambda a, b, _: 2.0 * np.sign(a * b)))
    assert chosen.candidate == "boosting"
    assert judged[0].behind > judged[0].behind_noise > 0.0 == judged[1].behind
    assert judged[1].auc > 0.8 > judged[0].auc


def test_a_model_that_is_better_by_luck_alone_does_not_win() -> None:
    twice = Candidate("logistic", logistic, ({"c": 0.1}, {"c": 0.11}))
    chosen, judged, _ = found(leads(lambda a, b, _: a - b), twice)
    assert chosen is judged[0]


def test_only_later_leads_judge() -> None:
    # What the first half teaches is wrong in the second: a shuffled split would praise the one that learns most.
    data = leads(lambda a, b, when: np.where(when < 0.5, 3.0, -3.0) * a * b)
    _, judged, _ = found(data)
    assert judged[1].auc < 0.5
    for past, later in forward(3_000):
        assert past == slice(0, later.start)
    assert [later.stop for _, later in forward(3_000)] == [2_250, 3_000]


def test_where_nothing_beats_a_constant_the_usual_choice_stays_and_says_so() -> None:
    chosen, judged, why = found(leads(lambda a, _b, _when: 0.0 * a - 2.0))
    assert not any(each.saved > each.saved_noise for each in judged)
    assert (chosen.candidate, chosen.settings) == DEFAULT
    assert "no candidate beats a constant" in why
    chosen, _, _ = found(leads(lambda a, _b, _when: 0.0 * a - 2.0), LOGISTIC)
    assert chosen.candidate == "logistic"


def test_one_seed_is_one_choice_with_the_same_figures_in_threads_too() -> None:
    data = leads(lambda a, b, _: a * b, rows=1_200)
    assert found(data) == found(data) == found(data, where="threading")


def test_a_long_history_is_judged_by_its_newest_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    long = leads(lambda a, b, _: a - b, rows=ROWS_MAX + 50_000)
    cheap = Candidate("boosting", boosting, ({"trees": 1},))
    whole, _, _ = found(long, cheap)
    newest, _, _ = found(Data(COLUMNS, frozenset(), long.X[50_000:], long.y[50_000:]), cheap)
    assert whole == newest


def test_every_trial_is_told() -> None:
    heard: list[str] = []
    search((LOGISTIC,), leads(lambda a, b, _: a - b, rows=800), seed=1, where=None, tell=heard.append)
    assert heard[0].startswith("logistic c 0.1: log-loss 0.")

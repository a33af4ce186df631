"""What cannot be served as it was trained is refused with the reason; LightGBM, where installed, is served too."""

from math import inf, nan
from typing import Any

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import RandomForestClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline

from app.scoring.compile import compiled
from training.conversion.calibrators import METHODS, Calibrated, ScoredLeads, attempt
from training.conversion.candidates import boosting, chance, lightgbm, logistic, scores
from training.conversion.export import scorer_of
from training.conversion.features import Column, table
from training.errors import TrainingError

COLUMNS = (
    Column("tier", "category"),
    Column("city", "category"),
    Column("age", "number"),
    Column("bill", "number"),
)
Array = np.ndarray[Any, Any]


def leads(rows: int = 1_500, *, blanks: float = 0.1, seed: int = 2) -> tuple[list[dict[str, Any]], Array]:
    random = np.random.default_rng(seed)
    facts: list[dict[str, Any]] = []
    for _ in range(rows):
        lead = {
            "tier": str(random.choice(["good", "fair", "poor"])),
            "city": f"C{random.integers(200)}",
            "age": float(random.normal(0.0, 20.0)),
            "bill": float(random.lognormal(5.0, 0.6)),
        }
        facts.append({name: value for name, value in lead.items() if random.random() > blanks})
    odds = [0.9 * (lead.get("tier") == "good") + 0.03 * lead.get("age", 40.0) - 1.0 for lead in facts]
    return facts, (random.random(rows) < 1.0 / (1.0 + np.exp(-np.array(odds)))).astype(int)


@pytest.fixture(scope="module")
def history() -> tuple[Array, Array]:
    facts, y = leads()
    return table(COLUMNS, facts), y


def refusal(raw: Any, model: Any) -> str:
    with pytest.raises(TrainingError) as refused:
        scorer_of(raw, model, COLUMNS, vertical="solar", version="0001")
    return str(refused.value)


def test_a_model_that_the_service_cannot_compute_is_refused(history: tuple[Array, Array]) -> None:
    ours = boosting(COLUMNS, seed=1, encoded={"city"}, trees=2)
    foreign = Pipeline([ours.steps[0], ("trees", RandomForestClassifier(5, random_state=1))]).fit(*history)
    assert refusal(foreign, foreign) == "RandomForestClassifier is no model that the service can compute"


def test_a_pipeline_with_encoders_of_its_own_is_refused(history: tuple[Array, Array]) -> None:
    forest = RandomForestClassifier(5, random_state=1).fit(history[0][:, 2:].astype(float), history[1])
    assert "is no pipeline of this trainer's encoders" in refusal(forest, forest)
    other = Pipeline([("scale", "passthrough"), ("weights", forest)])
    assert "is no pipeline of this trainer's encoders" in refusal(other, other)


def test_a_calibration_of_another_kind_is_refused(history: tuple[Array, Array]) -> None:
    raw = boosting(COLUMNS, seed=1, encoded={"city"}, trees=2).fit(*history)
    model = CalibratedClassifierCV(FrozenEstimator(raw), method="temperature").fit(*history)
    assert refusal(raw, model) == "CalibratedClassifierCV is no calibration that the service knows"


def test_trees_with_too_many_leaves_are_refused(history: tuple[Array, Array]) -> None:
    raw = boosting(COLUMNS, seed=1, encoded={"city"}, trees=2, leaves=63)
    raw.set_params(trees__min_samples_leaf=5, trees__l2_regularization=0.0).fit(*history)
    assert "leaves, more than 32" in refusal(raw, raw)


@pytest.mark.parametrize("build", [logistic, boosting])
def test_a_model_of_one_fact_is_served(build: Any) -> None:
    facts, y = leads()
    for column in COLUMNS:
        raw = build([column], seed=1, encoded={"city"}).fit(table([column], facts), y)
        assert difference(raw, raw, [column], facts) <= 1e-9


@pytest.mark.parametrize("build", [logistic, boosting])
def test_a_fact_that_no_lead_of_training_missed_may_be_missing(build: Any) -> None:
    facts, y = leads(blanks=0.0)
    raw = build(COLUMNS, seed=1, encoded={"city"}).fit(table(COLUMNS, facts), y)
    assert difference(raw, raw, COLUMNS, leads(300, blanks=0.5, seed=9)[0]) <= 1e-9


@pytest.mark.parametrize("build", [logistic, boosting])
def test_a_fact_that_every_lead_of_training_missed_may_be_there(build: Any) -> None:
    facts, y = leads()
    blind = [{name: value for name, value in lead.items() if name not in ("tier", "bill")} for lead in facts]
    raw = build(COLUMNS, seed=1, encoded={"city"}).fit(table(COLUMNS, blind), y)
    assert difference(raw, raw, COLUMNS, facts[:300]) <= 1e-9


@pytest.mark.parametrize("blanks", [0.0, 0.1])
def test_lightgbm_is_served_as_it_predicts_with_every_calibration(blanks: float) -> None:
    pytest.importorskip("lightgbm", reason="the extra `lightgbm` is not installed")
    facts, y = leads(3_000, blanks=blanks)
    rows = table(COLUMNS, facts)
    raw = lightgbm(COLUMNS, seed=1, encoded={"city"}).fit(rows[:2_000], y[:2_000])
    seen = ScoredLeads(scores(raw, rows[2_000:]), y[2_000:])
    for model in (raw, *(Calibrated(raw, attempt(method, seen, seen).curve) for method in METHODS)):
        assert difference(raw, model, COLUMNS, leads(500, blanks=0.3, seed=9)[0]) <= 1e-9


def test_lightgbm_told_to_read_zero_as_missing_is_refused() -> None:
    booster = pytest.importorskip("lightgbm", reason="the extra `lightgbm` is not installed")
    facts, y = leads()
    raw = lightgbm(COLUMNS, seed=1, encoded={"city"}).fit(table(COLUMNS, facts), y)
    rows = np.where(np.random.default_rng(1).random((1_500, 4)) < 0.5, 0.0, np.random.default_rng(2).random((1_500, 4)))
    raw[-1]._Booster = booster.train({"zero_as_missing": True, "verbosity": -1}, booster.Dataset(rows, y), 3)
    assert "zero as missing" in refusal(raw, raw)


def difference(raw: Any, model: Any, columns: Any, facts: list[dict[str, Any]]) -> float:
    """The largest between what is served and what the model says, over these leads and odd ones."""
    odd = [None, "", "C1", "?", 7, -0.0, True, inf, -inf, nan, 10**400, 1e300]
    rows = [*facts, {}, *({**facts[0], column.name: value} for column in columns for value in odd)]
    probability = compiled(scorer_of(raw, model, columns, vertical="solar", version="0001"))
    served = np.array([probability(row) for row in rows])
    assert np.std(served) > 0.0
    return float(np.max(np.abs(served - chance(model, table(columns, rows)))))

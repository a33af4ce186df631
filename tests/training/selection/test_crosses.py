"""A pair of categories that matters is found and served as it was fitted; where there is none, none is found."""

from itertools import combinations
from math import nan
from typing import Any

import numpy as np
import pytest

from app.scoring.artefact import SCHEMA, Category, Cross, Number, NumberSplit, Scorer, Uncalibrated, Unusable
from app.scoring.compile import compiled
from app.scoring.contributions import Explainer
from app.scoring.parse import check
from training.conversion.artefact import parity_rows
from training.conversion.candidates import Candidate, boosting, chance, logistic
from training.conversion.export import scorer_of
from training.conversion.features import APART, Column, cross, crossed, table
from training.conversion.options import FitOptions
from training.conversion.selection.crosses import crosses
from training.conversion.train import train
from training.statistics import expit

REGIONS, PRODUCTS = 60, 20
COLUMNS = (Column("region", "category"), Column("product", "category"), Column("age", "number"))
Array = np.ndarray[Any, Any]


def leads(rows: int, *, pair: float = 0.0, region: float = 0.0, seed: int = 3) -> tuple[Array, Array, Array]:
    """Facts, outcomes, and the log-odds without what the pair adds to them; some leads do not say their region."""
    random = np.random.default_rng(seed)
    at, of = random.integers(REGIONS, size=rows), random.integers(PRODUCTS, size=rows)
    facts = np.empty((rows, 3), dtype=object)
    facts[:, 0] = [f"R{number}" if number else nan for number in at]
    facts[:, 1] = [f"P{number}" for number in of]
    facts[:, 2] = random.normal(45.0, 12.0, rows)
    odds = -1.3 + region * random.normal(size=REGIONS)[at]
    true = odds + pair * random.normal(size=(REGIONS, PRODUCTS))[at, of]
    return facts, (random.random(rows) < expit(true)).astype(int), odds


def names(found: Any) -> list[str]:
    return [each.name for each in found]


def test_a_pair_that_says_what_neither_of_it_says_is_found() -> None:
    facts, y, odds = leads(6_000, pair=1.0)
    assert names(crosses(COLUMNS, facts, odds, y)) == ["region × product"]


def test_where_there_is_no_pair_none_is_found() -> None:
    # Not even where the model has not seen what one of the two says by itself, nor where it is as wrong as can be.
    for seed in range(20):
        facts, y, _ = leads(4_000, region=0.8, seed=seed)
        assert crosses(COLUMNS, facts, np.full(4_000, -1.3), y) == ()
        assert crosses(COLUMNS, facts, np.full(4_000, 1.0), y) == ()


def test_a_level_that_moves_with_time_is_no_pair() -> None:
    random = np.random.default_rng(7)
    facts, _, odds = leads(6_000)
    day = np.arange(6_000) // 300
    facts[:, 0], facts[:, 1] = [f"month {at // 5}" for at in day], [f"day {at % 5}" for at in day]
    y = (random.random(6_000) < expit(odds + random.normal(0.0, 0.8, 20)[day])).astype(int)
    assert crosses(COLUMNS, facts, odds, y) == ()


def test_a_pair_is_not_named_once_more_for_what_it_has_in_common_with_another() -> None:
    facts, y, odds = leads(8_000, pair=1.2)
    # A coarser word for the product.
    facts[:, 2] = [f"family {int(product[1:]) % 10}" for product in facts[:, 1]]
    columns = (*COLUMNS[:2], Column("family", "category"))
    assert names(crosses(columns, facts, odds, y)) == ["region × product"]


def test_what_one_category_says_of_another_already_is_not_crossed() -> None:
    facts, y, odds = leads(4_000, pair=1.0)
    facts[:, 0] = [f"{product} again" for product in facts[:, 1]]
    assert crosses(COLUMNS, facts, odds, y) == ()


def test_a_column_with_the_sign_between_two_values_is_not_crossed() -> None:
    facts, y, odds = leads(6_000, pair=1.0)
    facts[0, 0] = f"R1{APART}P1"
    assert crosses(COLUMNS, facts, odds, y) == ()


@pytest.mark.parametrize("build", [logistic, boosting])
def test_a_cross_is_served_as_it_was_fitted(build: Any) -> None:
    facts, y, _ = leads(6_000, pair=1.5)
    pair = cross("region", "product")
    columns = (*COLUMNS, pair)
    model = build(columns, seed=1, encoded={"region"}).fit(crossed(COLUMNS, facts, [pair]), y)
    scorer = scorer_of(model, model, columns, vertical="solar", version="0001")
    assert [type(feature) for feature in scorer.features].count(Cross) == 1
    assert scorer.reads == ("region", "product", "age")
    rows: list[dict[str, Any]] = [
        {"region": one, "product": other, "age": 40.0}
        for one, other in combinations(["R1", "P1", "R59", "P19", "", 7, True, None, nan, f"R1{APART}P1", "?"], 2)
    ]
    rows += [{}, {"region": "R3"}, {"product": "P3"}, {"age": 30}]
    rows += [{"region": f"R{at % 60}", "product": f"P{at % 20}", "age": float(at)} for at in range(200)]
    probability = compiled(scorer)
    served = np.array([probability(row) for row in rows])
    assert np.std(served) > 0.0
    assert np.max(np.abs(served - chance(model, table(columns, rows)))) < 1e-12
    parity = parity_rows(model, columns, scorer, rows[-200:])
    told = Explainer(scorer, rows[-20:]).of(rows[0])
    assert told.usual + sum(told.by_field.values()) == pytest.approx(told.score)
    assert told.probability == pytest.approx(served[0])
    assert told.by_field[pair.name] != 0.0
    assert all(abs(probability(row.facts) - row.probability) < 1e-12 for row in parity)


def test_a_history_whose_signal_is_a_pair_is_learned_and_its_cross_is_named() -> None:
    facts, y, _ = leads(10_000, pair=1.6)
    among = (
        Candidate("logistic", logistic, ({"c": 0.1},)),
        Candidate("boosting", boosting, ({"leaves": 7, "rate": 0.1, "trees": 20},)),
    )
    trained = train(COLUMNS, facts, y, seed=1, options=FitOptions(among=among))
    assert [each.of for each in trained.crosses] == [("region", "product")]
    assert trained.newest.auc > 0.7
    assert {each.crossed for each in trained.candidates} == {True, False}
    assert min(trained.candidates, key=lambda each: each.log_loss).crossed
    assert any("region × product" in note for note in trained.notes)


@pytest.mark.parametrize(
    ("of", "values", "encodings", "why"),
    [
        (("tier", "tier"), (("a", "b"),), (0.1,), "does not cross two of its categories"),
        (("tier", "bill"), (("a", "b"),), (0.1,), "does not cross two of its categories"),
        (("tier", "gone"), (("a", "b"),), (0.1,), "does not cross two of its categories"),
        (("tier", "city"), (("a", "b"), ("a", "b")), (0.1, 0.2), "repeats a value"),
        (("tier", "city"), (("a", "b"),), (0.1, 0.2), "not one encoding a value"),
        (("tier", "city"), (("a", "b"),), (nan,), "is not a number"),
    ],
)
def test_a_cross_that_training_cannot_have_written_is_refused(of: Any, values: Any, encodings: Any, why: str) -> None:
    features = (
        Category("tier", ("a",)),
        Category("city", ("b",)),
        Number("bill"),
        Cross("x", of, values, encodings, 0.0),
    )
    scorer = Scorer(
        schema=SCHEMA,
        vertical="solar",
        version="0001",
        features=features,
        baseline=0.0,
        terms=(),
        trees=(NumberSplit(3, 0.1, False, -1.0, 1.0),),
        calibrator=Uncalibrated(),
    )
    with pytest.raises(Unusable, match=why):
        check(scorer)

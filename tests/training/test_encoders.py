"""Few values are told apart, many are encoded by how they converted, and no number weighs more than training saw."""

from math import inf, nan
from typing import Any

import numpy as np
import pytest

from app.scoring.compile import compiled
from training.conversion.candidates import boosting, chance, logistic
from training.conversion.encoders import NATIVE_MAX, Bounded, encoded, for_trees, for_weights
from training.conversion.export import scorer_of
from training.conversion.features import Column

COLUMNS = (Column("tier", "category"), Column("city", "category"), Column("age", "number"))
Array = np.ndarray[Any, Any]


def leads(count: int = 2_000, cities: int = 400, seed: int = 2) -> tuple[Array, Array]:
    random = np.random.default_rng(seed)
    rows = np.empty((count, 3), dtype=object)
    city = random.integers(cities, size=count)
    rows[:, 0] = random.choice(["good", "poor"], count)
    rows[:, 1] = [f"C{number}" for number in city]
    rows[:, 2] = random.normal(40.0, 10.0, count)
    rows[random.random(count) < 0.1, 2] = nan
    return rows, (random.random(count) < np.where(city % 2 == 0, 0.5, 0.1)).astype(int)


def test_only_categories_of_many_values_are_encoded() -> None:
    assert encoded(COLUMNS, leads()[0]) == {"city"}
    few = leads(cities=NATIVE_MAX)[0]
    assert encoded(COLUMNS, few) == frozenset()
    # Each NaN is another object, and none of them is a value.
    few[:200, 1] = [float("nan") for _ in range(200)]
    assert encoded(COLUMNS, few) == frozenset()


def test_a_city_becomes_the_share_of_its_leads_that_converted() -> None:
    rows, y = leads(20_000)
    encoder = for_trees(COLUMNS, {"city"}, seed=1).fit(rows, y)
    even, odd, unheard = encoder.transform(
        np.array([["good", "C2", 40.0], ["good", "C3", 40.0], ["good", "?", 40.0]], dtype=object)
    )[:, 1]
    assert even > 0.3 > 0.2 > odd
    assert unheard == pytest.approx(np.mean(y))


def test_in_training_a_lead_s_own_outcome_is_not_in_its_encoding() -> None:
    rows, y = leads(2_000, cities=1_500)
    noise = np.random.default_rng(0).integers(0, 2, len(y))
    encoding = for_trees(COLUMNS, {"city"}, seed=1).fit_transform(rows, noise)[:, 1]
    assert abs(np.corrcoef(encoding.astype(float), noise)[0, 1]) < 0.1


def test_absurd_numbers_count_as_high_ones() -> None:
    numbers = np.arange(1_000, dtype=object).reshape(-1, 1)
    bounded = Bounded().fit(numbers)
    low, high, up, down, blank = bounded.transform(np.array([[-1e300], [1e300], [inf], [-inf], [nan]], dtype=object))[
        :, 0
    ]
    assert (low, down) == (bounded.low_[0], bounded.low_[0])
    assert (high, up) == (bounded.high_[0], bounded.high_[0])
    assert np.isnan(blank)
    assert 0.0 < low < high < 999.0


def test_a_number_that_no_lead_has_is_bounded_to_nothing() -> None:
    bounded = Bounded().fit(np.full((5, 1), nan, dtype=object))
    assert bounded.transform(np.array([[7.0]], dtype=object))[0, 0] == 0.0


def test_weights_see_that_a_number_was_missing() -> None:
    rows, y = leads()
    encoder = for_weights(COLUMNS, {"city"}, seed=1).fit(rows, y)
    known, missing = encoder.transform(np.array([["good", "C1", 40.0], ["good", "C1", nan]], dtype=object))
    assert known[-1] < 0.0 < missing[-1]


@pytest.mark.parametrize("cities", [5, 2 * NATIVE_MAX])
@pytest.mark.parametrize("build", [boosting, logistic])
def test_a_category_never_seen_is_priced_as_the_known_and_not_as_a_missing_one(build: Any, cities: int) -> None:
    """Whoever leaves the city out converts at 6 %, whoever names one at 30 to 45 %: a new city is a city."""
    rows, _ = leads(12_000, cities=cities)
    random = np.random.default_rng(5)
    rows[random.random(len(rows)) < 0.4, 1] = nan
    named = np.array([isinstance(city, str) for city in rows[:, 1]])
    number = np.array([int(city[1:]) if isinstance(city, str) else 0 for city in rows[:, 1]])
    y = (random.random(len(rows)) < np.where(named, 0.30 + 0.15 * number / cities, 0.06)).astype(int)
    few = encoded(COLUMNS, rows)
    model = build(COLUMNS, seed=1, encoded=few).fit(rows, y)
    asked = np.array([["good", "Atlantis", 40.0], ["good", nan, 40.0]], dtype=object)
    unseen, missing = chance(model, asked)
    assert unseen == pytest.approx(np.mean(y[named]), abs=0.08)
    assert missing < 0.12
    served = compiled(scorer_of(model, model, COLUMNS, vertical="solar", version="0001"))
    assert served({"tier": "good", "city": "Atlantis", "age": 40.0}) == pytest.approx(unseen, abs=1e-9)
    assert served({"tier": "good", "age": 40.0}) == pytest.approx(missing, abs=1e-9)


def test_a_category_that_no_lead_has_stays_missing() -> None:
    rows, y = leads()
    rows[:, 0] = nan
    codes = for_trees(COLUMNS, {"city"}, seed=1).fit(rows, y)
    assert np.isnan(codes.transform(np.array([["good", "C1", 40.0]], dtype=object))[0, 0])

"""What facts add is exact: it is what every order of exchanging them says, and it sums to the score."""

from itertools import combinations
from math import factorial, log
from random import Random
from typing import Any

import pytest

from app.scoring.artefact import (
    SCHEMA,
    Beta,
    Category,
    CategorySplit,
    CategoryTerm,
    Encoded,
    Node,
    Number,
    NumberSplit,
    NumberTerm,
    Scorer,
    Sigmoid,
    Uncalibrated,
)
from app.scoring.compile import compiled
from app.scoring.contributions import Explainer, importances
from tests.table import each_row

FEATURES = (
    Category("tier", ("good", "fair", "poor"), 1),
    Number("age"),
    Encoded("city", ("Bonn", "Kiel"), (0.1, 0.4), missing=0.2, unknown=0.3),
    Number("bill"),
)
NAMES = tuple(feature.name for feature in FEATURES)


def lead(random: Random) -> dict[str, Any]:
    told = {
        "tier": random.choice(["good", "fair", "poor", "new", None]),
        "age": random.choice([18, 30.5, 44, 70, None]),
        "city": random.choice(["Bonn", "Kiel", "Ulm", None]),
        "bill": random.choice([50.0, 120, 300.0, None]),
    }
    return {name: value for name, value in told.items() if value is not None}


def tree(random: Random, depth: int = 4) -> Node:
    if depth == 0 or random.random() < 0.15:
        return random.uniform(-1.0, 1.0)
    feature, missing_left = random.randrange(4), random.random() < 0.5
    left, right = tree(random, depth - 1), tree(random, depth - 1)
    if feature == 0:
        return CategorySplit(0, tuple(random.sample(range(3), random.randint(1, 2))), missing_left, left, right)
    ends: dict[int, list[float | None]] = {1: [20.0, 35.0, 50.0, None], 2: [0.15, 0.25, 0.35], 3: [80.0, 200.0]}
    return NumberSplit(feature, random.choice(ends[feature]), missing_left, left, right)


def scorer(random: Random, trees: int = 3, calibrator: Any = None) -> Scorer:
    return Scorer(
        schema=SCHEMA,
        vertical="solar",
        version="0001",
        features=FEATURES,
        baseline=-1.5,
        terms=(
            NumberTerm(1, 18.0, 80.0, at_low=-0.2, weight=0.01, missing=0.05),
            CategoryTerm(0, (0.3, 0.0, -0.4), missing=-0.1, unknown=0.02),
            NumberTerm(2, 0.0, 1.0, at_low=0.0, weight=1.5, missing=0.0),
        ),
        trees=tuple(tree(random) for _ in range(trees)),
        calibrator=calibrator or Uncalibrated(),
    )


def score(whole: Scorer, facts: dict[str, Any]) -> float:
    chance = compiled(whole)(facts)
    return log(chance / (1.0 - chance))


def shapley(whole: Scorer, mine: dict[str, Any], usual: dict[str, Any]) -> dict[str, float]:
    """By the definition: over all sets of facts that have been exchanged before this one."""

    def mixed(exchanged: tuple[str, ...]) -> float:
        return score(whole, {n: v for n in NAMES if (v := (mine if n in exchanged else usual).get(n)) is not None})

    found = {}
    for name in NAMES:
        others = [other for other in NAMES if other != name]
        found[name] = sum(
            factorial(size) * factorial(3 - size) / factorial(4) * (mixed((*some, name)) - mixed(some))
            for size in range(4)
            for some in combinations(others, size)
        )
    return found


@each_row("seed", range(12))
def test_contributions_are_shapley_values(seed: int) -> None:
    random = Random(seed)
    whole, mine, usual = scorer(random), lead(random), [lead(random) for _ in range(3)]
    found = Explainer(whole, usual).of(mine)
    by_usual = [shapley(whole, mine, each) for each in usual]
    for name in NAMES:
        assert found.by_field[name] == pytest.approx(sum(each[name] for each in by_usual) / 3.0, abs=1e-9)


@each_row("calibrator", [None, Sigmoid(1.3, -0.2), Beta(1.1, 0.9, 0.1)])
def test_they_sum_to_the_score_which_the_curve_makes_the_probability(calibrator: Any) -> None:
    random = Random(7)
    whole, usual = scorer(random, 60, calibrator), [lead(random) for _ in range(20)]
    explainer = Explainer(whole, usual)
    for _ in range(30):
        facts = lead(random)
        found = explainer.of(facts)
        assert found.usual + sum(found.by_field.values()) == pytest.approx(found.score, abs=1e-9)
        assert found.probability == pytest.approx(compiled(whole)(facts), abs=1e-12)


def test_what_says_nothing_adds_nothing_and_the_largest_comes_first() -> None:
    random = Random(3)
    usual = [lead(random) for _ in range(4)]
    found = Explainer(scorer(random), usual).of(usual[0])
    sizes = [abs(added) for _, added in found.largest_first]
    assert sizes == sorted(sizes, reverse=True)
    same = Explainer(scorer(random), usual[:1]).of(usual[0])
    assert (same.largest_first, same.usual) == ([], same.score)


def test_importances_are_mean_sizes_and_need_a_lead() -> None:
    random = Random(5)
    explainer, leads = Explainer(scorer(random), [lead(random)]), [lead(random) for _ in range(6)]
    found = importances(explainer, leads)
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert found["age"] == pytest.approx(sum(abs(explainer.of(each).by_field["age"]) for each in leads) / 6.0)
    assert importances(explainer, []) == {}
    with pytest.raises(ValueError, match="no usual leads"):
        Explainer(scorer(random), [])

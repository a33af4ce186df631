"""The compiled function says what scikit-learn says, for any lead whatever."""

from itertools import product
from math import inf, isnan, nan
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.scoring.artefact import (
    SCHEMA,
    Beta,
    Calibrator,
    Category,
    CategorySplit,
    CategoryTerm,
    Cross,
    Encoded,
    Isotonic,
    Node,
    Number,
    NumberSplit,
    NumberTerm,
    Scorer,
    Sigmoid,
    Term,
    Uncalibrated,
)
from app.scoring.compile import Probability, as_number, compiled
from tests.table import each_row

CITY = Encoded("city", ("Bonn", "Kiel"), (0.1, 0.4), missing=0.2, unknown=0.3)
SCORER = Scorer(
    schema=SCHEMA,
    vertical="solar",
    version="0001",
    features=(Category("tier", ("good", "poor")), Number("age"), CITY),
    baseline=0.0,
    terms=(),
    trees=(),
    calibrator=Uncalibrated(),
)
WHOLE: dict[str, Any] = {"state": "S7", "tier": "good", "city": "C3", "age": 40, "bill": 120.5, "owner": True}
SCALARS = st.one_of(
    st.text(max_size=8),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.sampled_from(["good", "S1", "S25", "C1", "Bonn", 10**400, -0.0]),
)


def scorer(
    *trees: Node, terms: tuple[Term, ...] = (), baseline: float = 0.0, calibrator: Calibrator | None = None
) -> Scorer:
    calibrator = calibrator or Uncalibrated()
    return msgspec.structs.replace(SCORER, trees=trees, terms=terms, baseline=baseline, calibrator=calibrator)


def log_odds(given: Scorer, **facts: Any) -> float:
    chance = compiled(given)(facts)
    return float(np.log(chance / (1.0 - chance)))


def test_it_equals_scikit_learn_on_fresh_leads_with_blanks(model: SimpleNamespace) -> None:
    random = np.random.default_rng(77)
    rows = [model.lead(random, blank=0.2) for _ in range(1_500)]
    probability = compiled(model.scorer)
    served = [probability(row) for row in rows]
    assert np.max(np.abs(np.array(served) - model.says(rows))) <= 1e-9
    assert np.std(served) > 0.02


def test_it_equals_scikit_learn_on_values_nobody_has_seen_and_of_the_wrong_kind(model: SimpleNamespace) -> None:
    odd: list[Any] = [None, "", "a value nobody has seen", 7, 7.5, True, inf, -inf, nan, 10**400, -1, 1e300, "18"]
    whole = dict(WHOLE)
    rows = [{**whole, name: value} for name, value in product(whole, odd)]
    rows += [{}, {"unheard_of": 1}]
    probability = compiled(model.scorer)
    assert np.max(np.abs(np.array([probability(row) for row in rows]) - model.says(rows))) <= 1e-9


# A question to scikit-learn costs the same for one row as for many.
@settings(max_examples=15)
@given(rows=st.lists(st.dictionaries(st.sampled_from([*WHOLE, "other"]), SCALARS), min_size=5, max_size=15))
def test_it_equals_scikit_learn_on_anything(model: SimpleNamespace, rows: list[dict[str, Any]]) -> None:
    probability = compiled_once(model)
    assert np.max(np.abs(np.array([probability(row) for row in rows]) - model.says(rows))) <= 1e-9


def test_it_equals_scikit_learn_at_and_beside_every_threshold(model: SimpleNamespace) -> None:
    whole = dict(WHOLE)
    rows: list[dict[str, Any]] = []
    for tree in model.scorer.trees:
        for split in splits(tree):
            if isinstance(split, NumberSplit) and split.at_most is not None:
                feature = model.scorer.features[split.feature]
                if not isinstance(feature, Number):
                    continue
                name = feature.name
                beside = (np.nextafter(split.at_most, -inf), split.at_most, np.nextafter(split.at_most, inf))
                rows += [{**whole, name: float(value)} for value in beside]
    for term in model.scorer.terms:
        if isinstance(term, NumberTerm) and isinstance(model.scorer.features[term.feature], Number):
            name = model.scorer.features[term.feature].name
            rows += [
                {**whole, name: value} for bound in (term.low, term.high) for value in (bound - 1, bound, bound + 1)
            ]
    probability = compiled(model.scorer)
    assert len(rows) > (100 if model.scorer.trees else 15)
    assert np.max(np.abs(np.array([probability(row) for row in rows]) - model.says(rows))) <= 1e-9


@given(facts=st.dictionaries(st.sampled_from(["tier", "age", "city", "other"]), SCALARS))
def test_whatever_a_ping_says_there_is_a_probability(facts: dict[str, Any]) -> None:
    trees = (
        NumberSplit(1, 30.0, True, CategorySplit(0, (0,), False, 0.5, -0.5), 0.25),
        CategorySplit(0, (1,), True, 1.0, NumberSplit(1, None, False, -1.0, 2.0)),
        NumberSplit(2, 0.25, False, -0.5, 0.5),
    )
    terms = (CategoryTerm(0, (0.1, 0.2), 0.0, 0.3), NumberTerm(1, 18.0, 90.0, -0.5, 0.01, 0.2))
    assert 0.0 < compiled(scorer(*trees, terms=terms))(facts) < 1.0


def test_a_number_at_its_threshold_goes_left() -> None:
    given = scorer(NumberSplit(1, 30.0, False, -1.0, 1.0))
    assert log_odds(given, age=30) == pytest.approx(-1.0)
    assert log_odds(given, age=30.0001) == pytest.approx(1.0)


@each_row("at_most", [30.0, None])
@each_row(("missing_left", "expected"), [(True, -1.0), (False, 1.0)])
def test_a_missing_number_goes_where_training_sent_it(
    at_most: float | None, missing_left: bool, expected: float
) -> None:
    given = scorer(NumberSplit(1, at_most, missing_left, -1.0, 1.0))
    for facts in ({}, {"age": "thirty"}, {"age": nan}, {"age": 10**400}):
        assert log_odds(given, **facts) == pytest.approx(expected)


def test_a_split_without_a_threshold_sends_every_number_left() -> None:
    given = scorer(NumberSplit(1, None, False, -1.0, 1.0))
    for age in (-1e300, 0, 90, inf):
        assert log_odds(given, age=age) == pytest.approx(-1.0)


@each_row(("missing_left", "expected"), [(True, -1.0), (False, 1.0)])
def test_an_unknown_category_is_the_most_ordinary_one_and_no_missing_one(missing_left: bool, expected: float) -> None:
    split = CategorySplit(0, (0,), missing_left, -1.0, 1.0)
    for unknown, said in ((0, -1.0), (1, 1.0), (None, expected)):
        features = (Category("tier", ("good", "poor"), unknown), *SCORER.features[1:])
        given = msgspec.structs.replace(scorer(split), features=features)
        assert log_odds(given, tier="good") == pytest.approx(-1.0)
        assert log_odds(given, tier="poor") == pytest.approx(1.0)
        assert log_odds(given, tier="never seen") == pytest.approx(said)
        for facts in ({}, {"tier": 0}, {"tier": False}, {"tier": ""}):
            assert log_odds(given, **facts) == pytest.approx(expected)


@each_row(
    ("facts", "expected"),
    [
        ({"city": "Bonn"}, -1.0),
        ({"city": "Kiel"}, 1.0),
        ({"city": "Ulm"}, 1.0),
        ({}, -1.0),
        ({"city": ""}, -1.0),
        ({"city": 7}, -1.0),
        ({"city": True}, -1.0),
    ],
)
def test_an_encoded_fact_is_split_by_its_number_and_never_missing(facts: dict[str, Any], expected: float) -> None:
    for missing_left in (True, False):
        given = scorer(NumberSplit(2, 0.25, missing_left, -1.0, 1.0))
        assert log_odds(given, **facts) == pytest.approx(expected)


@each_row(
    ("facts", "expected"),
    [
        ({"tier": "good"}, 0.5),
        ({"tier": "poor"}, -0.5),
        ({"tier": "never seen"}, 0.25),
        ({"tier": ""}, 0.75),
        ({"tier": 7}, 0.75),
        ({}, 0.75),
    ],
)
def test_a_category_adds_its_weight_and_knows_the_unknown_from_the_missing(
    facts: dict[str, Any], expected: float
) -> None:
    given = scorer(terms=(CategoryTerm(0, (0.5, -0.5), missing=0.75, unknown=0.25),))
    assert log_odds(given, **facts) == pytest.approx(expected)


@each_row(
    ("facts", "expected"),
    [
        ({"age": 20}, -1.0),
        ({"age": 30}, -0.5),
        ({"age": 40.0}, 0.0),
        ({"age": 10}, -1.0),
        ({"age": 10**9}, 0.0),
        ({"age": -inf}, -1.0),
        ({"age": "thirty"}, 0.3),
        ({"age": nan}, 0.3),
        ({"age": 10**400}, 0.3),
        ({}, 0.3),
    ],
)
def test_a_number_adds_along_a_line_between_its_bounds(facts: dict[str, Any], expected: float) -> None:
    given = scorer(terms=(NumberTerm(1, 20.0, 40.0, at_low=-1.0, weight=0.05, missing=0.3),))
    assert log_odds(given, **facts) == pytest.approx(expected)


def test_an_encoded_fact_is_weighed_by_its_number() -> None:
    given = scorer(terms=(NumberTerm(2, 0.1, 0.4, at_low=0.1, weight=2.0, missing=9.0),))
    said = [log_odds(given, **facts) for facts in ({"city": "Bonn"}, {"city": "Kiel"}, {"city": "Ulm"}, {})]
    assert said == pytest.approx([0.1, 0.7, 0.5, 0.3])


def test_terms_trees_and_baseline_add_up() -> None:
    terms = (CategoryTerm(0, (0.5, -0.5), 0.0, 0.0), NumberTerm(1, 0.0, 10.0, 0.0, 0.1, 0.0))
    given = scorer(NumberSplit(1, 5.0, False, -1.0, 1.0), terms=terms, baseline=0.25)
    assert log_odds(given, tier="good", age=7) == pytest.approx(0.25 + 0.5 + 0.7 + 1.0)


def test_a_boolean_is_read_as_zero_or_one() -> None:
    given = scorer(NumberSplit(1, 0.5, False, -1.0, 1.0))
    assert log_odds(given, age=False) == pytest.approx(-1.0)
    assert log_odds(given, age=True) == pytest.approx(1.0)


def test_trees_add_up_with_the_baseline_however_many_share_a_word() -> None:
    trees = [NumberSplit(1, float(at), False, -0.01 * at, 0.02 * at) for at in range(1, 40)]
    expected = 0.3 + sum(-0.01 * at if at >= 20 else 0.02 * at for at in range(1, 40))
    assert log_odds(scorer(*trees, baseline=0.3), age=20) == pytest.approx(expected)


def test_a_tree_that_is_one_leaf_and_a_scorer_without_trees_work() -> None:
    assert log_odds(scorer(0.25, baseline=0.5)) == pytest.approx(0.75)
    assert log_odds(scorer(baseline=0.5)) == pytest.approx(0.5)


def test_a_sigmoid_stretches_and_shifts() -> None:
    given = scorer(1.0, calibrator=Sigmoid(2.0, -0.5))
    assert log_odds(given) == pytest.approx(1.5)


@each_row("score", [-3.0, -0.2, 0.0, 1.5])
def test_a_beta_stretches_either_end_by_itself(score: float) -> None:
    chance = 1.0 / (1.0 + np.exp(-score))
    given = scorer(score, calibrator=Beta(0.5, 2.0, 0.1))
    assert log_odds(given) == pytest.approx(0.5 * np.log(chance) - 2.0 * np.log(1.0 - chance) + 0.1)


@each_row(("score", "expected"), [(1e6, 1.0), (-1e6, 0.0)])
def test_a_beta_does_not_overflow(score: float, expected: float) -> None:
    assert compiled(scorer(baseline=score, calibrator=Beta(1.0, 1.0, 0.0)))({}) == expected


def test_a_rising_curve_is_followed_in_straight_lines_and_holds_at_its_ends() -> None:
    curve = Isotonic((-1.0, 0.0, 1.0), (0.1, 0.2, 0.6))
    said = [compiled(scorer(baseline=score, calibrator=curve))({}) for score in (-5.0, -1.0, -0.5, 0.0, 0.5, 1.0, 5.0)]
    assert said == pytest.approx([0.1, 0.1, 0.15, 0.2, 0.4, 0.6, 0.6])


@each_row("baseline", [nan, inf, -inf])
@each_row("calibrator", [Uncalibrated(), Sigmoid(1.0, nan), Beta(1.0, 1.0, nan), Isotonic((0.0,), (nan,))])
def test_what_is_no_probability_is_nan(baseline: float, calibrator: Calibrator) -> None:
    chance = compiled(scorer(inf, -inf, baseline=baseline, calibrator=calibrator))({})
    assert isnan(chance)


def test_texts_of_an_artefact_are_data_whatever_they_say() -> None:
    evil = "facts') or __import__('os').abort() or ('"
    given = msgspec.structs.replace(
        SCORER, features=(Category(evil, (evil, "]\n")),), trees=(CategorySplit(0, (0,), False, -1.0, 1.0),)
    )
    assert log_odds(given, **{evil: evil}) == pytest.approx(-1.0)
    assert log_odds(given, **{evil: "]\n"}) == pytest.approx(1.0)


def test_only_numbers_are_numbers() -> None:
    assert [as_number(value) for value in (3, 2.5, True)] == [3.0, 2.5, 1.0]
    assert all(isnan(as_number(value)) for value in ("3", None, [3], 10**400))


def compiled_once(model: SimpleNamespace) -> Probability:
    if not hasattr(model, "compiled"):
        model.compiled = compiled(model.scorer)
    probability: Probability = model.compiled
    return probability


def splits(node: Node) -> list[Any]:
    return [] if isinstance(node, float) else [node, *splits(node.left), *splits(node.right)]


def staircase(leaves: int, step: float) -> Node:
    """A tree whose leaf at `age` is that many steps, up to its last one."""
    node: Node = step * (leaves - 1)
    for place in reversed(range(leaves - 1)):
        node = NumberSplit(1, float(place), missing_left=True, left=step * place, right=node)
    return node


@each_row("largest", [1, 2, 8, 9, 16, 17, 32])
@each_row("trees", [1, 2, 5])
def test_every_leaf_is_found_in_trees_of_any_size(largest: int, trees: int) -> None:
    sizes = [max(largest - number, 1) for number in range(trees)]
    forest = [staircase(leaves, 10.0**-number) for number, leaves in enumerate(sizes)]
    model = compiled(scorer(*forest))
    for age in range(largest):
        score = sum(10.0**-number * min(age, leaves - 1) for number, leaves in enumerate(sizes))
        assert model({"age": age}) == pytest.approx(1 / (1 + np.exp(-score)))


@each_row("value", [-1, 9999.0, "none"])
def test_a_value_that_stands_for_none_is_missing(value: float | str) -> None:
    features = (
        Number("age", absent=(-1.0, 9999.0)),
        Category("tier", ("good", "poor"), unknown=1, absent=("none",)),
        msgspec.structs.replace(CITY, absent=("none",)),
        Cross("tier × city", ("tier", "city"), (("good", ""), ("", "Kiel")), (0.1, 0.4), 0.9, (("none",), ("none",))),
    )
    trees = (
        NumberSplit(0, 30.0, missing_left=False, left=0.5, right=-0.5),
        CategorySplit(1, (0,), missing_left=True, left=0.25, right=-0.25),
        NumberSplit(2, 0.25, missing_left=True, left=0.125, right=-0.125),
        NumberSplit(3, 0.5, missing_left=True, left=0.0625, right=-0.0625),
    )
    terms = (
        NumberTerm(0, 18.0, 80.0, at_low=1.0, weight=0.1, missing=0.3),
        CategoryTerm(1, (0.2, -0.2), missing=0.7, unknown=0.1),
        NumberTerm(2, 0.0, 1.0, at_low=0.0, weight=1.0, missing=0.0),
        NumberTerm(3, 0.0, 1.0, at_low=0.0, weight=1.0, missing=0.0),
    )
    for known in ({"tier": "good"}, {"city": "Kiel"}, {"age": 20}):
        names = [
            name for name in ("age", "tier", "city") if name not in known and isinstance(value, str) == (name != "age")
        ]
        for parts in ({"trees": trees}, {"terms": terms}):
            model = compiled(msgspec.structs.replace(SCORER, features=features, **parts))
            assert model({**known, **dict.fromkeys(names, value)}) == model(dict(known))

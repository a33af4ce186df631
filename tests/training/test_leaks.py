"""A field that was written after the fact is suspected by name; honest fields are not."""

from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from app.domain.vertical import Field, Vertical
from app.scoring.card import FieldCheck
from tests.histories import facts_in
from training.conversion.features import Column, columns_of, stacked, table
from training.conversion.leaks import check_fields, hinted, suspected
from training.histories.history import History
from training.statistics import Array

Draw = Callable[..., History]


def checked(history: History, vertical: Vertical, heard: list[str]) -> dict[str, FieldCheck]:
    # Each field more is tried alone and left out once or twice: these few are of every kind.
    columns = [column for column in columns_of(vertical)[0] if column.name not in ("state", "local_hour")]
    checks = check_fields(columns, table(columns, facts_in(history)), history.converted, seed=1, tell=heard.append)
    return {check.name: check for check in checks}


def test_a_planted_leak_is_suspected_and_nothing_else_is(draw: Draw, vertical: Vertical) -> None:
    leaky = msgspec.structs.replace(vertical, fields=(*vertical.fields, Field(name="call_length", type="number")))
    heard: list[str] = []
    checks = checked(draw(1_600, leak="call_length"), leaky, heard)
    assert [name for name, check in checks.items() if suspected(check)] == ["call_length"]
    assert checks["call_length"].alone > 0.9
    assert checks["call_length"].removal > 0.05
    # Once more without it, since one leak hides another that says the same.
    rest = [name for name in checks if name != "call_length"]
    assert heard == [*checks, *(f"all but {name}" for name in [*checks, *rest])]


def test_a_leak_that_a_stronger_one_hides_is_found_without_it(draw: Draw) -> None:
    history = draw(1_600, leak="call_length")
    random = np.random.default_rng(6)
    weaker = history.converted * 1.2 + random.normal(0.0, 0.8, 1_600)
    facts = [{**lead, "note_length": float(told)} for lead, told in zip(facts_in(history), weaker, strict=True)]
    columns = (Column("tier", "category"), Column("call_length", "number"), Column("note_length", "number"))
    checks = check_fields(columns, table(columns, facts), history.converted, seed=1, tell=lambda _: None)
    assert {check.name for check in checks if suspected(check)} == {"call_length", "note_length"}
    assert next(check.alone for check in checks if check.name == "note_length") < 0.9


@pytest.mark.long
def test_of_a_long_history_rare_conversions_are_all_looked_at(vertical: Vertical) -> None:
    columns, _ = columns_of(msgspec.structs.replace(vertical, fields=(Field(name="tail", type="number"),)))
    y = np.zeros(50_000, dtype=int)
    y[::200] = 1
    facts = {"tail": y * 3.0 + np.random.default_rng(2).normal(0.0, 1.0, len(y))}
    checks = check_fields(columns, stacked(columns, facts, len(y)), y, seed=1, tell=lambda _: None)
    assert [check.name for check in checks if suspected(check)] == ["tail"]


def test_honest_fields_stay_far_below_the_limits(draw: Draw, vertical: Vertical) -> None:
    checks = checked(draw(1_600), vertical, [])
    assert not any(suspected(check) for check in checks.values())
    assert checks["tier"].alone > 0.53 > checks["weekday"].alone


def test_what_tells_nearly_all_alone_or_much_alone_and_beside_others_is_suspected() -> None:
    assert suspected(FieldCheck(name="a", alone=0.91, removal=0.0))
    assert suspected(FieldCheck(name="a", alone=0.71, removal=0.06, others=4))
    assert not suspected(FieldCheck(name="a", alone=0.89, removal=0.04, others=9))
    assert not suspected(FieldCheck(name="a", alone=0.69, removal=0.06, others=9))


def test_beside_few_others_a_good_field_is_no_suspect_for_being_missed() -> None:
    assert not suspected(FieldCheck(name="a", alone=0.79, removal=0.25, others=3))
    assert suspected(FieldCheck(name="a", alone=0.81, removal=0.25, others=1))


@pytest.mark.parametrize(
    "name",
    [
        "Last Activity",
        "lead_quality",
        "leadStage",
        "status",
        "Tags",
        "disposition",
        "modified_on",
        "call_outcome",
        "Closed At",
        "talk_seconds",
    ],
)
def test_the_name_of_something_later_is_held_against_what_tells_much(name: str) -> None:
    assert suspected(FieldCheck(name=name, alone=0.72, removal=0.0, others=9))
    assert not suspected(FieldCheck(name=name, alone=0.69, removal=0.01, others=9))


@pytest.mark.parametrize("name", ["credit_tier", "plastic", "estate", "home_age", "breakfast", "postage"])
def test_a_name_that_only_contains_such_a_word_is_not(name: str) -> None:
    assert not hinted(name)


def history_of(fields: dict[str, Array], y: Array) -> dict[str, FieldCheck]:
    columns = tuple(Column(name, "number") for name in fields)
    checks = check_fields(columns, stacked(columns, fields, len(y)), y, seed=1, tell=lambda _: None)
    return {check.name: check for check in checks}


def test_two_twin_leaks_that_hide_each_other_are_both_named() -> None:
    random = np.random.default_rng(8)
    honest = {f"fact{number}": random.normal(0.0, 1.0, 1_200) for number in range(4)}
    y = (random.random(1_200) < 1.0 / (1.0 + np.exp(1.5 - 0.6 * honest["fact0"] - 0.4 * honest["fact1"]))).astype(int)
    call = y * 1.3 + random.normal(0.0, 1.0, 1_200)
    checks = history_of(
        {**honest, "length": call, "minutes": call + random.normal(0.0, 0.3, 1_200)},
        y,
    )
    assert {name for name, check in checks.items() if suspected(check)} == {"length", "minutes"}
    assert checks["length"].twins == ("minutes",)
    assert max(checks[name].alone for name in ("length", "minutes")) < 0.9


def test_honest_strong_fields_of_a_short_list_are_not_named() -> None:
    random = np.random.default_rng(9)
    facts = {"age": random.normal(0.0, 1.0, 3_000), "income": random.normal(0.0, 1.0, 3_000)}
    y = (random.random(3_000) < 1.0 / (1.0 + np.exp(1.5 - 1.1 * facts["age"] - 0.8 * facts["income"]))).astype(int)
    checks = history_of(facts, y)
    assert checks["age"].alone > 0.7
    assert checks["age"].removal > 0.05
    assert not any(map(suspected, checks.values()))


def test_what_tells_only_when_a_lead_came_is_no_suspect() -> None:
    random = np.random.default_rng(10)
    index = np.repeat(np.linspace(0.0, 1.0, 40), 50)
    y = (random.random(2_000) < 0.02 + 0.7 * (index > 0.7)).astype(int)
    assert roc_auc_score(y, index) > 0.8
    checks = history_of({"rate": index, **{f"fact{n}": random.normal(0.0, 1.0, 2_000) for n in range(2)}}, y)
    assert not any(map(suspected, checks.values()))


def test_a_file_that_is_sorted_by_the_outcome_hides_no_leak() -> None:
    random = np.random.default_rng(11)
    y = np.repeat([0, 1], [1_500, 500])
    checks = history_of({"tail": y + random.normal(0.0, 0.3, 2_000), "fact": random.normal(0.0, 1.0, 2_000)}, y)
    assert [name for name, check in checks.items() if suspected(check)] == ["tail"]


def test_the_strongest_of_a_few_honest_fields_is_no_suspect() -> None:
    random = np.random.default_rng(3)
    facts = {"tail": random.normal(0.0, 1.0, 3_000), "tier": random.integers(0, 5, 3_000).astype(float)}
    y = (random.random(3_000) < 0.1 + 0.08 * facts["tier"]).astype(int)
    columns = (Column("tail", "number"), Column("tier", "number"))
    checks = check_fields(columns, stacked(columns, facts, len(y)), y, seed=1, tell=lambda _: None)
    strongest = max(checks, key=lambda check: check.removal)
    assert strongest.name == "tier"
    assert strongest.removal > 0.05
    assert not suspected(strongest)

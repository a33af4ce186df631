"""A field that was written after the fact is suspected by name; honest fields are not."""

from collections.abc import Callable

import msgspec
import numpy as np

from app.domain.vertical import Field, Vertical
from app.scoring.card import FieldCheck
from tests.histories import facts_in
from training.conversion.features import Column, columns_of, stacked, table
from training.conversion.leaks import check_fields, suspected
from training.histories.history import History

Draw = Callable[..., History]


def checked(history: History, vertical: Vertical, heard: list[str]) -> dict[str, FieldCheck]:
    # Each field more is tried alone and left out once or twice: these few are of every kind.
    columns = [column for column in columns_of(vertical)[0] if column.name not in ("state", "local_hour")]
    checks = check_fields(columns, table(columns, facts_in(history)), history.converted, seed=1, tell=heard.append)
    return {check.name: check for check in checks}


def test_a_planted_leak_is_suspected_and_nothing_else_is(draw: Draw, vertical: Vertical) -> None:
    leaky = msgspec.structs.replace(vertical, fields=(*vertical.fields, Field(name="call_length", type="number")))
    heard: list[str] = []
    checks = checked(draw(2_500, leak="call_length"), leaky, heard)
    assert [name for name, check in checks.items() if suspected(check)] == ["call_length"]
    assert checks["call_length"].alone > 0.9
    assert checks["call_length"].removal > 0.05
    # Once more without it, since one leak hides another that says the same.
    rest = [name for name in checks if name != "call_length"]
    assert heard == [*checks, *(f"all but {name}" for name in [*checks, *rest])]


def test_a_leak_that_a_stronger_one_hides_is_found_without_it(draw: Draw) -> None:
    history = draw(2_500, leak="call_length")
    random = np.random.default_rng(6)
    weaker = history.converted * 1.2 + random.normal(0.0, 0.8, 2_500)
    facts = [{**lead, "note_length": float(told)} for lead, told in zip(facts_in(history), weaker, strict=True)]
    columns = (Column("tier", "category"), Column("call_length", "number"), Column("note_length", "number"))
    checks = check_fields(columns, table(columns, facts), history.converted, seed=1, tell=lambda _: None)
    assert {check.name for check in checks if suspected(check)} == {"call_length", "note_length"}
    assert next(check.alone for check in checks if check.name == "note_length") < 0.9


def test_of_a_long_history_rare_conversions_are_all_looked_at(vertical: Vertical) -> None:
    columns, _ = columns_of(msgspec.structs.replace(vertical, fields=(Field(name="tail", type="number"),)))
    y = np.zeros(50_000, dtype=int)
    y[::200] = 1
    facts = {"tail": y * 3.0 + np.random.default_rng(2).normal(0.0, 1.0, len(y))}
    checks = check_fields(columns, stacked(columns, facts, len(y)), y, seed=1, tell=lambda _: None)
    assert [check.name for check in checks if suspected(check)] == ["tail"]


def test_honest_fields_stay_far_below_the_limits(draw: Draw, vertical: Vertical) -> None:
    checks = checked(draw(2_500), vertical, [])
    assert not any(suspected(check) for check in checks.values())
    assert checks["tier"].alone > 0.53 > checks["weekday"].alone


def test_what_tells_nearly_all_alone_or_much_alone_and_beside_others_is_suspected() -> None:
    assert suspected(FieldCheck(name="a", alone=0.91, removal=0.0))
    assert suspected(FieldCheck(name="a", alone=0.81, removal=0.06))
    assert not suspected(FieldCheck(name="a", alone=0.89, removal=0.04))


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

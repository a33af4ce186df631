"""A field that was written after the fact is suspected by name; honest fields are not."""

from collections.abc import Callable

import msgspec

from app.domain.vertical import Field, Vertical
from training.conversion.features import columns_of, table
from training.conversion.leaks import FieldCheck, check_fields
from training.histories.history import History

Draw = Callable[..., History]


def checked(history: History, vertical: Vertical, heard: list[str]) -> dict[str, FieldCheck]:
    columns, _ = columns_of(vertical)
    checks = check_fields(columns, table(columns, history.facts), history.converted, seed=1, tell=heard.append)
    return {check.name: check for check in checks}


def test_a_planted_leak_is_suspected_and_nothing_else_is(draw: Draw, vertical: Vertical) -> None:
    leaky = msgspec.structs.replace(vertical, fields=(*vertical.fields, Field(name="call_length", type="number")))
    heard: list[str] = []
    checks = checked(draw(2_500, leak="call_length"), leaky, heard)
    assert [name for name, check in checks.items() if check.suspected] == ["call_length"]
    assert checks["call_length"].alone > 0.9
    assert checks["call_length"].removal > 0.05
    assert heard == list(checks)


def test_honest_fields_stay_far_below_the_limits(draw: Draw, vertical: Vertical) -> None:
    checks = checked(draw(4_000), vertical, [])
    assert not any(check.suspected for check in checks.values())
    assert checks["tier"].alone > 0.53 > checks["weekday"].alone


def test_either_limit_alone_makes_a_suspect() -> None:
    assert FieldCheck(name="a", alone=0.91, removal=0.0).suspected
    assert FieldCheck(name="a", alone=0.6, removal=0.06).suspected
    assert not FieldCheck(name="a", alone=0.89, removal=0.04).suspected

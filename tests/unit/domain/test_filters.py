"""A campaign's own rules."""

from typing import Literal

from app.domain.filters import Filter, Operator, Value
from tests.table import each_row

NUMBERS = frozenset[Value]({1, 2})
ROOFS = frozenset[Value]({"tile", "flat"})


@each_row(
    ("rule", "actual", "admitted"),
    [
        (Filter(field="x", op="in", values=ROOFS), "tile", True),
        (Filter(field="x", op="in", values=ROOFS), "shingle", False),
        (Filter(field="x", op="in", values=NUMBERS), 2, True),
        (Filter(field="x", op="not_in", values=ROOFS), "tile", False),
        (Filter(field="x", op="not_in", values=ROOFS), "shingle", True),
        (Filter(field="x", op="is", value=True), True, True),
        (Filter(field="x", op="is", value=True), False, False),
        (Filter(field="x", op="is", value="yes"), "no", False),
        (Filter(field="x", op="present"), False, True),
        (Filter(field="x", op="present"), 0, True),
        (Filter(field="x", op="at_least", value=100), 100, True),
        (Filter(field="x", op="at_least", value=100), 99.9, False),
        (Filter(field="x", op="at_most", value=100.0), 100, True),
        (Filter(field="x", op="at_most", value=100.0), 101, False),
        (Filter(field="x", op="at_least", value="1990-01-01"), "1990-01-02", True),
        (Filter(field="x", op="at_most", value="1990-01-01"), "1990-01-02", False),
        (Filter(field="x", op="at_least", value=100), "abc", False),
        (Filter(field="x", op="at_most", value="abc"), 100, False),
        (Filter(field="x", op="at_least", value=100), float("nan"), False),
        (Filter(field="x", op="at_least"), 1, False),
    ],
)
def test_a_rule_admits_a_value_or_not(rule: Filter, actual: Value, admitted: bool) -> None:
    assert rule.admits({"x": actual}) is admitted


@each_row("op", ["in", "not_in", "at_least", "at_most", "is", "present"])
@each_row(("missing", "admitted"), [("refuse", False), ("pass", True)])
def test_an_absent_or_empty_field_does_as_the_rule_says(
    op: Operator, missing: Literal["refuse", "pass"], admitted: bool
) -> None:
    rule = Filter(field="x", op=op, values=ROOFS, value=1, missing=missing)
    assert rule.admits({}) is admitted
    assert rule.admits({"x": ""}) is admitted

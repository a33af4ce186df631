"""Rules on answers: three-valued, so that what is null neither passes nor fails by accident."""

from typing import Any

from app.domain.checks.rule import AnswerRule, at_path
from tests.table import each_row


@each_row(
    ("op", "wanted", "actual", "outcome"),
    [
        ("at_most", 10, 10, "pass"),
        ("at_most", 10, 11, "fail"),
        ("at_least", 0.5, 1, "pass"),
        ("at_least", "2026-11-01", "2026-10-31", "fail"),
        ("at_most", 10, True, "unknown"),
        ("at_most", 10, "many", "unknown"),
        ("is", False, False, "pass"),
        ("is", False, 0, "fail"),
        ("is", "TX", "tx", "pass"),
        ("at_most", 10, None, "unknown"),
        ("is", False, {"a": 1}, "unknown"),
        ("in", ("typing", "autofill"), "Typing", "pass"),
        ("not_in", ("paste",), ["typing", "paste"], "fail"),
        ("not_in", ("paste",), [], "unknown"),
    ],
)
def test_a_value_passes_fails_or_says_nothing(op: Any, wanted: Any, actual: Any, outcome: str) -> None:
    several = isinstance(wanted, tuple)
    rule = AnswerRule(property="p", op=op, values=wanted if several else (), value=None if several else wanted)
    assert rule.judge({"p": actual}) == outcome


def test_what_is_missing_is_what_the_rule_says() -> None:
    for on_null in ("pass", "fail", "unknown"):
        assert AnswerRule(property="p", op="is", value=1, on_null=on_null).judge({}) == on_null


def test_a_path_goes_through_tables_and_through_keys_that_hold_dots() -> None:
    answer = {"market.leadid.tcpa": {"result": 1}, "geo": {"state": "TX"}}
    assert at_path(answer, "market.leadid.tcpa.result") == 1
    assert at_path(answer, "geo.state") == "TX"
    assert at_path(answer, "geo.city.name") is None

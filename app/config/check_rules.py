"""Builds the rules on the answers of providers: each of a table's conditions is one."""

from collections.abc import Iterable

from app.config.file.problem import Findings
from app.config.schema import CheckRuleTable
from app.domain.checks.rule import AnswerRule, RuleOperator, Scalar


def rules_of(tables: Iterable[CheckRuleTable], code: str, findings: Findings) -> tuple[AnswerRule, ...]:
    """The rules of these tables; `code` is the reason code of those that name none."""
    return tuple(rule for table in tables for rule in _rules(table, code, findings))


def _rules(table: CheckRuleTable, code: str, findings: Findings) -> Iterable[AnswerRule]:
    """A rule for each condition of the table."""
    conditions: list[tuple[RuleOperator, tuple[Scalar, ...], Scalar | None]] = [
        ("in", table.is_in, None),
        ("not_in", table.not_in, None),
        ("at_least", (), table.at_least),
        ("at_most", (), table.at_most),
        ("is", (), table.equals),
    ]
    stated = [each for each in conditions if each[1] or each[2] is not None]
    if not stated:
        findings.error(table.at, "it has no condition", "add one of `in`, `not_in`, `at_least`, `at_most`, `is`")
    for op, values, value in stated:
        yield AnswerRule(
            property=table.property,
            op=op,
            values=values,
            value=value,
            on_null=table.on_null,
            code=table.code or code,
            price_cut=table.price_cut,
        )

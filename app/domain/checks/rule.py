"""A buyer's own rule on one property of a provider's answer; what is null neither passes nor fails it by accident."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from app.domain.checks.verdict import CheckOutcome

RuleOperator = Literal["in", "not_in", "at_least", "at_most", "is"]
Scalar = str | int | float | bool


class AnswerRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`property` (a dotted path) must stand to `value`, or to one of `values`, as `op` says.

    `on_null` says what a property is that the provider left out, or that is of another kind than the rule's. What
    breaks the rule is refused with `code`, or only lowers the bid by the share `price_cut` where there is one.
    """

    property: str
    op: RuleOperator
    values: tuple[Scalar, ...] = ()
    value: Scalar | None = None
    on_null: CheckOutcome = "unknown"
    code: str = "consent_invalid"
    price_cut: float = 0.0

    def judge(self, answer: Mapping[str, Any]) -> CheckOutcome:
        """What this answer comes to."""
        actual = at_path(answer, self.property)
        if isinstance(actual, list):
            # Of several values, such as the methods by which a form was filled in, each must be right.
            outcomes = [self._judge(each) for each in actual] or [self.on_null]
            return next((each for each in ("fail", "unknown") if each in outcomes), "pass")
        return self._judge(actual)

    def _judge(self, actual: object) -> CheckOutcome:
        if not isinstance(actual, (str, int, float, bool)):
            return self.on_null
        if self.op in ("in", "not_in"):
            is_in = any(_alike(actual, value) for value in self.values)
            return "pass" if is_in == (self.op == "in") else "fail"
        if self.op == "is":
            return "pass" if _alike(actual, self.value) else "fail"
        return self._compared(actual)

    def _compared(self, actual: Scalar) -> CheckOutcome:
        """Numbers by size, text (such as a date) in its own order; unlike kinds say nothing."""
        bound = self.value
        if isinstance(actual, str) and isinstance(bound, str):
            higher, lower = actual >= bound, actual <= bound
        elif _is_number(actual) and _is_number(bound):
            higher, lower = float(actual) >= float(bound or 0), float(actual) <= float(bound or 0)
        else:
            return self.on_null
        return "pass" if (higher if self.op == "at_least" else lower) else "fail"


def at_path(answer: Any, path: str) -> Any:
    """What lies at a dotted path. Keys may hold dots themselves, as `market.leadid.tcpa` does; lists have numbers."""
    if isinstance(answer, list):
        head, _, rest = path.partition(".")
        inner = answer[int(head)] if head.isdecimal() and int(head) < len(answer) else None
        return at_path(inner, rest) if rest else inner
    if not isinstance(answer, Mapping):
        return None
    if path in answer:
        return answer[path]
    names = path.split(".")
    for end in range(len(names) - 1, 0, -1):
        inner = answer.get(".".join(names[:end]))
        if isinstance(inner, (Mapping, list)):
            found = at_path(inner, ".".join(names[end:]))
            if found is not None:
                return found
    return None


def _alike(actual: Scalar, wanted: Scalar | None) -> bool:
    """Text without regard to case, and true is not 1."""
    if isinstance(actual, str) and isinstance(wanted, str):
        return actual.casefold() == wanted.casefold()
    return isinstance(actual, bool) == isinstance(wanted, bool) and actual == wanted


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)

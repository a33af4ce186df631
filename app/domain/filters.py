"""A campaign's own rules on any field of a ping."""

from collections.abc import Mapping
from typing import Literal

import msgspec

Operator = Literal["in", "not_in", "at_least", "at_most", "is", "present"]
Value = str | int | float | bool


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """`field` must stand to `value` (or one of `values`) as `op` says. `missing` says what an absent field does."""

    field: str
    op: Operator
    values: frozenset[Value] = frozenset()
    value: Value | None = None
    missing: Literal["refuse", "pass"] = "refuse"

    def admits(self, facts: Mapping[str, Value]) -> bool:
        """Whether a lead with these facts may be bought."""
        actual = facts.get(self.field)
        if actual is None or actual == "":
            return self.missing == "pass"
        if self.op == "in":
            return actual in self.values
        if self.op == "not_in":
            return actual not in self.values
        if self.op == "is":
            return actual == self.value
        if self.op == "present":
            return True
        return _compares(self.op, actual, self.value)


def _compares(op: str, actual: Value, bound: Value | None) -> bool:
    """Numbers by size, dates and other text in their own order; unlike kinds never compare."""
    if isinstance(actual, str) or isinstance(bound, str):
        if not (isinstance(actual, str) and isinstance(bound, str)):
            return False
        return actual >= bound if op == "at_least" else actual <= bound
    if bound is None:
        return False
    return actual >= bound if op == "at_least" else actual <= bound

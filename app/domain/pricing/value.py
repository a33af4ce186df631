"""What one conversion of a campaign contributes, which may depend on the lead: a loan amount, a premium."""

from collections.abc import Mapping

import msgspec

Value = str | int | float | bool


class Worth(msgspec.Struct, frozen=True, kw_only=True):
    """`base_cents`, plus `rate` of the dollars in `field` (within `low_cents`..`high_cents` where they are set).

    A lead without the field is worth `base_cents` plus `missing_cents`.
    """

    base_cents: int = 0
    field: str = ""
    rate: float = 0.0
    missing_cents: int = 0
    low_cents: int = 0
    high_cents: int | None = None

    def of(self, facts: Mapping[str, Value]) -> float:
        """Contribution of one conversion of a lead with these facts, in cents."""
        if not self.field:
            return float(self.base_cents)
        amount = facts.get(self.field)
        if isinstance(amount, str) or amount is None:
            return float(self.base_cents + self.missing_cents)
        worth = self.base_cents + self.rate * float(amount) * 100.0
        worth = max(worth, float(self.low_cents))
        return min(worth, float(self.high_cents)) if self.high_cents is not None else worth

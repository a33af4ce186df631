"""How reported demand moves the price: down where a territory is full, up where leads are owed."""

import msgspec


class DemandStanding(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """`open` leads a territory can still work, of `expected` that will probably come meanwhile; `name` says where.

    It moves the price; only where `limit` says so, nothing is bought beyond it.
    """

    name: str
    open: float
    expected: float
    limit: bool = False

    @property
    def is_full(self) -> bool:
        """Whether not one more lead may be bought."""
        return self.limit and self.open < 1.0

    def shadow_cents(self, demand_cents: int) -> float:
        """nu of the territory: from `demand_cents` where it is full down to `-demand_cents` where leads are owed.

        Linear in the share that can be worked: 0 where exactly as many leads can be worked as will come.
        """
        if self.expected <= 0.0:
            return -float(demand_cents) if self.open > 0.0 else float(demand_cents) if self.open < 0.0 else 0.0
        return demand_cents * max(-1.0, min(1.0, 1.0 - self.open / self.expected))

"""What share of leads the buyer expects to convert, where no model says it of each lead."""

from collections.abc import Mapping

import msgspec


class ExpectedConversion(msgspec.Struct, frozen=True, kw_only=True):
    """`rate` of all leads; `by_seller` and `by_state` are the rates of leads from there, where they differ."""

    rate: float
    by_seller: Mapping[str, float] = {}
    by_state: Mapping[str, float] = {}

    def of(self, seller: str, state: str) -> float:
        """P(conversion) of an exclusive lead; a seller and a state that both differ multiply what they differ by."""
        of_seller, of_state = self.by_seller.get(seller, self.rate), self.by_state.get(state, self.rate)
        return min(of_seller * of_state / self.rate, 1.0)

"""Auctions as a landscape learns from them, column by column: who asked, what the lead was worth, bid, won or lost."""

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

Array = np.ndarray[Any, Any]


class AuctionLog(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one vertical and one leg, oldest first; all arrays are equally long.

    `facts` by name as objects, where NaN or None is missing. `worth_cents` is p V on this leg, `floor_cents` the lowest
    price that the seller takes (0 where it names none), `won` 0 or 1.
    """

    vertical: str
    leg: str
    seller: Array
    facts: Mapping[str, Array]
    worth_cents: Array
    bid_cents: Array
    floor_cents: Array
    won: Array

    def __len__(self) -> int:
        return len(self.won)

    def rows(self, at: Array) -> "AuctionLog":
        """The rows that a mask or positions choose."""
        return AuctionLog(
            vertical=self.vertical,
            leg=self.leg,
            seller=self.seller[at],
            facts={name: values[at] for name, values in self.facts.items()},
            worth_cents=self.worth_cents[at],
            bid_cents=self.bid_cents[at],
            floor_cents=self.floor_cents[at],
            won=self.won[at],
        )


def objects(values: list[Any]) -> Array:
    """A column of facts as an array of objects."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column

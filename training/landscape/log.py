"""Auctions as a landscape learns from them, column by column: who asked, what the lead was worth, bid, won or lost."""

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from msgspec.structs import replace

Array = np.ndarray[Any, Any]


class AuctionLog(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one vertical and one leg, oldest first; all arrays are equally long.

    `facts` by name as objects, where NaN or None is missing. `worth_cents` is p V on this leg, `floor_cents` the lowest
    price that the seller takes (0 where it names none), `won` 0 or 1. `winning_cents` is what a seller disclosed of an
    auction that we lost, NaN where it did not.
    """

    vertical: str
    leg: str
    seller: Array
    facts: Mapping[str, Array]
    worth_cents: Array
    bid_cents: Array
    floor_cents: Array
    won: Array
    winning_cents: Array | None = None

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
            winning_cents=None if self.winning_cents is None else self.winning_cents[at],
        )

    @property
    def disclosed(self) -> "AuctionLog":
        """With what disclosed prices add: a lost auction was lost just below its price, and won just above it."""
        if self.winning_cents is None:
            return self
        known = (self.won == 0) & (self.winning_cents >= self.bid_cents)
        below = replace(self, bid_cents=np.where(known, np.maximum(self.winning_cents - 1.0, 1.0), self.bid_cents))
        above = self.rows(np.flatnonzero(known))
        assert above.winning_cents is not None
        return _joined(below, replace(above, bid_cents=above.winning_cents + 1.0, won=np.ones_like(above.won)))


def _joined(first: AuctionLog, second: AuctionLog) -> AuctionLog:
    """The rows of both; nothing is disclosed of them any more."""
    columns = ("seller", "worth_cents", "bid_cents", "floor_cents", "won")
    return replace(
        first,
        **{name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in columns},
        facts={name: np.concatenate([values, second.facts[name]]) for name, values in first.facts.items()},
        winning_cents=None,
    )


def objects(values: list[Any]) -> Array:
    """A column of facts as an array of objects."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column

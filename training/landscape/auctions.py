"""Auctions as a landscape learns from them, column by column: who asked, what the lead was worth, bid, won or lost."""

from collections.abc import Callable, Mapping, Sequence
from math import inf, nan
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec.structs import replace

from app.wire.ping import Leg, Value
from training.conversion.features import Column
from training.histories.bids import LoggedBid, read_bids
from training.histories.history import columns_from, plain
from training.statistics import Array

NOT_READ = frozenset({"zip", "sub_id"})
"""Facts of which nearly every lead has its own."""


PRICE_CELL = 0.3
"""Width of the cells in ln(price) that disclosed prices are read by: a form that is a little wrong is not pulled from
what was won and lost by the shape of its density, and nothing that earns is lost against cells of a third.
"""
POINTS_MAX = 48
"""Of so many different prices or fewer a log is one of a buyer who bids these alone."""


class TooThin(Exception):
    """There are too few auctions to learn from: the text says how many there are, and how many it takes."""


class AuctionLog(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one vertical and one leg, oldest first; all arrays are equally long.

    `facts` by name as objects, where NaN or None is missing. `worth_cents` is p V on this leg, `floor_cents` the lowest
    price that the seller takes (0 where it names none), `won` 0 or 1. `winning_cents` is what a seller disclosed of an
    auction that we lost, NaN where it did not; `predicted` is the P(win) by which it was bid for.
    """

    vertical: str
    leg: Leg
    seller: Array
    facts: Mapping[str, Array]
    worth_cents: Array
    bid_cents: Array
    floor_cents: Array
    won: Array
    winning_cents: Array | None = None
    predicted: Array | None = None

    def __len__(self) -> int:
        return len(self.won)

    def rows(self, at: Array) -> "AuctionLog":
        """The rows that a mask or positions choose."""
        named = {name: getattr(self, name) for name in self.__struct_fields__}
        columns = {name: value[at] for name, value in named.items() if isinstance(value, np.ndarray)}
        return replace(self, **columns, facts={name: values[at] for name, values in self.facts.items()})

    @property
    def telling(self) -> "AuctionLog":
        """Without bids below the seller's floor, which say nothing of rivals."""
        return self.rows((self.bid_cents > 0) & (self.bid_cents >= self.floor_cents) & (self.worth_cents > 0))

    @property
    def priced(self) -> Array:
        """Positions of the lost auctions whose winning price was disclosed."""
        if self.winning_cents is None:
            return np.array([], dtype=int)
        return np.flatnonzero((self.won == 0) & (self.winning_cents >= self.bid_cents))

    @property
    def points(self) -> Array:
        """The prices that were bid, rising, where they are few; none where a buyer bids any."""
        made = np.unique(self.bid_cents)
        return made if len(made) <= POINTS_MAX else made[:0]

    @property
    def told(self) -> "AuctionLog":
        """With disclosed prices as far as a fit reads them: each lost at the lower end of its cell, won at the upper.

        That is one auction between two bids, not two auctions. The cells lie where they lie, whatever was disclosed: an
        interval around the price itself would be no outcome that had a chance before. Of a few prices it is the highest
        that would have lost and the next; where none is higher, the auction is one more that was lost.
        """
        if self.winning_cents is None:
            return self
        low, high = _cell(self.winning_cents, self.points)
        known = np.isin(np.arange(len(self)), self.priced)
        bids = np.where(known, np.maximum(low, self.bid_cents), self.bid_cents)
        return replace(self, bid_cents=bids, winning_cents=np.where(high < inf, self.winning_cents, nan))

    @property
    def without_prices(self) -> "AuctionLog":
        """As if nobody had disclosed anything."""
        return replace(self, winning_cents=None)

    @property
    def beaten_cents(self) -> Array:
        """Of the `priced` auctions the bid that would have won them for sure: the upper end of the price's cell."""
        assert self.winning_cents is not None
        return _cell(self.winning_cents[self.priced], self.points)[1]


def auction_log(
    path: Path, vertical: str, leg: Leg, *, most: int | None = None, ratio: Callable[[LoggedBid], float] = lambda _: 1.0
) -> AuctionLog | None:
    """The latest bids of a file whose auction is decided, oldest first, at most so many; `None` where there is none.

    One whose auction is open says nothing yet, and one whose lead is worth nothing has no place in b / v.
    """
    read = (bid for bid in read_bids(path, vertical) if bid.leg == leg and bid.won is not None)
    bids = sorted((bid for bid in read if bid.probability * bid.worth > 0.0), key=lambda bid: (bid.at, bid.id))
    return log_of(bids[-most:] if most else bids, vertical, leg, ratio) if bids else None


def log_of(
    bids: Sequence[LoggedBid], vertical: str, leg: Leg, ratio: Callable[[LoggedBid], float] = lambda _: 1.0
) -> AuctionLog:
    """These bids as columns. `ratio` is what a newer model says of a lead over what was said when it was bid for."""
    disclosed = [nan if bid.winning_cents is None else float(bid.winning_cents) for bid in bids]
    return AuctionLog(
        vertical=vertical,
        leg=leg,
        seller=objects([bid.seller for bid in bids]),
        facts=columns_from([bid.facts for bid in bids]),
        worth_cents=np.array([bid.probability * bid.worth * ratio(bid) for bid in bids]),
        bid_cents=np.array([float(bid.price_cents) for bid in bids]),
        floor_cents=np.array([float(bid.floor_cents) for bid in bids]),
        won=np.array([int(bool(bid.won)) for bid in bids], dtype=np.int8),
        # Of a lead that is sold several times nobody knows whose price was disclosed.
        winning_cents=np.array(disclosed) if leg == "exclusive" else None,
        predicted=np.array([bid.win_probability for bid in bids]),
    )


def columns_of(facts: Mapping[str, Array]) -> tuple[Column, ...]:
    """The facts that trees can read: text as categories, which come first, numbers and booleans as numbers."""
    columns = []
    for name, values in facts.items():
        known = [value for value in values if value is not None]
        if name in NOT_READ or not known:
            continue
        text = np.mean([isinstance(value, str) for value in known])
        columns.append(Column(name, "category" if text > 0.5 else "number"))
    return tuple(sorted(columns, key=lambda column: column.kind))


def check_enough(leg: str, won: Array, rows_min: int, of_each_min: int) -> None:
    """Raises TooThin where there are fewer auctions than that, or fewer of them were won or lost."""
    wins = int(won.sum())
    losses = len(won) - wins
    if len(won) < rows_min or min(wins, losses) < of_each_min:
        takes = f"it takes {rows_min}, and {of_each_min} of each"
        raise TooThin(f"too few {leg} auctions: {len(won):,}, {wins:,} won and {losses:,} lost; {takes}")


def facts_at(facts: Mapping[str, Array], row: int) -> dict[str, Value]:
    """The facts of one row that are there."""
    told = {name: plain(values[row]) for name, values in facts.items()}
    return {name: value for name, value in told.items() if value is not None and value == value}


def objects(values: Sequence[Any]) -> Array:
    """A column of facts as an array of objects."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _cell(price_cents: Array, points: Array) -> tuple[Array, Array]:
    """The ends of the cell of each price, which lie at these prices where there are any."""
    if len(points):
        ends, place = np.concatenate([points[:1], points, [inf]]), np.searchsorted(points, price_cents, side="right")
        return ends[place], ends[place + 1]
    number = np.floor(np.log(np.maximum(price_cents, 1.0)) / PRICE_CELL)
    return np.exp(number * PRICE_CELL), np.exp((number + 1.0) * PRICE_CELL)

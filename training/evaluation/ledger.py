"""Decided bids column by column, as every estimate reads them."""

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from training.histories.bids import LoggedBid
from training.landscape.auctions import objects
from training.statistics import Array

_AS_THEY_ARE = ("at", "probability", "worth", "bid_value", "low", "high", "best", "spread", "win_probability")


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """Bids whose auction is decided, oldest first, all arrays equally long. Money in cents, `at` in UTC epoch seconds.

    `price` is what was bid, within `low` and `high` around `best` with deviation `spread` of its logarithm. `won` and
    `returned` are 0 or 1. NaN is what nobody knows: `winning` where the seller did not disclose it, `converted` of
    leads that have not matured or were not won. `realised` is what a matured lead brought. `ping` numbers the pings.
    """

    bids: Sequence[LoggedBid]
    at: Array
    ping: Array
    seller: Array
    leg: Array
    probability: Array
    worth: Array
    bid_value: Array
    floor: Array
    low: Array
    high: Array
    best: Array
    spread: Array
    price: Array
    win_probability: Array
    won: Array
    winning: Array
    converted: Array
    realised: Array
    returned: Array

    @property
    def points(self) -> Array:
        """The only prices that were allowed, also out of bounds, from the lowest: a row a bid, filled up with NaN."""
        rows = [bid.points for bid in self.bids]
        found = np.full((len(rows), max(map(len, rows), default=0)), np.nan)
        for row, points in enumerate(rows):
            found[row, : len(points)] = points
        return found

    def allowed(self, bids: Array) -> Array:
        """The highest price that is allowed and not above each of these, 0 where there is none."""
        points = self.points
        if not points.shape[1]:
            return bids
        below = np.where(points <= bids[:, None], points, 0.0).max(axis=1)
        return np.asarray(np.where(np.isnan(points[:, 0]), bids, below))

    def __len__(self) -> int:
        return len(self.at)

    @property
    def matured(self) -> Array:
        """Which rows are leads that were bought and of which the outcome is known."""
        return np.asarray((self.won == 1) & ~np.isnan(self.converted))


def ledger(bids: Iterable[LoggedBid]) -> Ledger:
    """The decided ones of these bids; those whose lead is worth nothing tell nothing and are left out."""
    kept = [bid for bid in bids if bid.won is not None and bid.probability * bid.worth > 0.0 and bid.price_cents > 0]
    kept.sort(key=lambda bid: (bid.at, bid.id))
    numbers: dict[str, int] = {}
    converted = _floats([np.nan if bid.converted is None or not bid.won else bid.converted for bid in kept])
    returned = np.array([int(bid.returned) for bid in kept], dtype=np.int8)
    brought = _floats([bid.value_cents for bid in kept])
    return Ledger(
        **{name: _floats([getattr(bid, name) for bid in kept]) for name in _AS_THEY_ARE},
        bids=kept,
        ping=np.array([numbers.setdefault(bid.ping or bid.id, len(numbers)) for bid in kept], dtype=np.int64),
        seller=objects([bid.seller for bid in kept]),
        leg=objects([str(bid.leg) for bid in kept]),
        floor=_floats([bid.floor_cents for bid in kept]),
        price=_floats([bid.price_cents for bid in kept]),
        won=np.array([int(bool(bid.won)) for bid in kept], dtype=np.int8),
        winning=_floats([np.nan if bid.winning_cents is None else bid.winning_cents for bid in kept]),
        converted=converted,
        # A lead that was returned brought nothing, whatever else was said of it.
        realised=np.where(np.isnan(converted), np.nan, np.nan_to_num(converted) * (1 - returned) * brought),
        returned=returned,
    )


def _floats(values: Sequence[float]) -> Array:
    return np.array(values, dtype=np.float64)

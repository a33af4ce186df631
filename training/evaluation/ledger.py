"""Decided bids column by column, as every estimate reads them."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np

from training.histories.bids import Bid
from training.landscape.log import objects

Array = np.ndarray[Any, Any]

DAY_S = 86_400.0


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """Bids whose auction is decided, oldest first, all arrays equally long. Money in cents, `at` in UTC epoch seconds.

    `price` is what was bid, within `low` and `high` around `best` with deviation `spread` of its logarithm. `won` and
    `returned` are 0 or 1. NaN is what nobody knows: `winning` where the seller did not disclose it, `converted` of
    leads that have not matured or were not won. `realised` is what a matured lead brought. `ping` numbers the pings.
    """

    bids: Sequence[Bid]
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

    def __len__(self) -> int:
        return len(self.at)

    @property
    def matured(self) -> Array:
        """Which rows are leads that were bought and of which the outcome is known."""
        return np.asarray((self.won == 1) & ~np.isnan(self.converted))

    @property
    def day(self) -> Array:
        """Which UTC day each bid was made on, numbered from 0."""
        return np.asarray(np.unique(self.at // DAY_S, return_inverse=True)[1])


def ledger(bids: Iterable[Bid]) -> Ledger:
    """The decided ones of these bids; those whose lead is worth nothing tell nothing and are left out."""
    kept = [bid for bid in bids if bid.won is not None and bid.probability * bid.worth > 0.0 and bid.price_cents > 0]
    kept.sort(key=lambda bid: (bid.at, bid.id))
    numbers: dict[str, int] = {}
    return Ledger(
        bids=kept,
        at=_floats([bid.at for bid in kept]),
        ping=np.array([numbers.setdefault(bid.ping or bid.id, len(numbers)) for bid in kept], dtype=np.int64),
        seller=objects([bid.seller for bid in kept]),
        leg=objects([str(bid.leg) for bid in kept]),
        probability=_floats([bid.probability for bid in kept]),
        worth=_floats([bid.worth for bid in kept]),
        bid_value=_floats([bid.bid_value for bid in kept]),
        floor=_floats([bid.floor_cents for bid in kept]),
        low=_floats([bid.low for bid in kept]),
        high=_floats([bid.high for bid in kept]),
        best=_floats([bid.best for bid in kept]),
        spread=_floats([bid.spread for bid in kept]),
        price=_floats([bid.price_cents for bid in kept]),
        win_probability=_floats([bid.win_probability for bid in kept]),
        won=np.array([int(bool(bid.won)) for bid in kept], dtype=np.int8),
        winning=_floats([np.nan if bid.winning_cents is None else bid.winning_cents for bid in kept]),
        converted=_floats([np.nan if bid.converted is None or not bid.won else bid.converted for bid in kept]),
        realised=_floats([_realised(bid) for bid in kept]),
        returned=np.array([int(bid.returned) for bid in kept], dtype=np.int8),
    )


def _realised(bid: Bid) -> float:
    """A lead that was returned brought nothing, whatever else was said of it."""
    if bid.converted is None or not bid.won:
        return np.nan
    return float(bid.value_cents) if bid.converted and not bid.returned else 0.0


def _floats(values: Sequence[float]) -> Array:
    return np.array(values, dtype=np.float64)

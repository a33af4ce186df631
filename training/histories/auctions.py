"""The auctions of a file of bids, column by column, as a landscape learns from them."""

from collections.abc import Callable, Iterable, Sequence
from math import nan
from pathlib import Path

import numpy as np

from app.wire.ping import Leg
from training.histories.bids import LoggedBid, read_bids
from training.landscape.log import AuctionLog, objects


def auction_log(
    path: Path, vertical: str, leg: Leg, since: float = 0.0, until: float = float("inf")
) -> AuctionLog | None:
    """Every bid of [since, until) whose auction is decided, oldest first; `None` where there is none."""
    bids = decided(read_bids(path, vertical, since, until), leg)
    return log_of(bids, vertical, leg) if bids else None


def decided(bids: Iterable[LoggedBid], leg: Leg) -> list[LoggedBid]:
    """The bids of one leg of which a landscape can learn, oldest first.

    One whose auction is open says nothing yet, and one whose lead is worth nothing has no place in b / v.
    """
    kept = [bid for bid in bids if bid.leg == leg and bid.won is not None and bid.probability * bid.worth > 0.0]
    return sorted(kept, key=lambda bid: (bid.at, bid.id))


def log_of(
    bids: Sequence[LoggedBid], vertical: str, leg: Leg, ratio: Callable[[LoggedBid], float] = lambda _: 1.0
) -> AuctionLog:
    """These bids as columns. `ratio` is what a newer model says of a lead over what was said when it was bid for."""
    # In the order of first appearance, so that the same file gives the same log.
    names = list(dict.fromkeys(name for bid in bids for name in bid.facts))
    return AuctionLog(
        vertical=vertical,
        leg=leg,
        seller=objects([bid.seller for bid in bids]),
        facts={name: objects([bid.facts.get(name) for bid in bids]) for name in names},
        worth_cents=np.array([bid.probability * bid.worth * ratio(bid) for bid in bids]),
        bid_cents=np.array([float(bid.price_cents) for bid in bids]),
        floor_cents=np.array([float(bid.floor_cents) for bid in bids]),
        won=np.array([int(bool(bid.won)) for bid in bids], dtype=np.int8),
        # Of a lead that is sold several times nobody knows whose price was disclosed.
        winning_cents=np.array([_winning(bid) for bid in bids]) if leg == "exclusive" else None,
    )


def _winning(bid: LoggedBid) -> float:
    return float(bid.winning_cents) if bid.winning_cents is not None else nan

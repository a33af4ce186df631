"""The auctions of a file of bids, column by column, as a landscape learns from them."""

from pathlib import Path

import numpy as np

from app.wire.ping import Leg
from training.histories.bids import read_bids
from training.landscape.log import AuctionLog, objects


def auction_log(
    path: Path, vertical: str, leg: Leg, since: float = 0.0, until: float = float("inf")
) -> AuctionLog | None:
    """Every bid of [since, until) whose auction is decided, oldest first; `None` where there is none.

    A bid whose lead is worth nothing tells a landscape in b / v nothing, and is left out.
    """
    bids = [
        bid
        for bid in read_bids(path, vertical, since, until)
        if bid.leg == leg and bid.won is not None and bid.probability * bid.worth > 0.0
    ]
    if not bids:
        return None
    bids.sort(key=lambda bid: bid.at)
    # In the order of first appearance, so that the same file gives the same log.
    names = list(dict.fromkeys(name for bid in bids for name in bid.facts))
    return AuctionLog(
        vertical=vertical,
        leg=leg,
        seller=objects([bid.seller for bid in bids]),
        facts={name: objects([bid.facts.get(name) for bid in bids]) for name in names},
        worth_cents=np.array([bid.probability * bid.worth for bid in bids]),
        bid_cents=np.array([float(bid.price_cents) for bid in bids]),
        floor_cents=np.array([float(bid.floor_cents) for bid in bids]),
        won=np.array([int(bool(bid.won)) for bid in bids], dtype=np.int8),
    )

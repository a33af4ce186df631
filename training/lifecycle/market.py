"""How well the champion foretells which bids win, on the newest auctions of its own vertical."""

from pathlib import Path
from typing import get_args

import numpy as np

from app.wire.ping import Leg
from training.histories.bids import Bid, read_bids
from training.lifecycle.contest import Contest, contest

NEWEST = 0.25
"""The share of the auctions by which odds are judged: the latest, and never one that something was fitted to."""

BIDS_MIN = 40
"""Fewer among the newest would say more of luck than of anybody."""


def markets(path: Path, vertical: str) -> dict[str, Contest]:
    """By leg what the champion said when it bid, against what came of it; a leg with few auctions is left out."""
    decided = sorted((bid for bid in read_bids(path, vertical) if bid.won is not None), key=lambda bid: bid.at)
    found = {}
    for leg in get_args(Leg):
        told = _told([bid for bid in decided if bid.leg == leg])
        if told is not None:
            found[leg] = told
    return found


def _told(bids: list[Bid]) -> Contest | None:
    cut = int(len(bids) * (1.0 - NEWEST))
    earlier, newest = bids[:cut], bids[cut:]
    if len(newest) < BIDS_MIN:
        return None
    won = np.array([bool(bid.won) for bid in newest], dtype=np.int8)
    said = np.array([bid.win_probability for bid in newest])
    return contest(won, sum(bool(bid.won) for bid in earlier) / len(earlier), said)

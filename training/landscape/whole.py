"""The landscape of one vertical: the bytes of `landscape.json`, and what every leg with enough auctions showed."""

from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np

from app.scoring.landscape import LegLandscape
from app.wire.ping import Leg
from training.conversion.features import Column
from training.landscape.export import artefact_of
from training.landscape.fit import Fit
from training.landscape.learn import LearnedLeg, TooThin, learn_leg
from training.landscape.log import AuctionLog

NOT_READ = frozenset({"zip", "sub_id"})
"""Facts of which nearly every lead has its own."""


class LearnedLandscape(msgspec.Struct, frozen=True, kw_only=True):
    """`body` is empty where no leg had enough auctions; `thin` says so of each that had not."""

    body: bytes
    legs: tuple[LearnedLeg, ...]
    thin: tuple[str, ...]


def learn_landscape(
    vertical: str, logs: Mapping[Leg, AuctionLog], *, winners: int | None = None, tell: Callable[[str], None]
) -> LearnedLandscape:
    """Learn every leg from its auctions, oldest first. `winners` is of the shared leg, `None` to find out."""
    learnt: dict[Leg, tuple[Fit, LegLandscape, AuctionLog]] = {}
    legs, thin = [], []
    for leg, log in logs.items():
        try:
            found = learn_leg(log, columns_of(log), leg, winners=1 if leg == "exclusive" else winners, tell=tell)
        except TooThin as reason:
            thin.append(str(reason))
            continue
        legs.append(found)
        if found.landscape.sellers:
            learnt[leg] = (found.fitted, found.landscape, log)
    body = msgspec.json.encode(artefact_of(vertical, learnt)) + b"\n" if learnt else b""
    return LearnedLandscape(body=body, legs=tuple(legs), thin=tuple(thin))


def columns_of(log: AuctionLog) -> Sequence[Column]:
    """The facts of a log that trees can read: text as categories, numbers and booleans as numbers."""
    columns = []
    for name, values in log.facts.items():
        known = [value for value in values if value is not None]
        if name in NOT_READ or not known:
            continue
        text = np.mean([isinstance(value, str) for value in known])
        columns.append(Column(name, "category" if text > 0.5 else "number"))
    return columns

"""How replicas divide the room under a cap: what each may promise that the others do not know of yet.

Each publishes what its live bids weigh, and how much it may promise on top until it publishes next. What all of them
published never passes the limit, so that no two promise the same room, whenever each looks.
"""

from collections.abc import Iterable, Sequence
from math import sqrt

import msgspec

LEASE_S = 3.0
"""So long after it published a replica may promise, and may own the pacing. Without a word for longer, it is dead."""

_UNCLAIMED = 0.5
"""The share of the room that replicas may promise, all together, under a cap that none of them claims."""

Told = Sequence[tuple[int, float]]
"""What a claim left to each replica that has none there, by the turn in which that was published, in order."""


class LiveWeight(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Mean and variance of what live bids will yet take, until `ends_at` (UTC epoch seconds)."""

    ends_at: float
    mean: float
    variance: float


class Claim(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What one replica holds of a cap: the `weights` of its live bids, and what it may promise `unseen`.

    It `wants` more where leads meet the cap. Each replica without a claim may promise what this one `leaves`.
    """

    wants: bool
    unseen: float
    leaves: float = 0.0
    weights: tuple[LiveWeight, ...] = ()


class ReplicaState(msgspec.Struct, frozen=True, array_like=True):
    """What one replica publishes: how many it knows to live, up to which turn it has read, its claims by resource.

    `count` is 0 while it may promise nothing. One that `stopped` takes no part any more. `config_hash` tells by which
    configuration it bids.
    """

    count: int
    turn: int
    claims: dict[str, Claim] = {}
    stopped: bool = False
    config_hash: str = ""


class Replica(msgspec.Struct, frozen=True):
    """A replica as another one reads it. It published in this `turn`, `age_s` ago by the database's clock."""

    run: int
    name: str
    turn: int
    age_s: float
    state: ReplicaState

    @property
    def is_live(self) -> bool:
        """Whether it takes part. Where not, its bids live on without it."""
        return self.age_s < LEASE_S and not self.state.stopped


class CapSeat(msgspec.Struct, frozen=True):
    """Among how many the room under one cap is dealt, and where we sit, from 0; None where we want nothing.

    `live` is how many replicas there are: who has no claim may come too.
    """

    count: int
    place: int | None
    live: int


class Division(msgspec.Struct, frozen=True):
    """What of one cap is ours to promise `unseen`, what we leave to each that has no claim, and what stays `apart`."""

    unseen: float
    leaves: float
    apart: float


def weighed(weights: Iterable[LiveWeight], now: float) -> tuple[float, float]:
    """Mean and variance of what is not over."""
    mean = variance = 0.0
    for each in weights:
        if now < each.ends_at:
            mean += each.mean
            variance += each.variance
    return mean, variance


def sure(mean: float, variance: float) -> float:
    """What live bids take at most, three deviations sure."""
    return mean + 3.0 * sqrt(variance)


def unclaimed_share(count: int) -> float:
    """Which share of the room one of `count` replicas may promise under a cap that nobody claims."""
    return _UNCLAIMED / count if count else 0.0


def divide(
    room: float, unsold: float, unit: float, resource: str, told: Told, others: Iterable[Replica], seat: CapSeat
) -> Division:
    """Our part of the `room` that all live bids leave of what is `unsold`; `unit` is what one bid takes."""
    held = shared = 0.0
    strangers = 0
    for each in others:
        claim = each.state.claims.get(resource)
        if claim is not None:
            held += claim.unseen
            shared += claim.unseen if each.is_live else 0.0
        else:
            held += _without_claim(each.state, told, unsold)
            strangers += each.is_live
    free = room - held
    leaves = unit if free + shared >= unit * seat.live else 0.0
    held += leaves * strangers
    free -= leaves * strangers
    fair = dealt(free + shared, unit, seat.count, seat.place) if seat.place is not None else 0.0
    unseen = max(min(free, max(fair, leaves)), 0.0)
    return Division(unseen, leaves, held + max(free - unseen, 0.0))


def dealt(room: float, unit: float, count: int, place: int) -> float:
    """The part of whoever sits at this place when room for whole bids is dealt to `count`."""
    if count == 1:
        return room
    units, rest = divmod(max(room, 0.0), unit)
    own, more = divmod(units, count)
    return (own + (place < more)) * unit + (rest if place == 0 else 0.0)


def _without_claim(state: ReplicaState, told: Told, unsold: float) -> float:
    """What a replica without a claim may promise: what it has read, or what each may where it has read of no claim."""
    if not state.count:
        return 0.0
    known = [leaves for turn, leaves in told if turn <= state.turn]
    return known[-1] if known else max(unsold, 0.0) * unclaimed_share(state.count)

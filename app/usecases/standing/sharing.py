"""How this replica shares caps with the others: their live bids count here, and the room is divided among all."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from app.domain.caps.division import (
    CapSeat,
    Claim,
    Division,
    LiveWeight,
    Replica,
    ReplicaState,
    divide,
    sure,
    unclaimed_share,
    weighed,
)
from app.domain.caps.honouring import PostRate
from app.usecases.standing.changes import ReplicasRead, RoomDivided
from app.usecases.standing.counter import QUIET_S, Counter

_CLAIMED_AT = 0.5
"""A cap is claimed when live bids weigh so much of what may be promised where nobody claims; and given up at half."""

_TOLD_MAX = 16
"""The latest of what we left to others: who is alive has read one of these."""


class Sharing:
    """What the others published last, and what is ours by it. Alone, everything is."""

    def __init__(self) -> None:
        self._run = 0
        self._others: tuple[Replica, ...] = ()
        self._weights: Mapping[str, tuple[float, float]] = {}
        self._left_to_us: Mapping[str, float] = {}
        self._part = 1.0
        self._apart: Mapping[str, float] = {}
        self._told: dict[str, list[tuple[int, float]]] = {}
        self._joined_in = 0

    def hear(self, read: ReplicasRead, counters: Mapping[str, Counter]) -> None:
        """Count the live bids of others, and those of the dead until they end, by resource."""
        before, self._run, self._others = self._weights, read.run, read.others
        self._weights = _weights(read.others, read.at)
        self._left_to_us = _left(read.others)
        for resource in counters.keys() & (before.keys() | self._weights.keys()):
            counters[resource].hear(self._weights.get(resource, (0.0, 0.0)))

    def enter(self, counter: Counter, before: Counter | None) -> None:
        """Have one that is met keep to what is ours: no more than in its last window until the room is divided next."""
        counter.is_quiet = before is None
        counter.hear(self._weights.get(counter.resource, (0.0, 0.0)))
        counter.keep_apart(None, self._part, published=True)
        if not self._part:
            return
        if counter.resource in self._apart and before is not None:
            counter.allow(max(before.standing.room, 0.0))
        elif counter.resource in self._left_to_us:
            counter.allow(self._left_to_us[counter.resource])

    def divided(
        self,
        counters: Mapping[str, Counter],
        closed: Mapping[str, Counter],
        rates: Mapping[str, PostRate],
        now: float,
        turn: int,
        at: float,
    ) -> tuple[RoomDivided, ReplicaState]:
        """What is ours as of now, if we can publish this state in that turn; `at` is the database's time."""
        live = [each for each in self._others if each.is_live]
        # Who lives and has not read of us yet may promise what it would leave to us.
        joined = not live or (self._joined_in > 0 and all(each.state.turn >= self._joined_in for each in live))
        count = len(live) + 1
        mine: dict[str, Division] = {}
        claims = {
            resource: Claim(wants=False, unseen=0.0, weights=weights)
            for resource, counter in closed.items()
            if (weights := counter.weights(rates, now))
        }
        for resource, counter in counters.items():
            wants = now - counter.met_at < QUIET_S
            if (wants or counter.buckets or counter.lingering) and self._is_claimed(counter, count, wants=wants):
                ours = mine[resource] = self._ours(counter, live, wants=wants or not live, joined=joined, at=at)
                # Who comes when the last one has just died finds room.
                unseen = round(ours.unseen if live else ours.unseen / 2.0, 4)
                claims[resource] = Claim(wants, unseen, ours.leaves, counter.weights(rates, now))
        apart = {resource: ours.apart for resource, ours in mine.items() if live or ours.apart}
        for resource in self._left_to_us.keys() & counters.keys() - mine.keys():
            apart[resource] = max(counters[resource].free - self._left_to_us[resource], 0.0)
        # What the dead may have promised where they claimed nothing, whoever meets a cap alone leaves to them.
        gone = sum([unclaimed_share(each.state.count) for each in self._others])
        share = (unclaimed_share(count) if live else max(1.0 - gone, 0.5)) if joined else 0.0
        left = {resource: ours.leaves for resource, ours in mine.items()}
        state = ReplicaState(count=count if joined else 0, turn=turn - 1, claims=claims)
        return RoomDivided(turn=turn, share=share, apart=apart, left=left), state

    def put_in_force(self, divided: RoomDivided, counters: Mapping[str, Counter]) -> None:
        """Take what is ours; before it is published, give up what is not any more."""
        published = divided.published
        part = divided.share if published else min(divided.share, self._part)
        concerned: Iterable[str] = divided.apart.keys() | self._apart.keys()
        if part != self._part:
            concerned = counters.keys()
        self._part = part
        for resource in concerned:
            if counter := counters.get(resource):
                counter.keep_apart(divided.apart.get(resource), part, published=published)
        if not divided.turn:
            self._joined_in = 0
        if published:
            self._apart = divided.apart
            self._joined_in = self._joined_in or divided.turn
            self._told = {
                resource: [*self._told.get(resource, ()), (divided.turn, leaves)][-_TOLD_MAX:]
                for resource, leaves in divided.left.items()
            }

    def _is_claimed(self, counter: Counter, count: int, *, wants: bool) -> bool:
        """Whether it is told of: live bids weigh much of it, or it is met and others claim it or it lacks room."""
        if counter.resource in self._left_to_us:
            return True
        if count == 1 and any(each.state.count or counter.resource in each.state.claims for each in self._others):
            # What the dead promised unseen is ours no more than when they lived.
            return True
        weight = sure(counter.live, counter.variance)
        unsold = max(counter.cap.limit - counter.used, 0)
        much = unsold * unclaimed_share(count) * _CLAIMED_AT
        if counter.resource in self._told:
            return weight > much / 2.0
        return weight > much or (wants and unsold > 0 and counter.standing.room < counter.unit)

    def _ours(self, counter: Counter, live: list[Replica], *, wants: bool, joined: bool, at: float) -> Division:
        """Our part of one cap; the places move on each second, so that what cannot be divided goes round."""
        if not joined:
            return Division(0.0, 0.0, max(counter.free, 0.0))
        resource = counter.resource
        wanting = [each.run for each in live if (claim := each.state.claims.get(resource)) and claim.wants]
        before_us = sum([run < self._run for run in wanting])
        among = len(wanting) + wants
        place = (before_us + int(at)) % among if wants else None
        unsold = float(counter.cap.limit - counter.used)
        seat = CapSeat(among, place, len(live) + 1)
        return divide(counter.free, unsold, counter.unit, resource, self._told.get(resource, ()), self._others, seat)


def _weights(others: Iterable[Replica], now: float) -> dict[str, tuple[float, float]]:
    """What live bids of all others will take, by resource."""
    found: defaultdict[str, list[LiveWeight]] = defaultdict(list)
    for each in others:
        for resource, claim in each.state.claims.items():
            found[resource] += claim.weights
    return {resource: weighed(weights, now) for resource, weights in found.items()}


def _left(others: Iterable[Replica]) -> dict[str, float]:
    """What all who live and claim a cap leave to those without a claim, by resource."""
    left: dict[str, float] = {}
    for each in others:
        if each.is_live:
            for resource, claim in each.state.claims.items():
                left[resource] = min(left.get(resource, claim.leaves), claim.leaves)
    return left

"""Takes turns with the other replicas: reads what they promise, divides the room with them, publishes what it does."""

import logging
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from app.domain.auction.withholding import ENDS_S
from app.domain.caps.division import LEASE_S, Claim, LiveWeight, Replica, ReplicaState
from app.store.replicas.published import ReplicaTurn
from app.usecases.bidder import Bidder
from app.usecases.standing.changes import PacingHeld, ReplicasRead, RoomDivided

LOOK_S = 0.25
"""How often each replica looks at what the others promise."""

_SAY_S = 1.0
"""It says so often that it lives, also where it has nothing to tell."""

_REST = 10.0
"""Dividing thousands of caps takes a moment: it rests so many times as long, so that pings have nearly all the time."""

_REST_MAX_S = 1.0

_TRIES = 20
"""So often another one may be first, of all that look in the same moment."""

_log = logging.getLogger(__name__)


class ReplicaTurns:
    """One replica among those of a database, by its `run`: a number that no process had before."""

    def __init__(
        self,
        bidder: Bidder,
        name: str,
        new_run: Callable[[], int],
        clock: Callable[[], float],
        longest_s: float,
    ) -> None:
        """`longest_s` is how long bids may live that were made before."""
        self._bidder = bidder
        self._name = name
        self._new_run = new_run
        self._clock = clock
        self._longest_s = longest_s
        self.run = new_run()
        self.pacer = 0
        self.others: tuple[Replica, ...] = ()
        self._known: dict[int, Replica] = {}
        self._known_turn = 0
        self._said = ReplicaState(count=0, turn=0)
        self._said_to: frozenset[int] = frozenset()
        # By the steady clock, when this replica last began to say that it lives.
        self._said_at = -LEASE_S
        self._has_rights = False
        self._rests_until = 0.0

    @property
    def live(self) -> list[str]:
        """The names of those that live, our own first."""
        return [self._name, *(each.name for each in self.others if each.is_live)]

    @property
    def configurations(self) -> dict[str, str]:
        """The hash of the configuration by which each that lives bids, by name, our own first."""
        others = {each.name: each.state.config_hash for each in self.others if each.is_live and each.state.config_hash}
        return {self._name: self._bidder.catalogue.config_hash, **others}

    @property
    def pacer_name(self) -> str:
        """Who moves shadow prices; empty where the one that did has just died."""
        names = {self.run: self._name, **{each.run: each.name for each in self.others if each.is_live}}
        return names.get(self.pacer, "")

    @property
    def paces(self) -> bool:
        """Whether this one moves shadow prices."""
        return self._bidder.standing.paces

    @property
    def unheard_s(self) -> float:
        """How long ago it last told the others what it promises."""
        return max(self._bidder.steady() - self._said_at, 0.0)

    @property
    def may_promise(self) -> bool:
        """Whether all that live know of this one, and leave something to it."""
        return self._said.count > 0

    async def join(self, former: int | None) -> None:
        """Take part, in the place of the `former` run whose bids are known here. StoreUnavailable."""
        self._end_rights()
        await self._bidder.store.begin_turns()
        await self.take_turn()
        if former is not None:
            await self._retire(former)

    async def take_turn(self) -> None:
        """Take a turn, if there is something to tell. StoreUnavailable."""
        if self._bidder.steady() < self._rests_until:
            return
        for _ in range(_TRIES):
            turn = await self._read()
            # Whoever stood still for so long wakes up here as often as where time passes.
            self.keep_lease()
            began = self._bidder.steady()
            divided, state = self._bidder.standing.divided(self._clock(), turn.turn + 1, turn.at)
            ended = self._bidder.steady()
            self._rests_until = ended + min((ended - began) * _REST, _REST_MAX_S)
            if not self._is_news(state) and turn.pacer == self.pacer:
                return
            self._bidder.standing.apply(divided)
            if await self._publish(turn, replace(state, config_hash=self._bidder.catalogue.config_hash)):
                self._bidder.standing.apply(replace(divided, published=True))
                self._bidder.standing.apply(PacingHeld(ours=self.pacer == self.run))
                return

    async def leave(self) -> None:
        """Say that nothing more is promised here: the rest is divided at once, and another one paces."""
        self._end_rights()
        for _ in range(_TRIES):
            turn = await self._read()
            _, state = self._bidder.standing.divided(self._clock(), turn.turn + 1, turn.at)
            claims = {resource: replace(each, unseen=0.0, wants=False) for resource, each in state.claims.items()}
            self.pacer = 0 if self.pacer == self.run else self.pacer
            if await self._publish(turn, ReplicaState(0, turn.turn, claims, stopped=True)):
                return

    def keep_lease(self) -> None:
        """Promise nothing, and move no price, after nothing could be said for so long that the others count on that."""
        if self._has_rights and self._bidder.steady() - self._said_at >= LEASE_S:
            _log.warning("this replica cannot tell the others what it promises: it promises nothing until it can")
            self._end_rights()

    def _end_rights(self) -> None:
        # Others leave half of the room to who was alone, until its last bid is over.
        was_alone = self._has_rights and not any(each.is_live for each in self.others)
        self._has_rights = False
        self._bidder.standing.apply(RoomDivided(turn=0, share=0.5 if was_alone else 0.0))
        self._bidder.standing.apply(PacingHeld(ours=False))

    async def _read(self) -> ReplicaTurn:
        """Count what all others promise, as of the latest turn."""
        turn = await self._bidder.store.read_turn(self._known_turn)
        if any(each.retired for each in turn.replicas if each.run == self.run):
            await self._begin_anew()
            turn = await self._bidder.store.read_turn(self._known_turn)
        self.others = tuple([each.seen(self._known) for each in turn.replicas if each.run != self.run])
        self._known = {each.run: each for each in self.others}
        self._known_turn = turn.turn
        self.pacer = turn.pacer if self._lives(turn.pacer) else self.run
        self._bidder.standing.apply(ReplicasRead(run=self.run, at=self._clock(), others=self.others))
        return turn

    async def _begin_anew(self) -> None:
        _log.error("another service works with a copy of this data directory: give each replica its own")
        self._end_rights()
        self.run, self._known_turn = self._new_run(), 0

    def _lives(self, run: int) -> bool:
        return run == self.run or (run in self._known and self._known[run].is_live)

    def _is_news(self, state: ReplicaState) -> bool:
        """Whether anybody waits for what we have to say: nobody does where no cap is claimed and nobody came."""
        live = frozenset([each.run for each in self.others if each.is_live])
        return (
            not self._has_rights
            or self._bidder.steady() - self._said_at >= _SAY_S
            or (state.count, state.claims) != (self._said.count, self._said.claims)
            or live != self._said_to
            or any(self._known[run].state.claims for run in live)
        )

    async def _publish(self, turn: ReplicaTurn, state: ReplicaState) -> bool:
        began = self._bidder.steady()
        self._longest_s = max(self._longest_s, self._bidder.catalogue.buyer.bid_lifetime_s)
        # A bid may be made as long as bids are made at all without a database, and lives on.
        ends_in_s = LEASE_S + ENDS_S + self._longest_s
        published = await self._bidder.store.publish_replica(
            turn.turn, self.run, self._name, state, self.pacer, ends_in_s
        )
        if published:
            self._said, self._said_at, self._has_rights = state, began, not state.stopped
            self._said_to = frozenset([each.run for each in self.others if each.is_live])
        return published

    async def _retire(self, former: int) -> None:
        """Have what a process before us promised counted once: here, as far as its journal told us."""
        for _ in range(_TRIES):
            turn = await self._read()
            # One that is retired left only what no journal holds: a successor that was killed at its start did this.
            if former not in self._known or any(each.retired for each in turn.replicas if each.run == former):
                return
            _, ours = self._bidder.standing.divided(self._clock(), turn.turn + 1, turn.at)
            left = _left_of(self._known[former].state, ours.claims)
            if await self._bidder.store.retire_replica(turn.turn, former, left, self.pacer):
                return


def _left_of(former: ReplicaState, ours: Mapping[str, Claim]) -> ReplicaState:
    """What a former process may have promised beyond what we know: what nobody saw, and what its journal lost."""
    claims = {
        resource: Claim(wants=False, unseen=claim.unseen, weights=_beyond(claim, ours.get(resource)))
        for resource, claim in former.claims.items()
    }
    return ReplicaState(count=0, turn=former.turn, claims=claims, stopped=True)


def _beyond(former: Claim, ours: Claim | None) -> tuple[LiveWeight, ...]:
    known = sum([each.mean for each in ours.weights]) if ours is not None else 0.0
    lost = sum([each.mean for each in former.weights]) - known
    if lost <= 0.0:
        return ()
    return (LiveWeight(max(each.ends_at for each in former.weights), round(lost, 4), round(lost, 4)),)

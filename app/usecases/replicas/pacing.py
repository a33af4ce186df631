"""Keeps shadow prices in the database where this replica moves them, and reads them where another one does."""

from collections.abc import Callable
from contextlib import suppress

from app.domain.catalogue import counted_cap
from app.domain.targets.targets import LedgerName, TargetLedger
from app.store.errors import StoreUnavailable
from app.store.replicas.shadow_prices import ALONE
from app.usecases.bidder import Bidder
from app.usecases.replicas.replica_turns import ReplicaTurns
from app.usecases.standing.changes import CounterDeclared, LedgersRead, ShadowPricesRead

KEEP_S = 15.0
"""A restart may lose what shadow prices moved in this time, a small part of what they move in a window."""

SHARE_S = 1.0
"""Other replicas wait no longer for them."""

_AGAIN_S = 5.0
"""So much is read twice, as the clocks of two replicas differ."""


class Pacing:
    """One replica moves all prices: it hears of every sale, and by sales and time alone they move."""

    def __init__(self, bidder: Bidder, clock: Callable[[], float], turns: ReplicaTurns | None) -> None:
        """`turns` where several may work on one database."""
        self._bidder = bidder
        self._clock = clock
        self._turns = turns
        self._kept_duals: dict[str, float] = {}
        self._kept_ledgers: dict[LedgerName, TargetLedger] = {}
        self._kept_at = 0.0
        self._read_until = 0.0

    async def step(self) -> None:
        """Write down where those that moved stand, with what came of targets; or read them.

        At most every `KEEP_S`, for a restart, or every `SHARE_S` where others wait for them.
        """
        now, turns = self._clock(), self._turns
        if now - self._kept_at < (SHARE_S if turns is not None and len(turns.live) > 1 else KEEP_S):
            return
        with suppress(StoreUnavailable):
            if turns is not None:
                self._meet_all(now)
            if self._bidder.standing.paces:
                await self._keep(now, turns.run if turns is not None else ALONE)
            else:
                await self._follow(now)
        self._kept_at = now

    async def _keep(self, now: float, pacer: int) -> None:
        store, standing = self._bidder.store, self._bidder.standing
        duals = standing.duals()
        moved = {name: dual for name, dual in duals.items() if self._kept_duals.get(name) != dual}
        if moved:
            await store.keep_shadow_prices(moved, now, pacer)
            self._kept_duals |= moved
        ledgers = standing.targets.kept()
        grown = {name: ledger for name, ledger in ledgers.items() if self._kept_ledgers.get(name) != ledger}
        if grown:
            await store.keep_ledgers(grown, now, pacer)
            self._kept_ledgers |= grown

    async def _follow(self, now: float) -> None:
        store, standing = self._bidder.store, self._bidder.standing
        since = self._read_until - _AGAIN_S
        standing.apply(ShadowPricesRead(prices=await store.shadow_prices(since)))
        standing.apply(LedgersRead(ledgers=await store.ledgers(since)))
        self._read_until = now
        # Whatever was kept here before, another one has moved since.
        self._kept_duals.clear()
        self._kept_ledgers.clear()

    def _meet_all(self, now: float) -> None:
        """Know the caps and targets that only leads of other replicas have met."""
        catalogue, standing = self._bidder.catalogue, self._bidder.standing
        for key in standing.unmet():
            if found := counted_cap(catalogue, key, now):
                _, cap, schedule = found
                standing.apply(CounterDeclared(key=key, cap=cap, schedule=schedule, at=now))
        if catalogue.has_targets:
            standing.targets.standings(catalogue.campaigns.values(), "", now)

"""Follows the change feed of PostgreSQL: what another replica did holds here a moment later."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import assert_never

from app.store.change_feed.feed import NewChanges
from app.store.errors import StoreUnavailable
from app.telemetry.trouble import where
from app.usecases.bidder import Bidder
from app.usecases.change_feed.late_decisions import LateDecisions
from app.usecases.former import unpacked
from app.usecases.onboarding.certify import Certifier, keep_marks
from app.usecases.standing.changes import Allowed, BidLost, DecisionTold, Sold, Suppressed
from app.usecases.standing.feed_changes import Admitted, Configured, FeedChange, ReadAgain, Tested, read_change
from app.usecases.standing.restore import read_anew

KEPT_S = 600.0
"""How long the feed is kept: far longer than a replica may be held up, and a restart reads the database's state."""

BACK_S = 5.0
"""A server that was started again may give the numbers of its last unwritten transactions once more, so what these
seconds told is read twice. What is known already changes nothing."""

_PURGE_S = 60.0
_PLACE_S = 1.0
_GAP_S = 10.0
_AT_ONCE = 200
"""So many changes are taken up before whoever waits for an answer has its turn."""

_log = logging.getLogger(__name__)


class FeedFollower:
    """Where this replica is in the feed, and where it was before."""

    def __init__(
        self,
        bidder: Bidder,
        certifier: Certifier,
        replica: str,
        clock: Callable[[], float],
        read_again: Callable[[], Awaitable[object]],
    ) -> None:
        """`replica` names this process. `read_again` takes up what small tables say, `clock` is that of windows."""
        self._bidder = bidder
        self._certifier = certifier
        self._replica = replica
        self._clock = clock
        self._read_again = read_again
        self._late = LateDecisions(bidder)
        self._position = bidder.standing.position
        self._links = bidder.store.links
        # By the steady clock, a second or more apart.
        self._places: deque[tuple[float, str]] = deque([(bidder.steady(), self._position)])
        self._purge_at = bidder.steady() + _PURGE_S

    async def step(self) -> None:
        """Tell, follow and purge. StoreUnavailable while the database is away."""
        await self._tell()
        await self.follow()
        await self._late.write()
        await self._purge()

    async def follow(self) -> None:
        """Do what was told since, all of it or, where the database went away meanwhile, again the next time."""
        store = self._bidder.store
        news = await store.changes_since(self._position)
        if store.links != self._links:
            self._links = store.links
            news = await store.changes_since(self._earlier(BACK_S))
        if news.is_lost:
            await self._read_anew()
            return
        await self._apply_all(news.bodies)
        self._move_to(news)
        self._bidder.metrics.gauge("change_feed_read_timestamp_seconds", self._clock())

    async def _tell(self) -> None:
        """Have the others count what sellers with a rate limit asked here, and see who is tested."""
        store, rates, tests = self._bidder.store, self._bidder.rates, self._certifier.untold
        await keep_marks(self._bidder, self._certifier)
        while tests:
            seller, event = tests[0]
            await store.tell("tested", seller=seller, event=event)
            tests.popleft()
        if pings := rates.untold():
            await store.tell("admitted", replica=self._replica, pings=pings)
            rates.told(pings)

    async def _purge(self) -> None:
        """Now and then drop what everybody has read who is not lost anyway."""
        now = self._bidder.steady()
        if now < self._purge_at:
            return
        at, position = self._places[0]
        if now - at >= KEPT_S:
            await self._bidder.store.purge_changes(position)
        self._purge_at = now + _PURGE_S

    def _move_to(self, news: NewChanges) -> None:
        self._position, now = news.position, self._bidder.steady()
        if now - self._places[-1][0] > _GAP_S:
            # Nobody may have read anything meanwhile, so nothing is dropped for a while.
            self._places.clear()
        if not self._places or now - self._places[-1][0] >= _PLACE_S:
            self._places.append((now, news.position))
        while len(self._places) > 1 and now - self._places[1][0] >= KEPT_S:
            self._places.popleft()

    def _earlier(self, seconds: float) -> str:
        """The last position that is so old, or the first that is known."""
        until = self._bidder.steady() - seconds
        older = [position for at, position in self._places if at <= until]
        return older[-1] if older else self._places[0][1]

    async def _apply_all(self, bodies: Sequence[str]) -> None:
        must_read = False
        for number, body in enumerate(bodies, start=1):
            try:
                must_read |= await self._apply(read_change(body))
            except StoreUnavailable:
                raise
            except Exception as error:  # noqa: BLE001 - one change that goes wrong must not hold up all others
                _log.error("a change that another replica told of could not be taken up: %s", where(error))
            if not number % _AT_ONCE:
                await asyncio.sleep(0)
        if must_read:
            await self._read_again()

    async def _apply(self, change: FeedChange) -> bool:
        """Take up one change; whether small tables must be read for it."""
        bidder = self._bidder
        match change:
            case Sold():
                self._late.look(change)
                bidder.standing.apply(change)
            case DecisionTold() | BidLost() | Suppressed() | Allowed():
                bidder.standing.apply(change)
            case Admitted():
                if change.replica != self._replica:
                    bidder.rates.hear(change.replica, change.pings, bidder.catalogue.sellers, self._clock())
            case Tested():
                self._certifier.join(change.seller, change.event)
            case Configured():
                await self._remember(change.config_hash)
            case ReadAgain():
                return True
            case _:
                assert_never(change)
        return False

    async def _remember(self, config_hash: str) -> None:
        """Know a configuration by which bids are made elsewhere, before they are posted here."""
        bidder = self._bidder
        if config_hash != bidder.catalogue.config_hash and bidder.former.by_hash(config_hash) is None:
            for configuration in unpacked(await bidder.store.configurations_like(config_hash)):
                bidder.former.add(configuration)

    async def _read_anew(self) -> None:
        """Whoever was held up for so long that the feed was dropped, reads the database as at a start."""
        _log.warning("this replica was held up for longer than changes are kept: it reads everything anew")
        await read_anew(self._bidder.store, self._bidder.standing, self._clock())
        await self._read_again()
        self._position = self._bidder.standing.position
        self._places = deque([(self._bidder.steady(), self._position)])

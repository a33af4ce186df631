"""Watches the clock of the machine: says when it was set, and puts the service's own forward where that is right."""

import asyncio
import logging
from contextlib import suppress
from pathlib import Path

from app.store.errors import StoreUnavailable
from app.usecases.bidder import Bidder
from app.usecases.clock.last_moment import keep_moment
from app.usecases.clock.service_clock import SLEW, ServiceClock
from app.usecases.deliver_leads import DeliveryWorker
from app.usecases.standing.changes import ClockLeapt

_KEEP_S = 1.0

_log = logging.getLogger(__name__)


class ClockWatch:
    """`longest_s` is how long any bid may live that is out when this begins."""

    def __init__(self, clock: ServiceClock, bidder: Bidder, worker: DeliveryWorker, data: Path, longest_s: int) -> None:
        self._clock = clock
        self._bidder = bidder
        self._worker = worker
        self._data = data
        self._longest_s = longest_s
        self._kept_at = 0.0
        self._is_told = False

    async def look(self) -> None:
        """Compare the clocks, and do what follows from it."""
        clock, metrics = self._clock, self._bidder.metrics
        direction = clock.look()
        if direction is not None:
            metrics.count("clock_steps_total", direction)
        self._tell()
        if clock.leap_s:
            with suppress(StoreUnavailable):
                await self._leap(clock.leap_s)
                self._tell()
        metrics.gauge("clock_ahead_seconds", -clock.behind_s)
        now = clock.now()
        if now - self._kept_at >= _KEEP_S:
            self._kept_at = now
            await asyncio.to_thread(keep_moment, self._data, now)

    def close(self) -> None:
        """Write down the last moment."""
        keep_moment(self._data, self._clock.now())

    async def _leap(self, seconds: int) -> None:
        """Put the clock forward between two deliveries, with every lease that we hold; StoreUnavailable."""
        async with self._worker.between_rounds:
            await self._bidder.store.extend_claims(self._worker.owner, seconds)
            self._clock.leap(seconds)
            now, life_s = self._clock.now(), max(self._longest_s, self._bidder.catalogue.buyer.bid_lifetime_s)
            self._bidder.standing.apply(ClockLeapt(at=now, by=seconds, until=now + life_s))

    def _tell(self) -> None:
        """Say it once on the way in and once on the way out."""
        clock = self._clock
        if clock.is_apart == self._is_told:
            return
        self._is_told = clock.is_apart
        if not clock.is_apart:
            _log.warning("the clock of this machine and that of the service agree again")
        elif clock.behind_s > 0.0:
            _log.warning(
                "the clock of this machine was set forward by %.0f s; if it stays there the service follows, "
                "and bids keep what they have left of their lives",
                clock.behind_s,
            )
        else:
            _log.warning(
                "the clock of this machine was set back by %.0f s; the service goes on by its own, which loses %.0f %% "
                "of the time until they agree: restart it to have the machine's time at once, live bids are honored",
                -clock.behind_s,
                SLEW * 100,
            )

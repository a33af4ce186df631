"""The buyer's day so far, counted in a thread while somebody looks, and kept for a moment for all who do."""

import asyncio

from app.domain.calendar import window_bounds
from app.reports.now.day_so_far import DaySoFar, day_so_far
from app.reports.now.growing import GrowingTally

KEPT_S = 2.0
WAIT_S = 1.0
"""A page waits so long for the first count of a day; where that takes longer, what was counted last is shown."""


class DayCount:
    """One for a service."""

    def __init__(self, tally: GrowingTally) -> None:
        self._tally = tally
        self._counted: DaySoFar | None = None
        self._counting: asyncio.Task[DaySoFar] | None = None

    async def day(self, zone: str, now: float) -> DaySoFar | None:
        """The day in this zone, at most so many seconds old; None while it is counted for the first time.

        Raises what the journal raises.
        """
        since = window_bounds(now, zone, "day")[0]
        kept = self._counted if self._counted is not None and self._counted.since == since else None
        if kept is not None and 0.0 <= now - kept.until < KEPT_S:
            return kept
        counting = self._counting
        if counting is None:
            counting = self._counting = asyncio.create_task(asyncio.to_thread(self._count, since, now))
        await asyncio.wait({counting}, timeout=WAIT_S)
        if not counting.done():
            return kept
        if self._counting is counting:
            self._counting = None
        self._counted = counting.result()
        return self._counted

    def _count(self, since: float, now: float) -> DaySoFar:
        return day_so_far(self._tally.since(since, now), since, now)

"""The journal from some moment on, counted in a thread while somebody looks."""

import asyncio

import msgspec

from app.reports.latest_reading import LatestReading
from app.reports.now.growing import GrowingTally
from app.reports.tally import JournalTally

KEPT_S = 2.0
WAIT_S = 1.0


class CountedSpan(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted up to `until` (UTC epoch seconds)."""

    until: float
    tally: JournalTally


class JournalCount:
    """One for each span that pages look at: from today's beginning on, or of the last days."""

    def __init__(self, tally: GrowingTally) -> None:
        self._tally = tally
        self._reading = LatestReading(self._count, kept_s=KEPT_S, wait_s=WAIT_S)

    async def from_time(self, since: float, now: float) -> CountedSpan | None:
        """From the hour of `since` on, at most so many seconds old; None while it is counted for the first time.

        Raises what the journal raises.
        """
        return await self._reading.of(since, now)

    async def _count(self, since: float, now: float) -> CountedSpan:
        return CountedSpan(until=now, tally=await asyncio.to_thread(self._tally.since, since, now))

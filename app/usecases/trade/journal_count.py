"""The journal from some moment on, counted in a thread while somebody looks, and kept for a moment for all who do."""

import asyncio

import msgspec

from app.reports.now.growing import GrowingTally
from app.reports.tally import JournalTally

KEPT_S = 2.0
WAIT_S = 1.0
"""A page waits so long for a first count; where that takes longer, what was counted last is shown."""


class CountedSpan(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted from `since` to `until` (UTC epoch seconds)."""

    since: float
    until: float
    tally: JournalTally


class JournalCount:
    """One for each span that pages look at: from today's beginning on, or of the last days."""

    def __init__(self, tally: GrowingTally) -> None:
        self._tally = tally
        self._counted: CountedSpan | None = None
        self._counting: asyncio.Task[CountedSpan] | None = None

    async def from_time(self, since: float, now: float) -> CountedSpan | None:
        """From the hour of `since` on, at most so many seconds old; None while it is counted for the first time.

        Raises what the journal raises.
        """
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
        return self._counted if self._counted.since == since else None

    def _count(self, since: float, now: float) -> CountedSpan:
        return CountedSpan(since=since, until=now, tally=self._tally.since(since, now))

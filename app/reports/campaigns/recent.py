"""The sample of the last day that a running service shows: read in a thread, one at a time, and kept for a while."""

import asyncio

from app.reports.campaigns.sample import JournalSample, LiveCurves, Sample

SPAN_S = 25 * 3_600.0
"""A day of the buyer's has up to 25 hours."""

KEPT_S = 15.0
WAIT_S = 0.12
"""A page waits so long for the first reading; where it takes longer, the page says so and comes again."""


class RecentPings:
    """What came of the last pings, at most so many seconds ago."""

    def __init__(self, journal: JournalSample) -> None:
        self._journal = journal
        self._latest: Sample | None = None
        self._curves: LiveCurves | None = None
        self._reading: asyncio.Task[None] | None = None

    async def sample(self, curves: LiveCurves, now: float) -> Sample:
        """The last one that was read by these curves, or one that `is_counting`. Raises what the reading raised."""
        known = self._known(curves)
        if known is not None and 0.0 <= now - known.until < KEPT_S:
            return known
        if self._reading is None:
            self._reading = asyncio.create_task(self._read(curves, now))
        done, _ = await asyncio.wait({self._reading}, timeout=WAIT_S)
        for reading in done:
            reading.result()
        return self._known(curves) or Sample(since=now, until=now, is_counting=True)

    def _known(self, curves: LiveCurves) -> Sample | None:
        return self._latest if curves == self._curves else None

    async def _read(self, curves: LiveCurves, now: float) -> None:
        try:
            self._latest = await asyncio.to_thread(self._journal.between, now - SPAN_S, now, curves)
            self._curves = curves
        finally:
            self._reading = None

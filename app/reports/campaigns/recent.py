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
        self._sample: Sample | None = None
        self._curves: LiveCurves | None = None
        self._reading: asyncio.Task[Sample] | None = None

    async def sample(self, curves: LiveCurves, now: float) -> Sample:
        """The last one that was read by these curves, or one that `is_counting`. Raises what the reading raised."""
        kept = self._sample if curves == self._curves else None
        if kept is not None and 0.0 <= now - kept.until < KEPT_S:
            return kept
        reading = self._reading
        if reading is None:
            reading = self._reading = asyncio.create_task(asyncio.to_thread(self._read, curves, now))
        await asyncio.wait({reading}, timeout=WAIT_S)
        if not reading.done():
            return kept or Sample(since=now, until=now, is_counting=True)
        if self._reading is reading:
            self._reading = None
            self._sample, self._curves = reading.result(), curves
        return reading.result()

    def _read(self, curves: LiveCurves, now: float) -> Sample:
        return self._journal.between(now - SPAN_S, now, curves)

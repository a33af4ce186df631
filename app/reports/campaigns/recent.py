"""The sample of the last day that a running service shows: read in a thread, one at a time, and kept for a while."""

import asyncio
from functools import partial

from app.reports.campaigns.price_to_win import Part, PricesToWin, prices_to_win
from app.reports.campaigns.sample import JournalSample, LiveCurves, Sample
from app.reports.latest_reading import LatestReading

SPAN_S = 25 * 3_600.0
"""A day of the buyer's has up to 25 hours."""

KEPT_S = 15.0
PRICES_S = 24 * 3_600.0
"""Of how long prices to win are, unless somebody says otherwise."""

WAIT_S = 0.12
"""A page waits so long for the first reading; where it takes longer, the page says so and comes again."""


class RecentPings:
    """What came of the last pings, at most so many seconds ago."""

    def __init__(self, journal: JournalSample) -> None:
        self._journal = journal
        self._reading = LatestReading(self._read, kept_s=KEPT_S, wait_s=WAIT_S)
        self._prices: dict[tuple[Part, str, str], tuple[Sample, PricesToWin]] = {}

    async def prices(self, curves: LiveCurves, part: Part, seller: str, leg: str, now: float) -> PricesToWin:
        """Prices to win by the last sample: searched for once, for all who look at them until there is another."""
        sample = await self.sample(curves, now)
        key = part, seller, leg
        if key not in self._prices or self._prices[key][0] is not sample:
            lately = sample.from_time(sample.until - PRICES_S)
            found = await asyncio.to_thread(partial(prices_to_win, lately, part, seller, leg))
            self._prices = {other: made for other, made in self._prices.items() if made[0] is sample}
            self._prices[key] = sample, found
        return self._prices[key][1]

    async def sample(self, curves: LiveCurves, now: float) -> Sample:
        """The last one that was read by these curves, or one that `is_counting`. Raises what the reading raised."""
        return await self._reading.of(curves, now) or Sample(since=now, until=now, is_counting=True)

    async def _read(self, curves: LiveCurves, now: float) -> Sample:
        return await asyncio.to_thread(self._journal.between, now - SPAN_S, now, curves)

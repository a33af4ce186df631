"""What a scrape shows that takes a while to find out: a background job does, and the scrape reads what it found."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from math import ceil
from pathlib import Path

from app.domain.alerts.alert import Alert
from app.store.errors import StoreError
from app.usecases.bidder import Bidder
from app.usecases.trade.model_outcomes import ModelOutcomes

LOOK_S = 15.0
CALIBRATE_S = 3_600.0
"""Leads mature in days: nobody learns more from counting them more often."""

QUANTILES = (0.1, 0.5, 0.9)

Scores = Mapping[tuple[str, str], Mapping[int, int]]


class MeasuredGauges:
    """`scores` are the steps of the scores of the last day by model, `alerts` what needs attention, as others found."""

    def __init__(
        self,
        bidder: Bidder,
        journal: Path,
        scores: Callable[[], Scores],
        alerts: Callable[[], Iterable[Alert]],
        outcomes: ModelOutcomes,
    ) -> None:
        self._bidder = bidder
        self._journal = journal
        self._scores = scores
        self._alerts = alerts
        self._outcomes = outcomes
        self._looked_at = self._calibrated_at = float("-inf")
        self.free_bytes: int | None = None
        """Free space on the journal's disk; `None` where nobody can tell."""

    async def look(self, now: float) -> None:
        """Find out what is due to be found out."""
        if abs(now - self._looked_at) >= LOOK_S:
            self._looked_at = now
            await self._see_disk()
            self._show_alerts()
            self._show_scores()
        if abs(now - self._calibrated_at) >= CALIBRATE_S:
            self._calibrated_at = now
            with suppress(StoreError):
                await self._calibrate(now)

    async def _see_disk(self) -> None:
        try:
            usage = await asyncio.to_thread(shutil.disk_usage, self._journal)
        except OSError:
            self.free_bytes = None
            return
        self.free_bytes = usage.free
        self._bidder.metrics.gauge("disk_free_bytes", usage.free)
        self._bidder.metrics.gauge("disk_size_bytes", usage.total)

    def _show_alerts(self) -> None:
        counts = Counter((each.cause, each.severity) for each in self._alerts())
        self._bidder.metrics.gauges("alerts_open", counts)

    def _show_scores(self) -> None:
        scores = self._scores()
        metrics = self._bidder.metrics
        metrics.gauges("model_scored_bids", {model: sum(counts.values()) for model, counts in scores.items()})
        shown = {
            (*model, str(share)): quantile(counts, share)
            for model, counts in scores.items()
            for share in QUANTILES
            if counts
        }
        metrics.gauges("model_score_ratio", shown)

    async def _calibrate(self, now: float) -> None:
        """Of the models that have scored leads which have matured."""
        outcomes = (await self._outcomes.now(self._bidder.catalogue, now)).outcomes
        found = {model: each.calibration for model, each in outcomes.items() if each.calibration.leads}
        metrics = self._bidder.metrics
        metrics.gauges("model_matured_leads", {model: each.leads for model, each in found.items()})
        metrics.gauges("model_predicted_ratio", {model: each.predicted / each.leads for model, each in found.items()})
        metrics.gauges("model_converted_ratio", {model: each.conversions / each.leads for model, each in found.items()})


def quantile(counts: Mapping[int, int], share: float) -> float:
    """The score that this share of bids does not exceed, from their steps: eight for each doubling."""
    left = ceil(share * sum(counts.values()))
    for step in sorted(counts):
        left -= counts[step]
        if left <= 0:
            return float(min(2.0 ** ((step + 0.5) / 8.0), 1.0))
    return 1.0

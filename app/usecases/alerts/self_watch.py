"""What a running service finds out about itself beyond its database: trade, contact rates, disk, journal, clock."""

import asyncio
import logging
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from app.domain.alerts.alert import Alert, alert
from app.domain.alerts.terms import AlertTerms
from app.domain.calendar import local_time
from app.journal.versions import OtherVersion
from app.journal.writer import hour_start
from app.parquet import ParquetError
from app.reports.attention.buying import contact_alerts
from app.reports.attention.others import retain_alerts
from app.reports.attention.service import disk_alerts
from app.reports.attention.trade import (
    HISTORY_H,
    HOUR_S,
    Buying,
    HourTrade,
    ScoreShift,
    TradeHistory,
    day_scores,
    hour_trade,
    score_shifts,
    trade_alerts,
)
from app.reports.hours import count_hour, hours
from app.reports.kept import Stamp
from app.store.errors import StoreUnavailable
from app.usecases.bidder import Bidder

COUNT_S = 300.0
"""So often the journal is counted: hours that changed, which is mostly the one that runs."""
ASK_S = 600.0
"""And so often the database is asked for what takes it some time."""

_WEEK_S = 7 * 86_400.0

HOURS_AT_ONCE = 24
"""After a start so many hours of the past are counted at a time, the latest first."""

LOST_S = 3_600.0
"""How long lost lines of the journal are spoken of."""

_log = logging.getLogger(__name__)


class SelfWatch:
    """`alerts` are those of the last look. `own` says what other parts of the service know to be wrong."""

    def __init__(
        self, bidder: Bidder, journal: Path, lost: Callable[[], int], own: Callable[[], Iterator[Alert]]
    ) -> None:
        self._bidder = bidder
        self._journal = journal
        self._lost = lost
        self._own = own
        self._known: dict[str, tuple[tuple[Stamp, ...], HourTrade]] = {}
        self._counted_at = self._asked_at = float("-inf")
        self._lost_before, self._lost_at = 0, float("-inf")
        self._trade: list[Alert] = []
        self._of_store: list[Alert] = []
        self._disk: list[Alert] = []
        self.scores: dict[tuple[str, str], dict[int, int]] = {}
        """The scored bids of the last 24 hours by vertical and model, and by step of their score."""
        self.score_shifts: tuple[ScoreShift, ...] = ()
        """How far these lie from those of the weeks before."""

    @property
    def alerts(self) -> list[Alert]:
        """What stands out, as of the last look."""
        return [*self._own(), *self._disk, *self._trade, *self._of_store]

    async def look(self, now: float) -> None:
        """Look at what is due to be looked at."""
        terms = self._bidder.catalogue.alerts
        self._disk = [*self._disk_now(terms), *self._lost_now(now)]
        if abs(now - self._counted_at) >= COUNT_S:
            self._counted_at = now
            history = await asyncio.to_thread(self._history, now)
            self._trade = trade_alerts(history, self._buying(now), terms, now)
            self.scores = day_scores(history, now)
            self.score_shifts = tuple(score_shifts(history, now))
        if abs(now - self._asked_at) >= ASK_S:
            with suppress(StoreUnavailable):
                await self._ask(terms, now)
                self._asked_at = now

    async def _ask(self, terms: AlertTerms, now: float) -> None:
        store = self._bidder.store
        self._of_store = [
            *retain_alerts(*await store.troubled_retains(now - _WEEK_S)),
            *contact_alerts(await store.contact_counts(now), terms.contact_fall),
        ]

    def _disk_now(self, terms: AlertTerms) -> Iterator[Alert]:
        try:
            usage = shutil.disk_usage(self._journal)
        except OSError:
            return
        yield from disk_alerts(usage.free, usage.total, terms.disk_free)

    def _lost_now(self, now: float) -> Iterator[Alert]:
        lost = self._lost()
        if lost > self._lost_before:
            self._lost_before, self._lost_at = lost, now
        if now - self._lost_at < LOST_S:
            yield alert(
                "journal_lost", f"{lost:,} lines of the journal were lost since the start", "make room on its disk"
            )

    def _history(self, now: float) -> TradeHistory:
        """The hours that are counted, without a gap up to now."""
        this = int(now // HOUR_S)
        found = list(hours(self._journal, (this - HISTORY_H - 24) * HOUR_S))
        self._known = {each.name: self._known[each.name] for each in found if each.name in self._known}
        counted, first, left = {}, this, HOURS_AT_ONCE
        for hour in reversed(found):
            number = int(hour_start(hour.name) // HOUR_S)
            stamps, trade = self._known.get(hour.name, ((), HourTrade()))
            if stamps != hour.stamps:
                if not left:
                    break
                left -= 1
                try:
                    trade = hour_trade(count_hour(self._journal, hour, lambda: time.sleep(0.001)))
                except (OSError, ParquetError, OtherVersion):
                    # What cannot be read here ends what is known.
                    break
                self._known[hour.name] = hour.stamps, trade
            counted[number], first = trade, number
        return TradeHistory(first, counted)

    def _buying(self, now: float) -> Buying:
        bidder = self._bidder
        paused = bidder.standing.paused
        catalogue = bidder.catalogue
        return Buying(
            zone=catalogue.buyer.zone,
            sellers=tuple(
                [each.name for each in catalogue.sellers.values() if not each.paused and each.name not in paused]
            ),
            is_open=any(
                each.name not in paused and not each.paused and each.schedule.is_open(local_time(now, each.zone))
                for each in catalogue.campaigns.values()
            ),
        )


def clock_alerts(behind_s: float, *, is_apart: bool) -> Iterator[Alert]:
    """What a clock that was set means."""
    if is_apart:
        which = "forward" if behind_s > 0.0 else "back"
        yield alert(
            "clock_set",
            f"the clock of this machine was set {which} by {abs(behind_s):.0f} s, and the service goes by its own",
            "see whether NTP runs; a restart takes the machine's time at once",
        )


def configuration_alerts(problems: Sequence[str]) -> Iterator[Alert]:
    """What a changed file with errors means."""
    if problems:
        more = f" And {len(problems) - 1} more: `leadbid check` names them." if len(problems) > 1 else ""
        yield alert(
            "configuration_refused",
            f"the changed configuration has errors, and the one before stays in force: {problems[0]}{more}",
        )


def audit_alerts(fault: str) -> Iterator[Alert]:
    """What an audit log that was changed means."""
    if fault:
        yield alert("audit_broken", f"the audit log was changed: {fault}", "`leadbid audit verify`")

"""What a bidder does beside answering: time passes, files change, switches turn, lines are written, leads delivered."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from app.domain.token import campaign_tag
from app.journal.configurations import keep
from app.journal.writer import JournalWriter
from app.store.errors import StoreUnavailable
from app.store.store import Store
from app.telemetry.trouble import where
from app.usecases.bidder import Bidder
from app.usecases.deliver_leads import DeliveryWorker, Target
from app.usecases.feedback import refresh_suppressions
from app.usecases.onboarding.certify import Certifier, keep_marks
from app.usecases.reload_catalogue import Reloaded, Sources, next_catalogue

KEEP_S = 15.0
"""A restart may lose what shadow prices moved in this time, a small part of what they move in a window."""
SUPPRESSIONS_S = 30.0
"""How late a suppression by another process is heard of. A post asks the database, so nobody is bought meanwhile."""

_CLOCKS_DIFFER_S = 60.0
"""Between two machines; and a commit comes after the moment that stands in it."""

_log = logging.getLogger(__name__)


class ConfigWatcher:
    """Takes up changed files, and knows where leads are delivered today.

    Each configuration that comes into force is kept in the directory `journal`, the first one at once (OSError).
    """

    def __init__(
        self, sources: Sources, live: Reloaded, bidder: Bidder, clock: Callable[[], float], journal: Path
    ) -> None:
        self._sources = sources
        self._live = live
        self._bidder = bidder
        self._clock = clock
        self._journal = journal
        self._stamp = sources.stamp(live.declared)
        keep(journal, live.catalogue)
        self._is_kept = True

    def targets(self) -> dict[str, Target]:
        """Every declared destination with its secrets."""
        declared = self._live.declared
        return {
            destination.name: Target(destination=destination, secrets=declared.secrets)
            for destination in declared.destinations
        }

    async def look(self) -> None:
        """Take up what changed since the last look."""
        stamp = self._sources.stamp(self._live.declared)
        if stamp != self._stamp and await self._reload():
            # The new configuration may read other files. What changed while it was read is seen the next time.
            read = self._sources.stamp(self._live.declared)
            self._stamp = {path: stamp.get(path, at) for path, at in read.items()}
        if not self._is_kept:
            await self._keep()

    async def _reload(self) -> bool:
        """Take up what changed; False where that must be tried again."""
        bidder, now = self._bidder, self._clock()
        try:
            reloaded = await asyncio.to_thread(next_catalogue, self._sources, self._live)
            await remember_campaigns(bidder.store, reloaded, now)
        except StoreUnavailable:
            _log.warning("a changed configuration waits until the database serves again")
            return False
        except Exception as error:  # noqa: BLE001 - whatever a file holds, the live catalogue must stay
            _log.error("the reload failed, the live configuration stays: %s", where(error))
            bidder.metrics.count("reloads_total", "failed")
            return True
        for problem in reloaded.problems:
            _log.error("not taken, what was in force stays: %s", problem)
        changed = reloaded.catalogue is not self._live.catalogue
        self._live = reloaded
        if changed:
            await self._keep()
        bidder.catalogue = reloaded.catalogue
        bidder.metrics.count("reloads_total", "taken" if changed else "refused")
        if changed:
            bidder.metrics.gauge("catalogue_loaded_timestamp_seconds", now)
            _log.info("configuration %s is in force", reloaded.catalogue.config_hash)
        return True

    async def _keep(self) -> None:
        """Store the configuration, which replays need; if the disk is full it waits, like the lines of the journal."""
        try:
            await asyncio.to_thread(keep, self._journal, self._live.catalogue)
        except OSError as error:
            if self._is_kept:
                _log.error("the configuration cannot be kept beside the journal: %s", error.strerror)
            self._is_kept = False
        else:
            self._is_kept = True


class BackgroundJobs:
    """Each job is done again and again while the service runs, or all of them by `catch_up` in stepped time."""

    def __init__(
        self,
        bidder: Bidder,
        journal: JournalWriter,
        watch: ConfigWatcher,
        worker: DeliveryWorker,
        clock: Callable[[], float],
        uniform: Callable[[], float],
        certifier: Certifier,
    ) -> None:
        self.bidder = bidder
        self.certifier = certifier
        self.watch = watch
        self.worker = worker
        self.clock = clock
        self.uniform = uniform
        self._journal = journal
        self._kept: dict[str, float] = {}
        self._kept_at = 0.0
        # Everything until now was read when the bidder was made.
        self._suppressed_at = clock()

    async def tick(self) -> None:
        """Let time pass for bids, caps, signals and demand."""
        bidder = self.bidder
        try:
            bidder.book.tick(self.clock())
        except Exception as error:  # noqa: BLE001 - pacing must not stop for good because one window went wrong
            _log.error("a tick went wrong: %s", where(error))
        bidder.metrics.gauge("live_bids", bidder.book.live_bids)
        bidder.metrics.gauge("journal_waiting_lines", self._journal.waiting)
        bidder.metrics.gauge("journal_lost_lines", self._journal.lost)

    async def refresh_switches(self) -> None:
        """Hear what commands beside the service switched; while the database is away all stays as it is."""
        with suppress(StoreUnavailable):
            self.bidder.book.set_paused(await self.bidder.store.paused())

    async def keep_certifications(self) -> None:
        """Write down what sellers have shown in their tests, and hear who went live on another replica."""
        with suppress(StoreUnavailable):
            await keep_marks(self.bidder, self.certifier)

    async def keep_shadow_prices(self) -> None:
        """Write down where those that moved stand, at most every `KEEP_S`; a restart goes on with them."""
        now = self.clock()
        if now - self._kept_at < KEEP_S:
            return
        moved = {name: dual for name, dual in self.bidder.book.duals().items() if self._kept.get(name) != dual}
        if moved:
            with suppress(StoreUnavailable):
                await self.bidder.store.keep_shadow_prices(moved, now)
                self._kept |= moved
        self._kept_at = now

    async def refresh_suppressions(self) -> None:
        """Hear whom others suppressed since: a command beside the service, or another replica."""
        now = self.clock()
        if now - self._suppressed_at < SUPPRESSIONS_S:
            return
        with suppress(StoreUnavailable):
            await refresh_suppressions(self.bidder, self._suppressed_at - _CLOCKS_DIFFER_S)
            self._suppressed_at = now

    async def catch_up(self) -> float | None:
        """Do everything that is due by now, to its end; when the next delivery will be due, None where none waits.

        StoreUnavailable or OSError where the database or the journal's disk cannot take it.
        """
        await self.watch.look()
        await self.refresh_switches()
        await self.refresh_suppressions()
        await self.tick()
        await self.keep_certifications()
        await self.keep_shadow_prices()
        due_at = await self.bidder.store.next_due()
        while due_at is not None and due_at <= self.clock():
            if not await self.worker.deliver_due(self.watch.targets(), self.clock(), self.uniform):
                # A receiver that fails is given a rest, however many leads wait for it.
                break
            await self.worker.settle()
            due_at = await self.bidder.store.next_due()
        self._journal.flush()
        return due_at


async def remember_campaigns(store: Store, live: Reloaded, now: float) -> None:
    """Keep today's campaigns, whose bids may outlive them."""
    campaigns = live.catalogue.campaigns.values()
    await store.remember_campaigns(
        [(campaign_tag(campaign.name), campaign.name, msgspec.msgpack.encode(campaign)) for campaign in campaigns], now
    )

"""Reloads a changed configuration or model while the service runs, and stores each configuration that was used."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import msgspec

from app.domain.token import campaign_tag
from app.journal.configurations import keep
from app.store.errors import StoreUnavailable
from app.store.store import Store
from app.telemetry.trouble import where
from app.usecases.bidder import Bidder
from app.usecases.deliver_leads import Target
from app.usecases.reload_catalogue import Reloaded, Sources, next_catalogue

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


async def remember_campaigns(store: Store, live: Reloaded, now: float) -> None:
    """Keep today's campaigns, whose bids may outlive them."""
    campaigns = live.catalogue.campaigns.values()
    await store.remember_campaigns(
        [(campaign_tag(campaign.name), campaign.name, msgspec.msgpack.encode(campaign)) for campaign in campaigns], now
    )

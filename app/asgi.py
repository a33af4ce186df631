"""The composition root: builds the service from its settings, and hands clock and chance to everyone else."""

import asyncio
import gc
import logging
import os
import random
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import msgspec

from app.config.load import Declared, Loaded, load
from app.config.zip_table import zip_states
from app.crm.sender import Sender
from app.domain.campaign import Campaign
from app.domain.keys import Keys
from app.domain.token import campaign_tag
from app.http.application import Application, CannotStart
from app.journal.reader import lines
from app.journal.writer import JournalWriter
from app.parquet import ParquetError
from app.scoring.load import load as load_models
from app.settings import Settings, SettingsError, load_keys, sole_use
from app.store.errors import StoreError, StoreUnavailable
from app.store.store import Store
from app.store.vault import Vault
from app.telemetry.metrics import Metrics
from app.telemetry.trouble import where
from app.usecases.book import Book
from app.usecases.deliver_leads import Courier, Target
from app.usecases.desk import Desk
from app.usecases.known import DigestSet, People
from app.usecases.rate_limit import HashQuotas, RateLimits
from app.usecases.reload_catalogue import Reloaded, Sources, first_catalogue, next_catalogue
from app.usecases.restore import restore_bids

TICK_S = 0.25
RELOAD_S = 1.0
SWITCHES_S = 0.5
SETTLE_S = 5.0
"""How long a stopping service waits for deliveries under way; what takes longer is sent again after its lease."""

_log = logging.getLogger(__name__)
logging.getLogger("alembic").setLevel(logging.WARNING)


def build_app(settings: Settings) -> Application:
    """The ASGI application. SettingsError where it could not serve as it is set up, with every problem it found."""
    read = load(settings.config, environ=os.environ)
    if not isinstance(read, Loaded):
        raise SettingsError("\n".join(str(problem) for problem in read))
    for warning in read.warnings:
        _log.warning("%s", warning)
    keys, made = load_keys(settings, os.urandom)
    for path in made:
        _log.warning("made %s: without it no bid and no identity of this installation can be read; keep a copy", path)
    return Application(lambda: _running(settings, read.declared, keys), time.time)


@asynccontextmanager
async def _running(settings: Settings, declared: Declared, keys: Keys) -> AsyncIterator[Desk]:
    """A bidder that is up, with everything that runs beside its requests."""
    async with AsyncExitStack() as stack:
        try:
            desk = await _started(stack, settings, declared, keys)
        except StoreUnavailable as away:
            raise CannotStart(f"cannot start, {away}: is it up, and is its address right?") from None
        except (SettingsError, StoreError, ParquetError) as reason:
            raise CannotStart(str(reason)) from None
        except OSError as error:
            raise CannotStart(f"{error.filename or settings.data} cannot be used: {error.strerror}") from None
        _let_garbage_wait()
        yield desk


def _let_garbage_wait() -> None:
    """Keep the collector off the ping path: what was loaded lives as long as the process, and values hold no cycles.

    With the default threshold every seventh ping or so waits for a collection, and each full one walks all live bids.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


async def _started(stack: AsyncExitStack, settings: Settings, declared: Declared, keys: Keys) -> Desk:
    """Start everything; the stack ends it in reverse order."""
    stack.enter_context(sole_use(settings.data))
    vault = Vault(keys.sealing, keys.sealing_id, os.urandom)
    store = Store(settings.database, vault)
    stack.push_async_callback(store.close)
    await store.open()
    sources = Sources(
        config=lambda: load(settings.config, environ=os.environ),
        models=lambda: load_models(settings.models),
        models_dir=settings.models,
        zip_states=zip_states(),
    )
    live = first_catalogue(sources, declared, await _former(store))
    for problem in live.problems:
        _log.error("%s: %s; leads that no model prices get the campaign's fallback price", settings.models, problem)
    await _remember_campaigns(store, live)
    journal = JournalWriter(settings.journal)
    sender = Sender()
    stack.push_async_callback(sender.aclose)
    metrics = Metrics()
    courier = Courier(
        store,
        sender.send,
        owner=f"{socket.gethostname()}-{os.getpid()}",
        settled=lambda report: metrics.count("deliveries_total", report.destination, report.status),
    )
    desk = await _desk(live, keys, store, vault, journal, metrics, courier.wake.set)
    now = time.time()
    await store.take_over_claims(now)
    restored = restore_bids(desk, lines(settings.journal, now - live.catalogue.buyer.bid_lifetime_s), now)
    if restored:
        _log.info("%d bids made before are promises still", restored)
    metrics.gauge("catalogue_loaded_timestamp_seconds", now)
    watch = _Watch(sources, live, desk, store)
    await _beside(stack, journal.run(lambda error: _log.error("the journal cannot be written: %s", error.strerror)))
    await _beside(stack, _ticking(desk, journal))
    await _beside(stack, watch.run())
    await _beside(stack, _listening(desk.book, store))
    stack.push_async_callback(courier.settle, SETTLE_S)
    await _beside(stack, courier.run(watch.targets, time.time, random.random))
    _log.info("configuration %s is in force, models of %s", live.catalogue.config_hash, _names(live.catalogue.models))
    return desk


async def _desk(
    live: Reloaded,
    keys: Keys,
    store: Store,
    vault: Vault,
    journal: JournalWriter,
    metrics: Metrics,
    sold: Callable[[], None],
) -> Desk:
    return Desk(
        catalogue=live.catalogue,
        keys=keys,
        seed=keys.index,
        chance=os.urandom,
        store=store,
        vault=vault,
        journal=journal,
        metrics=metrics,
        book=await _book(live, store),
        people=People(await store.known_people()),
        suppressed=DigestSet(await store.suppressed_digests()),
        certificates=DigestSet(await store.used_certificates()),
        rates=RateLimits(),
        quotas=HashQuotas(),
        sold=sold,
    )


async def _book(live: Reloaded, store: Store) -> Book:
    book = Book(live.catalogue.buyer.bid_lifetime_s, await store.cap_usage())
    now = time.time()
    for demand in await store.demands(now):
        book.set_demand(demand.territory, demand.demand, demand.told_at, demand.ends_at)
    for signal in await store.signals(now):
        book.set_signal(signal.territory, signal.signal)
    book.set_paused(await store.paused())
    return book


async def _listening(book: Book, store: Store) -> None:
    """Hear what commands beside the service switched; while the database is away all stays as it is."""
    while True:
        await asyncio.sleep(SWITCHES_S)
        with suppress(StoreUnavailable):
            book.set_paused(await store.paused())


async def _former(store: Store) -> Mapping[bytes, Campaign]:
    """Campaigns that earlier configurations declared; one that today's code cannot read is left out and said."""
    campaigns = {}
    for tag, definition in (await store.former_campaigns()).items():
        try:
            campaigns[tag] = msgspec.msgpack.decode(definition, type=Campaign)
        except msgspec.DecodeError:
            _log.warning("a campaign of an earlier version cannot be read; its bids, if any live, will be refused")
    return campaigns


async def _remember_campaigns(store: Store, live: Reloaded) -> None:
    campaigns = live.catalogue.campaigns.values()
    await store.remember_campaigns(
        [(campaign_tag(campaign.name), campaign.name, msgspec.msgpack.encode(campaign)) for campaign in campaigns],
        time.time(),
    )


class _Watch:
    """Takes up changed files, and knows where leads are delivered today."""

    def __init__(self, sources: Sources, live: Reloaded, desk: Desk, store: Store) -> None:
        self._sources = sources
        self._live = live
        self._desk = desk
        self._store = store
        self._stamp = sources.stamp(live.declared)

    def targets(self) -> dict[str, Target]:
        """Every declared destination with its secrets."""
        declared = self._live.declared
        return {
            destination.name: Target(destination=destination, secrets=declared.secrets)
            for destination in declared.destinations
        }

    async def run(self) -> None:
        """Look once a second until cancelled."""
        while True:
            await asyncio.sleep(RELOAD_S)
            stamp = self._sources.stamp(self._live.declared)
            if stamp != self._stamp and await self._reload():
                # The new configuration may read other files. What changed while it was read is seen the next time.
                read = self._sources.stamp(self._live.declared)
                self._stamp = {path: stamp.get(path, at) for path, at in read.items()}

    async def _reload(self) -> bool:
        """Take up what changed; False where that must be tried again."""
        try:
            reloaded = await asyncio.to_thread(next_catalogue, self._sources, self._live)
            await _remember_campaigns(self._store, reloaded)
        except StoreUnavailable:
            _log.warning("a changed configuration waits until the database serves again")
            return False
        except Exception as error:  # noqa: BLE001 - whatever a file holds, the live catalogue must stay
            _log.error("the reload failed, the live configuration stays: %s", where(error))
            self._desk.metrics.count("reloads_total", "failed")
            return True
        for problem in reloaded.problems:
            _log.error("not taken, what was in force stays: %s", problem)
        changed = reloaded.catalogue is not self._live.catalogue
        self._live = reloaded
        self._desk.catalogue = reloaded.catalogue
        self._desk.metrics.count("reloads_total", "taken" if changed else "refused")
        if changed:
            self._desk.metrics.gauge("catalogue_loaded_timestamp_seconds", time.time())
            _log.info("configuration %s is in force", reloaded.catalogue.config_hash)
        return True


def _names(things: Mapping[str, object]) -> str:
    return ", ".join(sorted(things)) or "nothing"


async def _ticking(desk: Desk, journal: JournalWriter) -> None:
    while True:
        await asyncio.sleep(TICK_S)
        try:
            desk.book.tick(time.time())
        except Exception as error:  # noqa: BLE001 - pacing must not stop for good because one window went wrong
            _log.error("a tick went wrong: %s", where(error))
        desk.metrics.gauge("live_bids", desk.book.live_bids)
        desk.metrics.gauge("journal_waiting_lines", journal.waiting)
        desk.metrics.gauge("journal_lost_lines", journal.lost)


async def _beside(stack: AsyncExitStack, work: Awaitable[None]) -> None:
    """Run something until the service stops, then wait for it to end in order."""
    task = asyncio.ensure_future(work)

    async def end() -> None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    stack.push_async_callback(end)

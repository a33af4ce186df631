"""The composition root: builds the service from its settings, and hands clock and chance to everyone else."""

import asyncio
import gc
import logging
import os
import random
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import msgspec
from litestar.handlers import HTTPRouteHandler

from app.config.load import Declared, LoadedConfig, load
from app.config.values.zip_table import zip_states
from app.domain.campaign import Campaign
from app.domain.keys import Keys
from app.http.application import Application, CannotStart
from app.journal.configurations import longest_bid_lifetime_s
from app.journal.reader import lines
from app.journal.versions import OtherVersion
from app.journal.writer import JournalWriter
from app.outbound.sender import Sender
from app.parquet import ParquetError
from app.reports.counting import Counting
from app.reports.scorecard import Scorecards
from app.scoring.load import load as load_models
from app.settings import Settings, SettingsError, load_keys, sole_use
from app.store.errors import StoreError, StoreUnavailable
from app.store.store import Store
from app.store.vault import Vault
from app.telemetry.metrics import Metrics
from app.usecases.background import BackgroundJobs
from app.usecases.bidder import Bidder
from app.usecases.config_watcher import ConfigWatcher, remember_campaigns
from app.usecases.deliver_leads import DeliveryWorker
from app.usecases.limits.rate_limit import HashQuotas, RateLimits
from app.usecases.onboarding.certify import Certifier
from app.usecases.reload_catalogue import Sources, first_catalogue
from app.usecases.standing.restore import restore, restore_bids
from app.usecases.test_recorder import TestRecorder

TICK_S = 0.25
RELOAD_S = 1.0
HEAR_S = 0.5
REST_S = 0.001
"""How long a thread that counts the journal rests after each millisecond of it, so that no ping waits for it."""
SETTLE_S = 5.0
"""How long a stopping service waits for deliveries under way; what takes longer is sent again after its lease."""

_log = logging.getLogger(__name__)
logging.getLogger("alembic").setLevel(logging.WARNING)


class World(msgspec.Struct, frozen=True, kw_only=True):
    """Clock and chance of one bidder. `clock` is UTC epoch seconds, `steady` measures how long an answer takes.

    Where it is `stepped`, time stands still between two steps: no work runs by itself, and whoever moves the clock has
    `Application.background` catch up.
    """

    clock: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
    chance: Callable[[int], bytes] = os.urandom
    uniform: Callable[[], float] = random.random
    stepped: bool = False


REAL = World()


def build_app(
    settings: Settings,
    world: World = REAL,
    *,
    test_recorders: Sequence[TestRecorder] = (),
    pages: Sequence[HTTPRouteHandler] = (),
) -> Application:
    """The ASGI application, with additional `test_recorders` and `pages`.

    Raises SettingsError with every problem if it cannot serve with its settings."""
    read = load(settings.config, environ=os.environ)
    if not isinstance(read, LoadedConfig):
        raise SettingsError("\n".join(str(problem) for problem in read))
    for warning in read.warnings:
        _log.warning("%s", warning)
    keys, made = load_keys(settings, world.chance)
    for path in made:
        _log.warning("made %s: without it no bid and no identity of this installation can be read; keep a copy", path)

    @asynccontextmanager
    async def running() -> AsyncIterator[BackgroundJobs]:
        async with _running(settings, read.declared, keys, world) as background:
            background.bidder.test_recorders.extend(test_recorders)
            yield background

    return Application(running, world.clock, world.steady, pages)


@asynccontextmanager
async def _running(settings: Settings, declared: Declared, keys: Keys, world: World) -> AsyncIterator[BackgroundJobs]:
    """A bidder that is up, with everything that runs beside its requests."""
    async with AsyncExitStack() as stack:
        try:
            background = await _started(stack, settings, declared, keys, world)
        except StoreUnavailable as away:
            raise CannotStart(f"cannot start, {away}: is it up, and is its address right?") from None
        except (SettingsError, StoreError, ParquetError, OtherVersion) as reason:
            raise CannotStart(str(reason)) from None
        except OSError as error:
            raise CannotStart(f"{error.filename or settings.data} cannot be used: {error.strerror}") from None
        _let_garbage_wait()
        yield background


def _let_garbage_wait() -> None:
    """Keep the collector off the ping path: what was loaded lives as long as the process, and values hold no cycles.

    With the default threshold every seventh ping or so waits for a collection, and each full one walks all live bids.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


async def _started(
    stack: AsyncExitStack, settings: Settings, declared: Declared, keys: Keys, world: World
) -> BackgroundJobs:
    """Start everything; the stack ends it in reverse order."""
    stack.enter_context(sole_use(settings.data))
    # Never a seeded source: what is sealed twice with one nonce can be opened.
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
        _log.error("%s: %s", settings.models, problem)
    if unpriced := live.catalogue.index.verticals - live.catalogue.models.keys():
        _log.error("no model prices %s: its leads get the campaign's fallback price", ", ".join(sorted(unpriced)))
    now = world.clock()
    await remember_campaigns(store, live, now)
    journal = JournalWriter(settings.journal)
    sender = Sender()
    stack.push_async_callback(sender.aclose)
    metrics = Metrics()
    worker = DeliveryWorker(
        store,
        sender.send,
        owner=f"{socket.gethostname()}-{os.getpid()}",
        settled=lambda report: metrics.count("deliveries_total", report.destination, report.status),
    )
    bidder = Bidder(
        catalogue=live.catalogue,
        keys=keys,
        seed=keys.index,
        chance=world.chance,
        steady=world.steady,
        store=store,
        vault=vault,
        journal=journal,
        metrics=metrics,
        standing=await restore(store, now),
        rates=RateLimits(),
        quotas=HashQuotas(await store.cap_usage()),
        sold=worker.wake.set,
        scorecards=Scorecards(store, Counting(settings.journal, lambda: time.sleep(REST_S))),
    )
    await store.take_over_claims(now)
    # Bids may still live that were made under an earlier configuration, which gave them longer than today's does.
    longest_s = max(live.catalogue.buyer.bid_lifetime_s, longest_bid_lifetime_s(settings.journal))
    recent = lines(settings.journal, now - longest_s)
    restored = restore_bids(bidder.standing, live.catalogue, keys, recent, now)
    if restored:
        _log.info("%d bids made before are promises still", restored)
    metrics.gauge("catalogue_loaded_timestamp_seconds", now)
    watch = ConfigWatcher(sources, live, bidder, world.clock, settings.journal)
    certifier = Certifier(await store.certification_marks())
    bidder.certified.update(certifier.live)
    bidder.test_recorders.append(certifier.see)
    background = BackgroundJobs(bidder, journal, watch, worker, world.clock, world.uniform, certifier)
    if world.stepped:
        stack.callback(journal.flush)
    else:
        await _run_beside(stack, background, journal)
    _log.info("configuration %s is in force, models of %s", live.catalogue.config_hash, _names(live.catalogue.models))
    if live.catalogue.challengers:
        _log.info("challengers are tried in %s", _names(live.catalogue.challengers))
    return background


async def _run_beside(stack: AsyncExitStack, background: BackgroundJobs, journal: JournalWriter) -> None:
    """Have every background job done again and again while requests are answered."""
    await _beside(stack, journal.run(lambda error: _log.error("the journal cannot be written: %s", error.strerror)))
    stack.callback(background.write_keyless)
    await _beside(stack, _every(TICK_S, background.tick))
    await _beside(stack, _every(RELOAD_S, background.watch.look))
    await _beside(stack, _every(HEAR_S, background.hear))
    await _beside(stack, _every(RELOAD_S, background.keep_shadow_prices))
    stack.push_async_callback(background.keep_quotas)
    await _beside(stack, _every(RELOAD_S, background.keep_quotas))
    stack.push_async_callback(background.worker.settle, SETTLE_S)
    await _beside(stack, background.worker.run(background.watch.targets, background.clock, background.uniform))


async def _every(seconds: float, job: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        await job()


async def _former(store: Store) -> Mapping[bytes, Campaign]:
    """Campaigns that earlier configurations declared; one that today's code cannot read is left out and said."""
    campaigns = {}
    for tag, definition in (await store.former_campaigns()).items():
        try:
            campaigns[tag] = msgspec.msgpack.decode(definition, type=Campaign)
        except msgspec.DecodeError:
            _log.warning("a campaign of an earlier version cannot be read; its bids, if any live, will be refused")
    return campaigns


def _names(things: Mapping[str, object]) -> str:
    return ", ".join(sorted(things)) or "nothing"


async def _beside(stack: AsyncExitStack, work: Awaitable[None]) -> None:
    """Run something until the service stops, then wait for it to end in order."""
    task = asyncio.ensure_future(work)

    async def end() -> None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    stack.push_async_callback(end)

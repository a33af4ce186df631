"""The composition root: builds the service from its settings, and hands clock and chance to everyone else."""

import asyncio
import logging
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, nullcontext, suppress
from importlib.metadata import version
from io import FileIO
from pathlib import Path
from random import SystemRandom
from typing import Any, TypeVar

import msgspec
from litestar.handlers import HTTPRouteHandler

from app.certificates.budgets import CheckBudgets
from app.certificates.provider_client import ProviderClient
from app.config.destinations import secrets_of
from app.config.file.edit import edit
from app.config.load import Declared, LoadedConfig, load
from app.config.values.zip_table import area_states, zip_states, zip_zones
from app.domain.calling.rules import CallingTable
from app.domain.caps.division import LEASE_S
from app.domain.catalogue import Catalogue, with_limits
from app.domain.delivery.delivery import AttemptReport
from app.domain.keyed import Keys
from app.domain.operators.audit import SERVICE
from app.http.application import Application, CannotStart
from app.http.auction.intake import Intake
from app.http.auction.traced_intake import TracedIntake
from app.journal.configurations import longest_bid_lifetime_s
from app.journal.looking import Looking
from app.journal.versions import OtherVersion
from app.journal.writer import JournalWriter
from app.memory import prepare, settle, without_collections
from app.openid.client import OpenIdClient
from app.outbound.sender import OutboundSender, Sender
from app.packaged import MODELS
from app.parquet import ParquetError
from app.private_files import append_to, make_directory, narrow, remedy_of
from app.reports.counting import Counting
from app.reports.scorecard import Scorecards
from app.scoring.load import load as load_models
from app.service_notes import note_places, noted_run, service_state
from app.settings import (
    Settings,
    SettingsError,
    evidence_key,
    load_keys,
    read_keys,
    require_database,
    require_file,
    sole_use,
)
from app.store.engine.connections import without_password
from app.store.engine.database_file import sole_database
from app.store.engine.failures import DATABASE_ERRORS
from app.store.errors import DatabaseGone, StoreUnavailable, StoreUnfit
from app.store.store import Store
from app.store.vault import Vault
from app.telemetry.metrics import Metrics
from app.telemetry.request_id import RequestIds
from app.telemetry.tracing import CannotTrace, Tracing
from app.telemetry.trouble import where
from app.usecases.alerts.self_watch import clock_alerts
from app.usecases.alerts.send_alerts import AlertSender
from app.usecases.background import REST_S, AlertParts, BackgroundJobs
from app.usecases.bidder import Bidder
from app.usecases.checks.gather_checks import post_collectors
from app.usecases.clock.clock_watch import ClockWatch
from app.usecases.clock.last_moment import last_moment
from app.usecases.clock.service_clock import STEP_S, ServiceClock
from app.usecases.deliver_leads import DeliveryWorker
from app.usecases.limits.rate_limit import HashQuotas, RateLimits
from app.usecases.monitoring.traced_journal import TracedJournal, trace_attempt
from app.usecases.monitoring.worker_scrapes import WorkerScrapes
from app.usecases.onboarding.certify import Certifier
from app.usecases.operators.audit_watch import AuditWatch
from app.usecases.operators.hear_requests import limits_of
from app.usecases.operators.state_notes import StateNotes
from app.usecases.people.purge import purge
from app.usecases.pings.records import PingRecords
from app.usecases.reload.config_watcher import ConfigWatcher
from app.usecases.reload.key_watch import KeyWatch
from app.usecases.reload.left_destinations import LeftDestinations
from app.usecases.reload.reload_catalogue import Reloaded, Sources, first_catalogue
from app.usecases.reload.starting import NeedsConsent, start_with
from app.usecases.replicas.replica_turns import LOOK_S, ReplicaTurns
from app.usecases.standing.restore import noting_lost, restore, restore_bids, seen_by
from app.usecases.test_recorder import TestRecorder

T = TypeVar("T")

TICK_S = 0.25
RELOAD_S = 0.5
HEAR_S = 0.5
FOLLOW_S = 0.15
"""What another replica did holds here within 250 ms."""
HEAR_SHARED_S = 5.0
"""The change feed says when there is something to be read; that nothing is missed for good is seen to as slowly."""
STUCK_S = 3.0
NOTE_S = 3.0
ALERT_S = 1.0
PAGE_S = 0.7
"""How long a page may look through the journal: the rest of a second is for what it shows."""
PURGE_S = 3_600.0
"""How late what was kept long enough may go: it is counted in days."""

SETTLE_S = 5.0
"""How long a stopping service waits for deliveries under way; what takes longer is sent again after its lease."""

_log = logging.getLogger(__name__)
logging.getLogger("alembic").setLevel(logging.WARNING)


class World(msgspec.Struct, frozen=True, kw_only=True):
    """Clock and chance of one bidder. `clock` is the machine's (UTC epoch seconds), which may be set at any time;
    `steady` is never set.

    Where it is `stepped`, time stands still between two steps: no work runs by itself, and whoever moves the clock has
    `Application.background` catch up. `sender` makes its way out to the network, and `append` opens a journal file.
    """

    clock: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
    chance: Callable[[int], bytes] = os.urandom
    uniform: Callable[[], float] = SystemRandom().random
    stepped: bool = False
    sender: Callable[[], OutboundSender] = Sender
    append: Callable[[Path], FileIO] = append_to


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
    prepare()
    try:
        with without_collections():
            return _built(settings, world, test_recorders, pages)
    except OSError as error:
        raise SettingsError(_without_file(settings, error)) from None


def _built(
    settings: Settings, world: World, test_recorders: Sequence[TestRecorder], pages: Sequence[HTTPRouteHandler]
) -> Application:
    read = load(settings.config, environ=os.environ)
    if not isinstance(read, LoadedConfig):
        raise SettingsError("\n".join(str(problem) for problem in read))
    # Of several workers one says what holds for all of them.
    for warning in read.warnings if settings.worker <= 1 else ():
        _log.warning("%s", warning)
    require_file(settings)
    keys, made = load_keys(settings, world.chance)
    for path in made:
        _log.warning("made %s: without it no bid and no identity of this installation can be read; keep a copy", path)

    for sentence in settings.exposed_secrets(read.declared.secret_files) if settings.worker <= 1 else ():
        _log.warning("%s", sentence)
    clock = ServiceClock(world.clock, world.steady)

    @asynccontextmanager
    async def running() -> AsyncIterator[BackgroundJobs]:
        async with _running(settings, read.declared, keys, world, clock) as background:
            background.bidder.test_recorders.extend(test_recorders)
            yield background

    # Not from the world's chance, of which seeded days draw: an id decides nothing.
    ids = RequestIds(os.urandom(4).hex())
    intake = TracedIntake if settings.traces else Intake
    return Application(running, clock.now, world.steady, pages, ids, intake)


@asynccontextmanager
async def _running(
    settings: Settings, declared: Declared, keys: Keys, world: World, clock: ServiceClock
) -> AsyncIterator[BackgroundJobs]:
    """A bidder that is up, with everything that runs beside its requests."""
    async with AsyncExitStack() as stack:
        try:
            with without_collections():
                background = await _started(stack, settings, declared, keys, world, clock)
        except (SettingsError, DatabaseGone, ParquetError, OtherVersion, NeedsConsent) as reason:
            raise CannotStart(str(reason)) from None
        except StoreUnfit as unfit:
            raise CannotStart(_of_the_database(settings, str(unfit))) from None
        except StoreUnavailable as away:
            raise CannotStart(_without_database(settings, str(away))) from None
        except DATABASE_ERRORS as error:
            raise CannotStart(_without_database(settings, f"the database refuses it ({where(error)})")) from None
        except OSError as error:
            raise CannotStart(_without_file(settings, error)) from None
        settle()
        yield background


def _of_the_database(settings: Settings, why: str) -> str:
    """Why a database cannot be used, and which: who restores a backup may have several."""
    name = str(settings.sqlite_file or without_password(settings.database))
    return why if name in why else f"{name}: {why}"


def _without_database(settings: Settings, why: str) -> str:
    """What a start says that the database failed, which has logged nothing yet."""
    if settings.sqlite_file is None:
        return f"cannot start, {why}: is it up, is its address right, and may this user read and write all of it?"
    return (
        f"cannot start, {why}: see whether the disk of {settings.sqlite_file} fails or is full, and who else holds it"
    )


def _without_file(settings: Settings, error: OSError) -> str:
    return f"cannot start, {error.filename or settings.data} cannot be used ({error.strerror}): {remedy_of(error)}"


async def _started(
    stack: AsyncExitStack, settings: Settings, declared: Declared, keys: Keys, world: World, service_clock: ServiceClock
) -> BackgroundJobs:
    """Start everything; the stack ends it in reverse order."""
    stack.enter_context(_own_use(settings))
    note_places(settings.own, settings.places(os.getpid(), world.clock()))
    # Never a seeded source: what is sealed twice with one nonce can be opened.
    vault = Vault(keys.sealing, keys.sealing_id, os.urandom)
    store = await _opened(stack, settings, keys, vault, world)
    clock = service_clock.now
    now = clock()
    # Mostly the database reads: what the configuration needs is worked out meanwhile, in a thread beside its own.
    restored = _meanwhile(stack, restore(store, now))
    sources, live = await asyncio.to_thread(_first, settings, declared)
    _tell_of_models(settings, live)
    former = await start_with(store, live, keys, world.clock(), has_consent=settings.has_consent)
    journal = JournalWriter(settings.journal, world.append, writer=settings.worker)
    sender = world.sender()
    stack.push_async_callback(sender.aclose)
    metrics = Metrics()
    tracing = _tracing(stack) if settings.traces else None
    worker = _worker(store, sender, metrics, world, tracing)
    limits = limits_of(await store.requests(now))
    usage = await store.cap_usage(now)
    bidder = Bidder(
        catalogue=with_limits(live.catalogue, limits),
        limits=limits,
        keys=keys,
        seed=keys.index,
        chance=world.chance,
        steady=world.steady,
        store=store,
        vault=vault,
        journal=TracedJournal(journal, tracing, world.clock, world.steady) if tracing is not None else journal,
        metrics=metrics,
        standing=await restored,
        rates=RateLimits(),
        quotas=HashQuotas(usage),
        providers=_provider_client(sender, lambda: watch.secrets, usage, metrics, world.steady),
        openid=OpenIdClient(sender.send, lambda: watch.secrets, world.steady),
        secrets=lambda: watch.secrets,
        sold=worker.wake.set,
        scorecards=Scorecards(store, Counting(settings.journal, _rest)),
        former=former,
    )
    bidder.post_collectors = post_collectors(bidder)
    longest_s = await _take_over(settings, bidder, now)
    metrics.gauge("catalogue_loaded_timestamp_seconds", now)
    # Commands beside the service go by the machine's clock, and wait for what the watcher writes.
    watch = ConfigWatcher(sources, live, bidder, world.clock, world.steady, settings.journal)
    certifier = await _certifier(bidder)
    left = LeftDestinations(store, lambda each: secrets_of(each, settings.config, os.environ), metrics)
    alerts = _alerts(settings, AlertSender(sender.send, lambda: watch.secrets, world.clock), service_clock)
    turns = await _join(stack, settings, bidder, worker.owner, world, clock, longest_s) if store.is_shared else None
    parts = (certifier, world.clock, alerts, _records(settings), _rest, turns)
    background = BackgroundJobs(bidder, journal, watch, left, worker, clock, world.uniform, *parts)
    _be_one_of_several(settings, background)
    noting = StateNotes(settings.own, background.state)
    stack.callback(noting.note_stop)
    clock_watch = ClockWatch(service_clock, bidder, worker, settings.own, longest_s)
    stack.callback(clock_watch.close)
    if world.stepped:
        background.look_at_clock = clock_watch.look
        stack.callback(journal.close, _tell_of_journal)
    else:
        await _run_beside(stack, background, journal, KeyWatch(bidder, lambda: _keys_of(settings)), noting)
        await _beside(stack, _every(TICK_S, clock_watch.look))
        await _beside(stack, _every(PURGE_S, _purging(settings, bidder, clock)))
    _tell_what_is_live(live.catalogue)
    return background


async def _certifier(bidder: Bidder) -> Certifier:
    """Sees the tests of sellers; what they showed so far is known."""
    certifier = Certifier(await bidder.store.certification_marks())
    bidder.certified.update(certifier.live)
    bidder.test_recorders.append(certifier.see)
    return certifier


async def _join(
    stack: AsyncExitStack,
    settings: Settings,
    bidder: Bidder,
    name: str,
    world: World,
    clock: Callable[[], float],
    longest_s: float,
) -> ReplicaTurns:
    """Take part among the replicas of a database, in the place of the process that had this directory before."""

    def new_run() -> int:
        return int.from_bytes(os.urandom(7))

    turns = ReplicaTurns(bidder, name, new_run, clock, longest_s)
    await turns.join(noted_run(settings.own))
    began = world.steady()
    while not (turns.may_promise or world.stepped or world.steady() - began > LEASE_S):
        # Pings that come before the others have read of this one would find every cap full.
        await asyncio.sleep(LOOK_S)
        await turns.take_turn()

    async def leave() -> None:
        # The others find out by themselves where it cannot be said any more.
        with suppress(StoreUnavailable):
            await turns.leave()

    stack.push_async_callback(leave)
    return turns


def _tell_of_journal(error: OSError) -> None:
    _log.error("the journal cannot be written: %s", error.strerror)


def _be_one_of_several(settings: Settings, background: BackgroundJobs) -> None:
    """A worker shows metrics and state of all those that share its port, since nobody chooses whom he asks."""
    if settings.worker:
        background.scrape.workers = WorkerScrapes(settings.data, settings.worker, settings.workers)
        background.state_of_all = lambda: service_state(settings.data) or background.state()


def _tell_what_is_live(catalogue: Catalogue) -> None:
    _log.info("configuration %s in use, with models of %s", catalogue.config_hash, _names(catalogue.models))
    if catalogue.challengers:
        _log.info("challengers on trial in %s", _names(catalogue.challengers))


def _records(settings: Settings) -> PingRecords:
    """What pages read decisions from. The key that signs archives of proof is made when the first one is asked for."""

    def evidence_seed() -> bytes:
        seed, made = evidence_key(settings, os.urandom)
        if made is not None:
            _log.warning("made %s: archives of proof are signed with it from now on; keep a copy", made)
        return seed

    def looking() -> Looking:
        return Looking(time.monotonic, PAGE_S, _rest)

    return PingRecords(settings.journal, settings.models, looking, evidence_seed)


def _first(settings: Settings, declared: Declared) -> tuple[Sources, Reloaded]:
    """The catalogue to start with, and where the next one comes from."""
    sources = _sources(settings)
    return sources, first_catalogue(sources, declared)


def _sources(settings: Settings) -> Sources:
    """What is read anew while the service runs."""
    return Sources(
        config=lambda read_file: load(settings.config, environ=os.environ, read_file=read_file),
        models=lambda: load_models(settings.models),
        models_dir=settings.models,
        zip_states=zip_states(),
        calling=CallingTable(zip_zones=zip_zones(), area_states=area_states()),
        edit=lambda change: edit(settings.config, os.environ, change),
    )


def _tracing(stack: AsyncExitStack) -> Tracing:
    """Spans are sent until the end, from a thread: a collector that does not answer holds up nobody else's stop."""
    try:
        tracing = Tracing(version("leadbid"))
    except CannotTrace as reason:
        raise SettingsError(str(reason)) from None
    stack.push_async_callback(asyncio.to_thread, tracing.close)
    return tracing


def _worker(
    store: Store, sender: OutboundSender, metrics: Metrics, world: World, tracing: Tracing | None
) -> DeliveryWorker:
    """What delivers leads, counted by what came of it."""

    def settled(report: AttemptReport) -> None:
        metrics.count("deliveries_total", report.destination, report.status)
        metrics.took("delivery_duration_seconds", report.took_ms / 1000.0, report.destination)
        if tracing is not None:
            trace_attempt(tracing, report)

    return DeliveryWorker(
        store,
        sender.send,
        owner=f"{socket.gethostname()}-{os.getpid()}",
        settled=settled,
        # A receiver compares the time of a signature with its own clock.
        wall=world.clock,
    )


def _provider_client(
    sender: OutboundSender,
    secrets: Callable[[], Mapping[str, str]],
    usage: Mapping[str, int],
    metrics: Metrics,
    steady: Callable[[], float],
) -> ProviderClient:
    """Asks providers, and goes on with the budgets of the day."""

    def count(check: str, result: str, millicents: int, took_s: float | None) -> None:
        metrics.count("check_questions_total", check, result)
        metrics.count("check_cost_dollars_total", check, by=millicents)
        if took_s is not None:
            metrics.took("check_duration_seconds", took_s, check)

    return ProviderClient(sender.send, secrets, CheckBudgets(usage), count, steady)


def _alerts(settings: Settings, sender: AlertSender, clock: ServiceClock) -> AlertParts:
    """What has operators told, with what it cannot find out by itself."""
    return AlertParts(
        journal=settings.journal,
        sender=sender,
        audit=AuditWatch(settings.journal),
        clock=lambda: clock_alerts(clock.behind_s, is_apart=clock.is_apart),
    )


async def _opened(stack: AsyncExitStack, settings: Settings, keys: Keys, vault: Vault, world: World) -> Store:
    """The database that was written with these keys, which no other service works on if it is a file."""
    file, database = settings.sqlite_file, None
    if file is not None:
        database = stack.enter_context(sole_database(file, int.from_bytes(world.chance(3))))
    store = Store(settings.database, vault, file=database, steady=world.steady)
    stack.push_async_callback(store.close)
    await store.open()
    if file is None:
        require_database(settings, served=await store.is_served())
    await store.take_keys(keys)
    return store


@contextmanager
def _own_use(settings: Settings) -> Iterator[None]:
    """Hold the data directory, and see to it that what it holds is ours alone. Of workers their supervisor holds it."""
    make_directory(settings.own)
    with nullcontext() if settings.worker else sole_use(settings.data):
        for warning in narrow(settings.private_places):
            _log.warning("%s", warning)
        yield


async def _take_over(settings: Settings, bidder: Bidder, now: float) -> int:
    """Go on with what a process before left: claims and live bids. How long, in seconds, one of its bids may live."""
    await bidder.store.take_over_claims(now)
    # Bids may still live that were made under an earlier configuration, which gave them longer than today's does.
    longest_s = max(bidder.catalogue.buyer.bid_lifetime_s, longest_bid_lifetime_s(settings.journal))
    ahead_s = await _set_back_by_s(settings, bidder.store, now)
    lost: set[str] = set()
    recent = seen_by(settings.worker, settings.journal, now - longest_s)
    recent = noting_lost(bidder.standing, bidder.keys, recent, lost)
    restored = restore_bids(
        bidder.standing, bidder.catalogue, bidder.former, bidder.keys, recent, now, ahead_s, longest_s
    )
    if restored:
        _log.info("restored %d live bids", restored)
    if lost:
        _log.error(
            "%d leads that the journal has as bought are not in the database: %s is an older backup, or its log (-wal) "
            "was damaged. Stop the service, and restore a newer one: what is lost may be bought again",
            len(lost),
            settings.sqlite_file or "it",
        )
    return longest_s


async def _set_back_by_s(settings: Settings, store: Store, now: float) -> int:
    """By how much the clock was set back since the service last ran; what waits for its time then waits no longer."""
    ahead_s = max(int(last_moment(settings.own) - now), 0)
    if ahead_s >= STEP_S:
        _log.warning(
            "the clock stands %d s behind where it stood when the service last ran: live bids are kept", ahead_s
        )
        await store.hasten_deliveries(now, ahead_s)
    return ahead_s


def _purging(settings: Settings, bidder: Bidder, clock: Callable[[], float]) -> Callable[[], Awaitable[None]]:
    """A job that removes what was kept long enough, unless a command works on the journal just then."""

    async def purge_old() -> None:
        retention = bidder.catalogue.configuration.retention
        try:
            with sole_use(settings.journal):
                purged = await purge(bidder.store, settings.journal, retention, SERVICE, clock(), is_real=True)
        except SettingsError:
            return
        if not purged.is_nothing:
            _log.info("kept long enough, and removed: %s", purged)

    return purge_old


def _tell_of_models(settings: Settings, live: Reloaded) -> None:
    # The models that come with leadbid are nobody's own: a new installation has done nothing wrong where one is no use.
    level = logging.WARNING if settings.models.resolve() == MODELS else logging.ERROR
    for problem in live.problems:
        _log.log(level, "%s: %s", settings.models, problem)
    if unpriced := live.catalogue.index.verticals - live.catalogue.models.keys():
        names = ", ".join(sorted(unpriced))
        _log.warning("no model prices %s: its leads are priced by expected_conversion, or get fallback_price", names)
    for text in live.idle:
        _log.warning(text)


async def _run_beside(
    stack: AsyncExitStack,
    background: BackgroundJobs,
    journal: JournalWriter,
    key_watch: KeyWatch,
    noting: StateNotes,
) -> None:
    """Have every background job done again and again while requests are answered."""
    await _beside(stack, journal.run(_tell_of_journal))
    stack.callback(background.write_keyless, unfinished=True)
    stack.callback(background.write_shed)
    await _beside(stack, _every(TICK_S, background.tick))
    await _beside(stack, _every(HEAR_S, background.prove_database))
    await _beside(stack, _every(RELOAD_S, background.watch.look))
    await _beside(stack, _every(RELOAD_S, key_watch.look))
    shared = background.bidder.store.is_shared
    if shared:
        await background.hear()
        await _beside(stack, _every(FOLLOW_S, background.follow))
    await _beside(stack, _every(HEAR_SHARED_S if shared else HEAR_S, background.hear))
    await _beside(stack, _every(HEAR_S, background.pacing.step))
    if background.turns is not None:
        await _beside(stack, _every(LOOK_S, background.turns.take_turn))
    await _beside(stack, _every(STUCK_S, background.look_for_stuck))
    await _beside(stack, _every(STUCK_S, background.watch_canaries))
    await _beside(stack, _every(ALERT_S, background.watch_alerts))
    await _beside(stack, _every(ALERT_S, background.measure))
    await _beside(stack, _every(STUCK_S, background.ask_for_returns))
    await _beside(stack, _every(STUCK_S, background.retain_certificates))
    await noting.note()
    await _beside(stack, _every(NOTE_S, noting.note))
    stack.push_async_callback(background.keep_quotas)
    await _beside(stack, _every(RELOAD_S, background.keep_quotas))
    stack.push_async_callback(background.worker.settle, SETTLE_S)
    await _beside(stack, background.worker.run(background.targets, background.clock, background.uniform))


async def _every(seconds: float, job: Callable[[], Awaitable[None]]) -> None:
    """Whatever a database answers in trouble, the next try is made; a job's trouble is logged on its way in and out."""
    failed = False
    while True:
        await asyncio.sleep(seconds)
        try:
            await job()
        except Exception as error:  # noqa: BLE001 - a job that ended here would be missed for good
            if not failed:
                _log.error("%s fails: %s", job.__name__, where(error))
            failed = True
        else:
            if failed:
                _log.warning("%s works again", job.__name__)
            failed = False


def _rest() -> None:
    """What a thread that counts the journal does after each piece of it."""
    time.sleep(REST_S)


def _keys_of(settings: Settings) -> Keys | str:
    try:
        return read_keys(settings)
    except SettingsError as error:
        return str(error)


def _names(things: Mapping[str, object]) -> str:
    return ", ".join(sorted(things)) or "nothing"


def _meanwhile(stack: AsyncExitStack, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Begin what is awaited later. Where that is not reached it is ended, and what came of it concerns nobody."""
    task = asyncio.create_task(work)

    async def end() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(end)
    return task


async def _beside(stack: AsyncExitStack, work: Awaitable[None]) -> None:
    """Run something until the service stops, then wait for it to end in order."""
    task = asyncio.ensure_future(work)

    async def end() -> None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    stack.push_async_callback(end)

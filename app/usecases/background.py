"""What runs beside answering: time passes, switches apply, prices and lines are written, leads delivered."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec.structs import replace

from app.domain.alerts.alert import Alert
from app.domain.auction.canary import CanaryTally
from app.journal.writer import JournalWriter
from app.reports.attention.trade import ScoreShift
from app.reports.campaigns.recent import RecentPings
from app.reports.campaigns.sample import JournalSample
from app.reports.now.growing import GrowingTally
from app.service_notes import ServiceState
from app.store.errors import StoreUnavailable
from app.telemetry.trouble import where
from app.usecases.alerts.alert_watch import AlertWatch
from app.usecases.alerts.self_watch import SelfWatch, audit_alerts, configuration_alerts
from app.usecases.alerts.send_alerts import AlertSender
from app.usecases.bidder import Bidder
from app.usecases.canary_watch import CanaryWatch
from app.usecases.change_feed.feed_follower import FeedFollower
from app.usecases.change_feed.hearing import Hearing
from app.usecases.checks.retain_certificates import RetainWorker
from app.usecases.deliver_leads import DeliveryWorker, Target
from app.usecases.money.money_reports import MoneyReports
from app.usecases.monitoring.measured import MeasuredGauges
from app.usecases.monitoring.readiness import Obstacle, obstacles
from app.usecases.monitoring.scrape import Scrape
from app.usecases.onboarding.certify import Certifier
from app.usecases.operators.audit_watch import AuditWatch
from app.usecases.operators.hear_requests import hear_requests
from app.usecases.operators.state_notes import state_of
from app.usecases.pings.records import PingRecords
from app.usecases.reload.config_watcher import ConfigWatcher
from app.usecases.reload.left_destinations import LeftDestinations
from app.usecases.replicas.pacing import Pacing
from app.usecases.replicas.replica_turns import ReplicaTurns
from app.usecases.replicas.same_configuration import SameConfiguration
from app.usecases.returns.by_rule import ReturnRules
from app.usecases.standing.changes import TimePassed, WritesFailed
from app.usecases.trade.journal_count import JournalCount
from app.usecases.trade.model_outcomes import ModelOutcomes

PROVEN_S = 3.0
"""How old the last proof may be that sales can be recorded. Posts that are bought prove it at no cost."""

CALM_S = 10.0
"""An overload has ended when no ping was shed for so long."""

WEIGHED_AT_ONCE = 20_000
"""So many live bids are weighed before whoever waits for an answer has its turn."""

ENDED_AT_ONCE = 2_000
"""So many bids that expired are forgotten before that, which takes about a millisecond."""

REST_S = 0.001
"""How long a thread that counts rests after each millisecond of it, so that no ping waits for it."""

_log = logging.getLogger(__name__)


class AlertParts(msgspec.Struct, frozen=True, kw_only=True):
    """What alerts are made with: where the journal lies, who sends them, and what audit log and clock have to say."""

    journal: Path
    sender: AlertSender
    audit: AuditWatch
    clock: Callable[[], Iterable[Alert]]


class BackgroundJobs:
    """Each job is done again and again while the service runs, or all of them by `catch_up` in stepped time."""

    def __init__(
        self,
        bidder: Bidder,
        journal: JournalWriter,
        watch: ConfigWatcher,
        left: LeftDestinations,
        worker: DeliveryWorker,
        clock: Callable[[], float],
        uniform: Callable[[], float],
        certifier: Certifier,
        machine_clock: Callable[[], float],
        alerts: AlertParts,
        records: PingRecords,
        rest: Callable[[], None] = lambda: None,
        turns: ReplicaTurns | None = None,
    ) -> None:
        """`records` are what decisions are read from, for pages; `rest` is called while a journal is counted.

        `turns` are taken with other replicas, where there may be any.
        """
        self.journal_directory = alerts.journal
        self.today = JournalCount(GrowingTally(alerts.journal, rest))
        self.lately = JournalCount(GrowingTally(alerts.journal, rest))
        self.recent = RecentPings(JournalSample(alerts.journal, rest))
        self.money = MoneyReports(bidder.store, rest)
        self.bidder = bidder
        self.certifier = certifier
        self.watch = watch
        self.left = left
        self.worker = worker
        self.clock = clock
        self.uniform = uniform
        self.records = records
        self.turns = turns
        self.pacing = Pacing(bidder, clock, turns)
        self._same_configuration = SameConfiguration()
        self._audit_watch = alerts.audit
        self._self_watch = SelfWatch(bidder, alerts.journal, lambda: journal.lost, self._found)
        self._clock_alerts = alerts.clock
        self._alerts = AlertWatch(bidder, self._self_watch, alerts.sender, self.state, machine_clock)
        self.state_of_all: Callable[[], ServiceState] = self.state
        """How all processes are that share this one's port, as if they were one."""
        self.scrape = Scrape(bidder, worker, journal, clock, turns)
        self.model_outcomes = ModelOutcomes(bidder.store, lambda: time.sleep(REST_S))
        self.measured = MeasuredGauges(
            bidder,
            alerts.journal,
            lambda: self._self_watch.scores,
            lambda: self._alerts.open,
            self.model_outcomes,
        )
        self._canaries = CanaryWatch(bidder)
        self._return_rules = ReturnRules(bidder)
        self._retain = RetainWorker(bidder, worker.owner)
        self._journal = journal
        self.look_at_clock: Callable[[], Awaitable[None]] = _nothing
        """Done first in every step through time."""
        self._unwritable_s = 0.0
        self._shed_at = 0.0
        self._machine_clock = machine_clock
        now = self._everybodys_now()
        self._hearing = Hearing(bidder, certifier, lambda: watch.declared, alerts.audit.see, now)
        self._follower = FeedFollower(bidder, certifier, worker.owner, self._everybodys_now, self._hear)
        self._look_at_database()

    async def tick(self) -> None:
        """Let time pass for bids, caps, signals and demand."""
        bidder = self.bidder
        if self.turns is not None:
            self.turns.keep_lease()
        now, standing = self.clock(), bidder.standing
        parts = 1 + max(standing.live_bids // WEIGHED_AT_ONCE, standing.expired(now) // ENDED_AT_ONCE)
        try:
            for part in range(parts):
                bidder.standing.apply(TimePassed(at=now, part=part, parts=parts))
                if part < parts - 1:
                    await asyncio.sleep(0)
        except Exception as error:  # noqa: BLE001 - pacing must not stop for good because one window went wrong
            _log.error("a periodic update of caps and bids failed: %s", where(error))
        self._look_at_database()
        self.write_keyless()
        self.write_shed()

    def state(self) -> ServiceState:
        """How the service is now."""
        state = state_of(self.bidder, self.worker, self.clock(), self._machine_clock(), self._self_watch.alerts)
        return replace(state, run=self.turns.run) if self.turns is not None else state

    async def watch_alerts(self) -> None:
        """Look for what needs attention, and have it told."""
        await self._alerts.look()

    def _found(self) -> Iterator[Alert]:
        yield from self._clock_alerts()
        yield from audit_alerts(self._audit_watch.fault)
        yield from configuration_alerts(self.watch.problems)
        if self.turns is not None:
            yield from self._same_configuration.alerts(self.turns.configurations, self.bidder.steady())

    def write_shed(self) -> None:
        """Journal and count the pings that were refused for want of time; say once when that begins and has ended."""
        bidder, now = self.bidder, self.clock()
        for line in bidder.shed.taken(now, bidder.chance):
            bidder.metrics.count("pings_total", line.seller, line.refusal.code, by=line.count)
            bidder.journal.append(line)
            if not self._shed_at:
                _log.warning("more pings come than can be answered in time: the rest is refused as load_shed")
            self._shed_at = now
        if self._shed_at and now - self._shed_at > CALM_S:
            self._shed_at = 0.0
            _log.warning("all pings are answered again")

    async def prove_database(self) -> None:
        """Have something written every few seconds, so that a database that takes no sale is noticed without posts."""
        await self.bidder.store.prove(PROVEN_S)

    def targets(self) -> dict[str, Target]:
        """Every destination that leads can be sent to: those that are declared, and those that leads still wait for."""
        return {**self.left.targets, **self.watch.targets()}

    async def look_for_stuck(self) -> None:
        """See for which destinations leads wait that are declared no more, or cannot be sent to."""
        try:
            await self.left.look(self.bidder.catalogue.destinations)
        except Exception as error:  # noqa: BLE001 - one that goes wrong is looked for again
            _log.error("destinations could not be looked at: %s", where(error))

    def write_keyless(self, *, unfinished: bool = False) -> None:
        """Write the counts of minutes that are over, or of all where the service stops."""
        for line in self.bidder.keyless.lines(self.clock(), unfinished=unfinished):
            self._journal.append(line)

    async def follow(self) -> None:
        """Do what other replicas did, and tell them what no sale tells."""
        with suppress(StoreUnavailable):
            await self._follower.step()

    async def hear(self) -> None:
        """Keep what sellers showed in tests, and hear what commands and other replicas wrote.

        While the database is away all stays as it is.
        """
        with suppress(StoreUnavailable):
            await self._hear()

    async def take_up_requests(self) -> None:
        """Put in force at once what an operator has just asked for here, so that the next ping knows."""
        hear_requests(self.bidder, await self.bidder.store.requests(self._everybodys_now()), self.watch.declared)

    async def keep_quotas(self) -> None:
        """Count in the database what sellers asked by hash and what providers cost, so that a restart is no new day."""
        for counted in (self.bidder.quotas, self.bidder.providers.budgets):
            changes = counted.changes()
            if not changes:
                continue
            try:
                counted.written(await self.bidder.store.add_usage(changes))
            except BaseException as error:
                # A stop in the middle may count them twice, which is the safe side.
                counted.not_written(changes)
                if not isinstance(error, StoreUnavailable):
                    raise

    async def ask_for_returns(self) -> None:
        """Ask sellers for what outcomes give reason to, tell them of the others, and end what nobody answered."""
        with suppress(StoreUnavailable):
            await self._return_rules.look(self._everybodys_now())

    async def retain_certificates(self) -> None:
        """Store what is still to be stored of certificates, where something was due when it was last heard."""
        if self._hearing.retain_at > self.clock():
            return
        with suppress(StoreUnavailable):
            await self._retain.retain_due(self.clock(), self.uniform)

    async def obstacles(self) -> list[Obstacle]:
        """What is in the way of bidding and buying."""
        return await obstacles(self.bidder, self._journal, self.measured.free_bytes)

    async def measure(self) -> None:
        """Find out what a scrape shows but has no time to find out."""
        await self.measured.look(self.clock())

    @property
    def canary_tallies(self) -> Mapping[str, CanaryTally]:
        """What each canary came to when it was last looked at."""
        return self._canaries.tallies

    @property
    def score_shifts(self) -> Sequence[ScoreShift]:
        """How far the scores of the last day lie from those of the weeks before, as of the last look."""
        return self._self_watch.score_shifts

    async def watch_canaries(self) -> None:
        """Stop what is tried and costs more than chance explains."""
        await self._canaries.look(self.clock())

    def _look_at_database(self) -> None:
        """Bids depend on whether a sale can be recorded."""
        availability = self.bidder.store.availability
        availability.look()
        if availability.unwritable_s != self._unwritable_s:
            self._unwritable_s = availability.unwritable_s
            self.bidder.standing.apply(WritesFailed(seconds=self._unwritable_s))
        self.bidder.metrics.gauge("database_writable", float(availability.state == "writable"))
        self.bidder.metrics.gauge("database_unwritable_seconds", self._unwritable_s)

    async def catch_up(self) -> float | None:
        """Do everything that is due by now, to its end; when the next delivery will be due, None where none waits.

        StoreUnavailable or OSError where the database or the journal's disk cannot take it.
        """
        await self.look_at_clock()
        await self.watch.look()
        if self.bidder.store.is_shared:
            await self._follower.step()
        due_at = await self._hear()
        if self.bidder.store.availability.is_troubled:
            await self.prove_database()
        if self.turns is not None:
            await self.turns.take_turn()
        await self.tick()
        await self.pacing.step()
        await self.keep_quotas()
        await self.watch_canaries()
        await self.ask_for_returns()
        while due_at is not None and due_at <= self.clock():
            if not await self.worker.deliver_due(self.targets(), self.clock(), self.uniform):
                # A receiver that fails is given a rest, however many leads wait for it.
                break
            await self.worker.settle()
            due_at = await self.bidder.store.next_due()
        await self.retain_certificates()
        self._journal.flush()
        return due_at

    async def _hear(self) -> float | None:
        """As `hear`; when the next delivery is due."""
        return await self._hearing.hear(self._everybodys_now())

    def _everybodys_now(self) -> float:
        """A moment that is no later by our own clock than by the machine's, which the commands beside us go by."""
        return min(self.clock(), self._machine_clock())


async def _nothing() -> None:
    """Where time goes on by itself, a job of its own looks at the clock."""

"""The one interface to the database: each method is one committed transaction, or one consistent read."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from math import inf
from pathlib import Path

from app.domain.alerts.notices import Mute
from app.domain.buyer import Role
from app.domain.caps.division import ReplicaState
from app.domain.caps.pacing import ShadowPrice
from app.domain.delivery.delivery import AttemptReport, ClaimedDelivery
from app.domain.identity import Person
from app.domain.keyed import Keys
from app.domain.operators.audit import AuditHead, AuditLine, OperatorAct
from app.domain.post.sale import KeptAnswer, PostFacts, Sale
from app.domain.reasons import Refusal
from app.domain.returns.invoice import LedgerLine
from app.domain.targets.targets import KeptLedger, LedgerName, TargetLedger
from app.store import (
    answers,
    caps,
    certifications,
    configurations,
    exports,
    feedback,
    known,
    leads,
    sales,
    sealed,
)
from app.store.certifications import Mark
from app.store.change_feed import feed, late_decisions
from app.store.change_feed.feed import NewChanges
from app.store.change_feed.late_decisions import LateDecision
from app.store.configurations import InForce, PendingConfiguration
from app.store.delivery import deliveries, destinations, outbox, retains
from app.store.delivery.deliveries import DeliveryDetail, DeliveryRow, Moved, Waiting, Which
from app.store.delivery.named_leads import NamedLead, named_leads
from app.store.delivery.retains import ClaimedRetain, RetainReport
from app.store.engine import installation
from app.store.engine.availability import Availability
from app.store.engine.connections import (
    BUSY_MS,
    async_lookup_engine,
    async_reading_engine,
    async_writing_engine,
    database_url,
    is_sqlite,
    on_connect,
    reading_engine,
    require_installation,
    writing_engine,
)
from app.store.engine.database_file import DatabaseFile
from app.store.engine.revision import HEAD, require_head, revision
from app.store.engine.runners import GroupRunner, Runner, TaskRunner
from app.store.errors import StoreError, StoreUnfit
from app.store.exports import OutcomeRow, SoldRow
from app.store.feedback import ContactCounts, ModelSale, OutcomeFacts, OutcomeResult
from app.store.heard import Heard, heard
from app.store.known import SightingPart
from app.store.leads import LeadRow, Summary
from app.store.migrate import migrate
from app.store.operators import alerts, audit, requested, sign_in
from app.store.operators import keys as operator_keys
from app.store.operators.alerts import AlertRows, Look, OutgoingAlert
from app.store.operators.keys import OperatorKey
from app.store.operators.requested import DemandRow, RequestRows, SignalRow, Switch, SwitchKind
from app.store.operators.sign_in import OperatorSession, SignInRow
from app.store.people import ages, bought, erase, forgetting, holds, named, records
from app.store.people.ages import AgedKind
from app.store.people.bought import BoughtRow, SoughtLeads
from app.store.people.erase import Erased
from app.store.people.forgetting import Forgetting
from app.store.people.holds import LegalHold, OnHold
from app.store.people.named import IdKind
from app.store.people.records import LeadRecord, StoredAnswer, Suppressing
from app.store.posts.sell_together import SellJob
from app.store.replicas import published, shadow_prices
from app.store.replicas.published import ReplicaTurn
from app.store.replicas.shadow_prices import ALONE
from app.store.returns import accounts, billing, crediting, requests
from app.store.returns.accounts import LeadFacts, Purchase
from app.store.returns.billing import PostedOtherwise
from app.store.returns.crediting import Counted, Credit
from app.store.returns.requests import (
    LIST_MAX,
    AskedByRule,
    OutcomePlace,
    ReturnCounts,
    ReturnResult,
    ReturnWanted,
    SellerTerms,
    WhichReturns,
)
from app.store.sales import CapInTheWay, SaleResult
from app.store.sealed import Sealed, SealedRows
from app.store.suppression import lists, people
from app.store.suppression.lists import SuppressionList
from app.store.suppression.people import SuppressedDigest
from app.store.vault import Vault
from app.wire.feedback import Demand, Notice, Outcome, Signal
from app.wire.post import PostAnswer
from app.wire.returns import LeadReturn, ReturnReply

WRITERS = 8
"""PostgreSQL connections that sell at once. More would only wait for the same counters."""

READERS = 4

REPORT_S = 30.0
"""So long may a report read, and a command change thousands of rows."""

PUBLISH_S = 2.0
"""Who publishes what it promises gives up so soon, in time to promise nothing more until it can."""

FRESH_S = 1.0
"""Who asks whether sales can be recorded gets an answer that is no older."""

PROBE_S = 3.5
"""And waits no longer: a write that takes this long is none."""

_ALL = Which()


class Store:
    """`url` as SQLAlchemy writes it: `sqlite:///FILE` or `postgresql+psycopg://...`; `vault` opens leads for delivery.

    Every method raises StoreUnavailable where the database is locked, full or gone.
    """

    def __init__(
        self,
        url: str,
        vault: Vault | None = None,
        busy_ms: int = BUSY_MS,
        file: DatabaseFile | None = None,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """`file` is the SQLite file that this process has for itself, and must know again at every commit."""
        self._url = url
        self._file = file
        self.availability = Availability(steady)
        self._probe: asyncio.Task[None] | None = None
        self._probes = 0
        self._index_digest = ""
        self._links = 0
        self._address = database_url(url)
        self._vault = vault
        self._reader: Runner = TaskRunner(
            async_reading_engine(self._address, READERS, busy_ms), READERS, limit_s=REPORT_S
        )
        self._writer: Runner
        # What a post looks up has connections of its own, which no long report can hold up.
        self._lookup: Runner
        self._hearing: Runner
        if is_sqlite(self._address):
            self._writer = GroupRunner(writing_engine(self._address, 1, busy_ms), self.availability, file)
            self._lookup = GroupRunner(reading_engine(self._address, 1, busy_ms))
            # A thread reads small tables at a third of what a task takes; it is asked with every tick.
            self._hearing = self._lookup
        else:
            engine = async_writing_engine(self._address, WRITERS)
            require_installation(engine, lambda: self._index_digest)
            self._writer = TaskRunner(engine, WRITERS, self.availability)
            lookup = async_lookup_engine(self._address, READERS)
            on_connect(lookup, self._count_link)
            self._lookup = TaskRunner(lookup, READERS)
            self._hearing = self._reader
        # For the three streams that fill the indexes, while they are read.
        self._streams = reading_engine(self._address, 3, busy_ms)

    @classmethod
    def reading(cls, path: Path) -> "Store":
        """The store in a SQLite file, for a command beside a running service: it needs no `open`."""
        if not path.is_file():
            raise StoreUnfit(f"there is no database {path}: name the service's own data directory")
        # SQLite would not say why, and its driver's thread might outlive the loop of the command.
        if not os.access(path, os.R_OK):
            raise StoreUnfit(f"{path} cannot be read (Permission denied): run this as the user of the service")
        return cls(f"sqlite:///{path.absolute()}")

    async def open(self) -> None:
        """Make sure that the tables are those of this version: SQLite gets them, PostgreSQL must have them.

        StoreUnfit where it cannot be used, with the remedy.
        """
        if is_sqlite(self._address):
            await asyncio.to_thread(migrate, self._url, self._file.mark if self._file is not None else None)
        await self.require_tables()
        await self._write(0)
        if self._file is not None:
            self._file.remember()

    async def require_tables(self) -> None:
        """StoreUnfit where the tables are not those of this version; nothing is changed."""
        await self._reader.run(lambda connection: require_head(connection, self._address))

    async def close(self) -> None:
        """Commit what waits, then let go."""
        for runner in (self._writer, self._lookup, self._reader):
            await runner.close()
        self._streams.dispose()

    async def is_served(self) -> bool:
        """Whether a service ever worked on this database."""
        return await self._reader.run(installation.is_served)

    async def require_keys(self, keys: Keys) -> None:
        """StoreUnfit where the database was written with others."""
        await self._reader.run(lambda c: installation.require_keys(c, installation.check_values(keys)))

    async def take_keys(self, keys: Keys) -> None:
        """The same, and remember those that are new. From now on no other database will do."""
        values = installation.check_values(keys)
        await self._writer.run(lambda c: installation.take_keys(c, values))
        self._index_digest = values["index"]

    async def ready(self) -> bool:
        """Whether a write was committed a moment ago, or can be now. However many ask, one of them tries."""
        await self.prove(FRESH_S)
        self.availability.look()
        return self.availability.state == "writable" and not self.availability.is_troubled

    async def has_current_tables(self) -> bool:
        """Whether the tables are those of this version."""
        return await self._reader.run(revision) == HEAD

    async def prove(self, within_s: float) -> None:
        """Write something, unless a write has just succeeded or failed; what comes of it stands in `availability`."""
        if self.availability.proven_within(within_s):
            return
        if self._probe is None or (self._probe.done() and self.availability.may_try()):
            self._probe = asyncio.create_task(self._probed())
        await asyncio.wait((self._probe,), timeout=PROBE_S)

    async def _probed(self) -> None:
        # After a failure only what is as large as a sale proves that a sale fits.
        try:
            await self._write(installation.SALE_BYTES if self.availability.is_troubled else 0)
        except StoreError:
            # The runner has told of it, unless it is only that too many wait.
            pass
        except Exception as error:  # noqa: BLE001 - whatever it is, a sale would fare no better
            self.availability.failed(f"a write fails ({type(error).__name__})")

    async def _write(self, size: int) -> None:
        self._probes += 1
        await self._writer.run(lambda c: installation.write(c, self._probes, size))
        self.availability.committed()

    def _count_link(self) -> None:
        self._links += 1

    # Posts

    async def gather_post(self, seller: str, nonce: str, certificates: tuple[str, ...], person: Person) -> PostFacts:
        """What is known when a post comes, as of one moment."""
        return await self._lookup.run(lambda c: answers.gather_post(c, seller, nonce, certificates, person))

    async def sell(self, sale: Sale, refused: Callable[[Refusal], PostAnswer]) -> SaleResult:
        """Sell in one transaction; `refused` is called inside it, on SQLite in another thread."""
        try:
            result = await self._writer.run(SellJob(sale, refused))
        except CapInTheWay:
            result = await self._writer.run(lambda c: sales.sell(c, sale, refused, is_tight=True))
        if result.outcome == "sold":
            self.availability.committed()
        return result

    async def keep(self, kept: KeptAnswer) -> None:
        """Keep a refusal as the post's answer, unless it has a final one."""
        await self._writer.run(lambda c: answers.keep(c, kept))

    async def kept_answer(self, seller: str, nonce: str) -> KeptAnswer | None:
        """The answer given to a post before."""
        return await self._lookup.run(lambda c: answers.kept_answer(c, seller, nonce))

    # What the service must know when it starts

    async def cap_usage(self, since: float = 0.0) -> dict[str, int]:
        """What is used of each cap's counter whose window ends after `since`; by default of all there ever were."""
        return await self._reader.run(lambda c: caps.cap_usage(c, since))

    async def usage_named(self, beginning: str) -> dict[str, int]:
        """What was ever used of the counters that begin so."""
        return await self._reader.run(lambda c: caps.usage_named(c, beginning))

    async def add_usage(self, amounts: Mapping[str, int]) -> dict[str, int]:
        """Count these amounts, by counter, on top of what is used; what that comes to, whoever counted it."""
        return await self._writer.run(lambda c: caps.add_usage(c, amounts))

    async def shadow_prices(self, since: float = -inf) -> dict[str, ShadowPrice]:
        """Where each cap's shadow price stood when it was last kept, after `since`, by resource."""
        return await self._reader.run(lambda c: shadow_prices.shadow_prices(c, since))

    async def keep_shadow_prices(self, duals: Mapping[str, float], now: float, pacer: int = ALONE) -> None:
        """Keep where these stand, if the replica of the run `pacer` is the one that moves them."""
        await self._writer.run(lambda c: shadow_prices.keep_shadow_prices(c, duals, now, pacer))

    async def ledgers(self, since: float = -inf) -> dict[str, dict[str, KeptLedger]]:
        """What came of each target when it was last kept, after `since`."""
        return await self._reader.run(lambda c: shadow_prices.ledgers(c, since))

    async def keep_ledgers(self, ledgers: Mapping[LedgerName, TargetLedger], now: float, pacer: int = ALONE) -> None:
        """Keep where these stand, if the replica of the run `pacer` is the one that moves them."""
        await self._writer.run(lambda c: shadow_prices.keep_ledgers(c, ledgers, now, pacer))

    # What replicas publish for each other, on PostgreSQL

    async def begin_turns(self) -> None:
        """Make sure that there is a turn to read, and drop the replicas whose bids are over."""
        await self._writer.run(published.begin_turns)

    async def read_turn(self, known: int) -> ReplicaTurn:
        """What all replicas published; the states of those that published after the turn `known`."""
        return await self._lookup.run(lambda c: published.read_turn(c, known))

    async def publish_replica(
        self, read: int, run: int, name: str, state: ReplicaState, pacer: int, ends_in_s: float
    ) -> bool:
        """Say how a replica stands. False, and nothing said, where it has not read the latest turn or was retired."""
        return await self._writer.run(
            lambda c: published.publish(c, read, run, name, state, pacer, ends_in_s), PUBLISH_S
        )

    async def retire_replica(self, read: int, run: int, state: ReplicaState, pacer: int) -> bool:
        """Leave only this of a replica whose successor knows its bids. False where `read` is not the latest turn."""
        return await self._writer.run(lambda c: published.retire(c, read, run, state, pacer))

    async def certification_marks(self) -> list[Mark]:
        """What each seller has shown in its tests."""
        return await self._reader.run(certifications.marks)

    async def add_certification_marks(self, marks: Sequence[Mark]) -> None:
        """Keep what was shown."""
        await self._writer.run(lambda c: certifications.add_marks(c, marks))

    async def forget_certification(self, seller: str, by: str, now: float) -> bool:
        """Have a seller begin anew; False where it had shown nothing."""
        return await self._writer.run(lambda c: certifications.forget_marks(c, seller, by, now))

    def known_people(self) -> AsyncIterator[SightingPart]:
        """Every sale by the digests of its person, in order; read as they are consumed."""
        return known.known_people(self._streams)

    def suppressed_digests(self) -> AsyncIterator[bytes]:
        """Digests of people who may not be bought, eight bytes of each; read as they are consumed."""
        return people.suppressed_digests(self._streams)

    def bought_leads(self) -> Iterator[bytes]:
        """Nonces of the leads that are ours, eight bytes each; read as they are consumed."""
        return known.bought_leads(self._streams)

    def used_certificates(self) -> AsyncIterator[bytes]:
        """Digests of certificates that belong to a lead, eight bytes of each; read as they are consumed."""
        return known.used_certificates(self._streams)

    # What replicas tell each other

    async def feed_position(self) -> str:
        """Where the change feed ends; empty on SQLite, which has none."""
        return await self._lookup.run(feed.position)

    async def changes_since(self, position: str) -> NewChanges:
        """What was told behind this position."""
        return await self._lookup.run(lambda c: feed.changes_since(c, position))

    async def tell(self, kind: str, **facts: object) -> None:
        """Tell every replica of a change that no table holds."""
        await self._writer.run(lambda c: feed.tell(c, kind, **facts))

    async def complete_sales(self, sales: Sequence[LateDecision]) -> None:
        """Add the decisions behind these sales, which other replicas took the posts of."""
        await self._writer.run(lambda c: late_decisions.complete(c, sales))

    async def purge_changes(self, seen: str) -> None:
        """Keep nothing of the change feed that was over at this position."""
        await self._writer.run(lambda c: feed.purge_changes(c, seen))

    @property
    def links(self) -> int:
        """How often the change feed's server was connected to. A new link may lead to one that was started again."""
        return self._links

    # Configurations

    async def put_in_force(self, taken: InForce, now: float) -> None:
        """Keep a configuration that comes into force, whose bids may outlive it."""
        await self._writer.run(lambda c: configurations.put_in_force(c, taken, now))

    async def newest_configurations(self, limit: int = 1) -> list[tuple[str, bytes]]:
        """(hash, definition) of those that came into force last, the latest first."""
        return await self._reader.run(lambda c: configurations.newest_configurations(c, limit))

    async def configurations_like(self, beginning: str) -> list[tuple[str, bytes]]:
        """The same of those whose hash begins so, the latest last."""
        return await self._lookup.run(lambda c: configurations.configurations_like(c, beginning))

    async def in_force_since(self, config_hash: str) -> float | None:
        """When a configuration last came into force."""
        return await self._reader.run(lambda c: configurations.in_force_since(c, config_hash))

    async def await_consent(self, config_hash: str, words: tuple[str, ...], now: float) -> bool:
        """Let a configuration wait for consent; whether an operator has given it."""
        return await self._writer.run(lambda c: configurations.await_consent(c, config_hash, words, now))

    async def awaiting_consent(self, since: float) -> list[PendingConfiguration]:
        """Configurations that wait for consent in a service that was seen since then."""
        return await self._reader.run(lambda c: configurations.awaiting_consent(c, since))

    async def approve(self, config_hash: str, by: str, now: float) -> bool:
        """Consent to a configuration that waits; False where it does not."""
        return await self._writer.run(lambda c: configurations.approve(c, config_hash, by, now))

    async def last_destinations(self) -> dict[str, bytes]:
        """The last definition of every destination that was ever declared."""
        return await self._reader.run(configurations.last_destinations)

    async def last_seller(self, name: str) -> bytes | None:
        """The last definition of a seller, also of one that is declared no more."""
        return await self._lookup.run(lambda c: configurations.last_seller(c, name))

    # What others tell us

    async def record_notice(self, seller: str, nonce: str, notice: Notice, now: float) -> bool:
        """False where the seller had said it before."""
        return await self._writer.run(lambda c: feedback.record_notice(c, seller, nonce, notice, now))

    async def record_outcome(self, outcome: Outcome, now: float) -> OutcomeResult:
        """Take an outcome once; who opted out is suppressed with it."""
        return await self._writer.run(lambda c: feedback.record_outcome(c, outcome, now))

    async def outcome_facts(self, told: Sequence[Outcome]) -> OutcomeFacts:
        """What is known of the leads and events of some hundreds of outcomes."""
        return await self._reader.run(lambda c: feedback.outcome_facts(c, told))

    async def named_leads(self, told: Sequence[Outcome]) -> list[NamedLead | str]:
        """The leads that some hundreds of outcomes speak of, or why there is none."""
        return await self._reader.run(lambda c: named_leads(c, told))

    async def trial_sales(self, vertical: str, versions: Sequence[str], since: float, until: float) -> list[ModelSale]:
        """The leads that these versions bought in [since, until), with what was heard of each."""
        return await self._reader.run(lambda c: feedback.trial_sales(c, vertical, versions, since, until))

    async def sales_of_models(self, since: float, until: float) -> Iterator[ModelSale]:
        """The same of all verticals and versions, oldest first; read as it is consumed."""
        return feedback.sales_of_models(self._streams, since, until)

    # What operators do

    async def set_demand(
        self, territory: str, demand: Demand, ends_at: float, by: str, now: float, why: str = ""
    ) -> None:
        """A territory's demand until `ends_at`."""
        await self._writer.run(lambda c: requested.set_demand(c, territory, demand, ends_at, by, now, why))

    async def end_demand(self, territory: str, campaign: str, by: str, now: float, why: str = "") -> bool:
        """Forget it; False where there was none."""
        return await self._writer.run(lambda c: requested.end_demand(c, territory, campaign, by, now, why))

    async def demands(self, now: float) -> list[DemandRow]:
        """Demand that holds at `now`."""
        return await self._reader.run(lambda c: requested.demands(c, now))

    async def set_signal(self, territory: str, signal: Signal, by: str, now: float, why: str = "") -> None:
        """A territory's timed premium."""
        await self._writer.run(lambda c: requested.set_signal(c, territory, signal, by, now, why))

    async def end_signals(self, territory: str, cause: str, by: str, now: float, why: str = "") -> int:
        """Forget the one of this cause, or all where none is named; how many."""
        return await self._writer.run(lambda c: requested.end_signals(c, territory, cause, by, now, why))

    async def signals(self, now: float) -> list[SignalRow]:
        """Signals that hold at `now`."""
        return await self._reader.run(lambda c: requested.signals(c, now))

    async def set_switch(self, switch: Switch, detail: str = "") -> None:
        """Pause, boost, or override a cap; `detail` says in the audit log what its amount means."""
        await self._writer.run(lambda c: requested.set_switch(c, switch, detail))

    async def clear_switch(self, kind: SwitchKind, target: str, by: str, why: str, now: float) -> bool:
        """End a switch; False where there was none."""
        return await self._writer.run(lambda c: requested.clear_switch(c, kind, target, by, why, now))

    async def switches(self, now: float) -> list[Switch]:
        """Switches in force."""
        return await self._reader.run(lambda c: requested.switches(c, now))

    async def requests(self, now: float) -> RequestRows:
        """All that operators ask for, as of one moment."""
        return await self._reader.run(lambda c: requested.requests(c, now))

    async def operator_keys(self, now: float) -> list[OperatorKey]:
        """Operators' keys that were made by command and hold."""
        return await self._reader.run(lambda c: operator_keys.operator_keys(c, now))

    async def add_operator(self, key: OperatorKey, why: str) -> bool:
        """Give an operator its first key; False where it has one."""
        return await self._writer.run(lambda c: operator_keys.add_operator(c, key, why))

    async def rotate_operator(self, key: OperatorKey, ends_at: float, why: str) -> Role | None:
        """Give it another, whose role is answered; its others hold until `ends_at`. None where it has none."""
        return await self._writer.run(lambda c: operator_keys.rotate_operator(c, key, ends_at, why))

    async def remove_operator(self, name: str, by: str, now: float, why: str) -> bool:
        """Revoke all of its keys; False where it has none."""
        return await self._writer.run(lambda c: operator_keys.remove_operator(c, name, by, now, why))

    async def sign_in_row(self, name: str) -> SignInRow:
        """An operator's password, hashed, and the wrong tries since the last right one."""
        return await self._reader.run(lambda c: sign_in.sign_in_row(c, name))

    async def set_password(self, name: str, password_hash: str, by: str, now: float, why: str, keep: str = "") -> None:
        """Have this be an operator's password, and end its sessions but `keep`."""
        await self._writer.run(lambda c: sign_in.set_password(c, name, password_hash, by, now, why, keep))

    async def count_sign_in_failure(self, name: str, now: float) -> None:
        """One wrong try more under this name."""
        await self._writer.run(lambda c: sign_in.count_failure(c, name, now))

    async def begin_session(self, session: OperatorSession, by: str) -> None:
        """Somebody has signed in."""
        await self._writer.run(lambda c: sign_in.begin_session(c, session, by))

    async def session_of(self, token_sha256: str) -> OperatorSession | None:
        """The session of a token, whether or not it is over."""
        return await self._reader.run(lambda c: sign_in.session_of(c, token_sha256))

    async def see_session(self, session: OperatorSession, now: float) -> None:
        """Write down that it is used, at most once a minute."""
        if sign_in.is_to_be_seen(session, now):
            await self._writer.run(lambda c: sign_in.see_session(c, session, now))

    async def sessions(self) -> list[OperatorSession]:
        """Every session, the latest first."""
        return await self._reader.run(sign_in.sessions)

    async def end_session(self, session: OperatorSession, by: str, now: float) -> None:
        """Somebody signs out."""
        await self._writer.run(lambda c: sign_in.end_session(c, session, by, now))

    async def end_sessions(self, name: str, act: OperatorAct, now: float, *, number: str = "", keep: str = "") -> int:
        """End an operator's sessions, or the one with this number, but not `keep`; how many there were."""
        return await self._writer.run(lambda c: sign_in.end_sessions(c, name, act, now, number=number, keep=keep))

    async def heard(self, now: float, since: float = inf) -> Heard:
        """What others wrote that the service must act on; see `store.heard`."""
        return await self._hearing.run(lambda c: heard(c, now, since))

    async def look_at_alerts(self, plan: Look, now: float) -> None:
        """Put in force what `plan` makes of what is known and muted; on SQLite it is called in another thread."""
        await self._writer.run(lambda c: alerts.look(c, plan, now))

    async def alert_rows(self, now: float, limit: int = 20) -> AlertRows:
        """What is known of alerts, what is muted, and the latest messages."""
        return await self._reader.run(lambda c: alerts.alert_rows(c, now, limit))

    async def mute_alert(self, wanted: Mute, detail: str) -> None:
        """Have nobody told of a cause."""
        await self._writer.run(lambda c: alerts.mute(c, wanted, detail))

    async def unmute_alert(self, cause: str, by: str, why: str, now: float) -> bool:
        """Take it back; False where it was not muted."""
        return await self._writer.run(lambda c: alerts.unmute(c, cause, by, why, now))

    async def try_alerts(self, messages: Sequence[OutgoingAlert], by: str, now: float) -> None:
        """Have a test sent by the running service."""
        await self._writer.run(lambda c: alerts.try_alerts(c, messages, by, now))

    async def claim_alert_messages(self, now: float, until: float) -> list[OutgoingAlert]:
        """Messages that are due, nobody else's until then."""
        if not await self._reader.run(lambda c: alerts.waiting_messages(c, now)):
            return []
        return await self._writer.run(lambda c: alerts.claim_messages(c, now, until))

    async def settle_alert_message(self, message: OutgoingAlert) -> None:
        """Write down what came of sending one."""
        await self._writer.run(lambda c: alerts.settle_message(c, message))

    async def contact_counts(self, now: float) -> list[ContactCounts]:
        """How many leads of each campaign were reached, lately and before."""
        return await self._reader.run(lambda c: feedback.contact_counts(c, now))

    async def note(self, act: OperatorAct, now: float) -> AuditHead:
        """Write down an act that changes nothing, as a look at a lead; others do so in their own transactions."""
        return await self._writer.run(lambda c: audit.note(c, now, act))

    async def audit_head(self) -> AuditHead:
        """The last line of the audit log."""
        return await self._reader.run(audit.audit_head)

    async def audit_lines(self, limit: int = 100) -> list[AuditLine]:
        """Its latest lines, newest first."""
        return await self._reader.run(lambda c: audit.audit_lines(c, limit))

    async def audit_log(self) -> Iterator[AuditLine]:
        """All of it, oldest first; read as it is consumed."""
        return audit.audit_log(self._streams)

    # People who may not be bought

    async def suppress(self, digests: Sequence[str], reason: str, by: str, now: float) -> int:
        """Never buy who is known by these; how many were bought until now."""
        return await self._writer.run(lambda c: people.suppress(c, digests, reason, by, now))

    async def allow(self, digests: Sequence[str], reason: str, by: str, now: float) -> int:
        """Buy who is known by these again; how many were suppressed until now."""
        return await self._writer.run(lambda c: people.allow(c, digests, reason, by, now))

    async def suppressed(self, digests: Sequence[str]) -> list[SuppressedDigest]:
        """What is known by any of these few digests."""
        return await self._reader.run(lambda c: people.suppressed(c, digests))

    async def suppression_lists(self) -> list[SuppressionList]:
        """Every list of people who may not be bought."""
        return await self._reader.run(lists.suppression_lists)

    async def list_parts(self, name: str) -> list[bytes]:
        """All that is in a list, in sorted parts."""
        return await self._reader.run(lambda c: lists.list_parts(c, name))

    async def put_list(self, of: SuppressionList, parts: Sequence[bytes]) -> None:
        """Keep a list in the place of the one of its name."""
        await self._writer.run(lambda c: lists.put_list(c, of, parts), REPORT_S)

    async def put_parts(self, name: str, changed: Mapping[int, bytes], by: str, reason: str, now: float) -> None:
        """Keep these parts of a list in the place of the former."""
        await self._writer.run(lambda c: lists.put_parts(c, name, changed, by, reason, now))

    async def drop_list(self, name: str, by: str, reason: str, now: float) -> bool:
        """Let the people of a list be bought again; False where there is none of this name."""
        return await self._writer.run(lambda c: lists.drop_list(c, name, by, reason, now), REPORT_S)

    # Returns

    async def request_return(self, wanted: ReturnWanted, terms: Mapping[str, SellerTerms], now: float) -> ReturnResult:
        """Ask a lead's seller to take it back; `terms` are those of sellers by name."""
        return await self._writer.run(lambda c: requests.request_return(c, wanted, terms, now))

    async def request_returns_by_rule(
        self, terms: Mapping[str, SellerTerms], after: OutcomePlace, now: float
    ) -> AskedByRule:
        """Ask for and tell of what the next few outcomes give reason to."""
        return await self._writer.run(lambda c: requests.request_by_rule(c, terms, after, now), REPORT_S)

    async def answer_return(self, reply: ReturnReply, by: str, now: float, seller: str | None = None) -> ReturnResult:
        """Take a seller's answer, and credit what it accepts; `seller` answers for its own leads only."""
        return await self._writer.run(lambda c: crediting.answer_return(c, reply, by, now, seller))

    async def withdraw_return(self, lead: str, by: str, why: str, now: float) -> ReturnResult:
        """Ask for the return of a lead no longer; `lead` may be our id, that of the bid, or the CRM's."""
        return await self._writer.run(lambda c: crediting.withdraw_return(c, lead, by, why, now))

    async def settle_unanswered(self, now: float) -> list[ReturnResult]:
        """Have returns that nobody answered in time end as their sellers agreed."""
        if not await self._reader.run(lambda c: crediting.has_unanswered(c, now)):
            return []
        return await self._writer.run(lambda c: crediting.settle_unanswered(c, now), REPORT_S)

    async def returns(self, which: WhichReturns, limit: int = LIST_MAX) -> list[LeadReturn] | None:
        """The first of these in the order in which they were asked for; None where none of them is at `after`."""
        return await self._reader.run(lambda c: requests.returns(c, which, limit))

    async def return_of(self, lead_id: str) -> LeadReturn | None:
        """The return of one lead."""
        return await self._reader.run(lambda c: requests.return_of(c, lead_id))

    async def return_counts(self, seller: str, since: float, until: float) -> ReturnCounts:
        """What became of the leads that a seller sold in [since, until)."""
        return await self._reader.run(lambda c: requests.return_counts(c, seller, since, until))

    async def credits_after(self, number: int) -> list[Credit]:
        """What was credited after this one, in the order of commits."""
        return await self._hearing.run(lambda c: crediting.credits_after(c, number))

    async def counted(self, since: float, position: str = "") -> Counted:
        """The use of each counter whose window ends after `since`, and the last credit that is in it.

        As of one moment, with what was told since a position of the change feed.
        """
        return await self._reader.run(lambda c: crediting.counted(c, since, position))

    async def bought_leads_of(self, seller: str, since: float, until: float) -> list[LedgerLine]:
        """What a seller sold in [since, until), with its returns."""
        return await self._reader.run(lambda c: billing.bought_leads_of(c, seller, since, until))

    async def bought_lines(self, seller: str, since: float, until: float) -> Iterator[LedgerLine]:
        """The same; read as it is consumed."""
        return billing.bought_lines(self._streams, seller, since, until)

    async def credited_late(self, seller: str, since: float, until: float) -> list[LedgerLine]:
        """What was credited in [since, until) and sold before."""
        return await self._reader.run(lambda c: billing.credited_late(c, seller, since, until))

    async def late_credits(self, since: float, until: float) -> dict[str, tuple[int, int]]:
        """How many leads, and cents, of each seller were credited in [since, until) and sold before."""
        return await self._reader.run(lambda c: billing.late_credits(c, since, until))

    async def bought_by_ids(self, ids: Sequence[str]) -> list[LedgerLine]:
        """The leads that some hundreds of ids name."""
        return await self._reader.run(lambda c: billing.bought_by_ids(c, ids))

    async def posted_otherwise(self, seller: str, since: float, until: float) -> list[PostedOtherwise]:
        """The posts of a seller in [since, until) that were not bought for real."""
        return await self._reader.run(lambda c: billing.posted_otherwise(c, seller, since, until))

    async def lead_facts(self, since: float, until: float) -> Iterator[LeadFacts]:
        """What was paid for each lead of [since, until) and heard of it since; read as it is consumed."""
        return accounts.lead_facts(self._streams, since, until)

    async def purchases(self, since: float, until: float) -> Iterator[Purchase]:
        """The leads of [since, until), oldest first, as little as a forecast needs; read as it is consumed."""
        return accounts.purchases(self._streams, since, until)

    async def conversion_delays(self, since: float, until: float, limit: int) -> list[float]:
        """How many seconds after their sale the newest leads of [since, until) converted that did."""
        return await self._reader.run(lambda c: accounts.conversion_delays(c, since, until, limit))

    # Deliveries

    async def claim_due(
        self, destination: str, owner: str, now: float, limit: int, lease_s: float
    ) -> list[ClaimedDelivery]:
        """Up to `limit` due deliveries, ours until `now + lease_s`; see `usecases.deliver_leads`."""
        if self._vault is None:
            raise StoreUnfit("deliveries hold leads, which need the vault to be opened")
        rows = await self._writer.run(lambda c: outbox.claim_due(c, destination, owner, now, limit, lease_s))
        return outbox.opened(rows, destination, owner, self._vault)

    async def next_due(self) -> float | None:
        """When the next delivery is due, None where none waits."""
        return await self._reader.run(outbox.next_due)

    @property
    def is_shared(self) -> bool:
        """Whether its services may run on other machines."""
        return not is_sqlite(self._address)

    async def take_over_claims(self, now: float) -> None:
        """At the start of the one process that delivers from SQLite: what a dead one had claimed is due at once.

        On PostgreSQL, where others deliver too, a dead worker's claims come back when their leases end.
        """
        if is_sqlite(self._address):
            await self._writer.run(lambda c: outbox.release_claims(c, now))
            await self._writer.run(lambda c: retains.release_retains(c, now))

    async def extend_claims(self, owner: str, seconds: float) -> None:
        """Have what this worker claimed end so much later, before its clock is put forward."""
        await self._writer.run(lambda c: outbox.extend_claims(c, owner, seconds))

    async def hasten_deliveries(self, now: float, seconds: float) -> None:
        """At a start under a clock that stands so far behind the one before: what waits, waits no longer for that.

        On PostgreSQL, where others wrote what waits, it stays.
        """
        if is_sqlite(self._address):
            await self._writer.run(lambda c: outbox.hasten(c, now, seconds))

    async def acknowledge(self, report: AttemptReport) -> bool:
        """Record an attempt; False where the claim has passed to someone else."""
        return await self._writer.run(outbox.AcknowledgeJob(report))

    async def deliveries(self, which: Which = _ALL, limit: int = 50) -> list[DeliveryRow]:
        """The latest of these deliveries, newest first."""
        return await self._reader.run(lambda c: deliveries.deliveries(c, which, limit))

    async def delivery(self, delivery_id: str) -> DeliveryDetail | None:
        """One delivery with its attempts."""
        return await self._reader.run(lambda c: deliveries.delivery_detail(c, delivery_id))

    async def attempt_counts(self) -> dict[tuple[str, str], int]:
        """How many attempts came to what."""
        return await self._reader.run(deliveries.attempt_counts)

    async def replay(self, which: Which, by: str, now: float) -> int:
        """Send these again with a fresh schedule; how many."""
        return await self._writer.run(lambda c: deliveries.replay(c, which, by, now), REPORT_S)

    async def waiting_deliveries(self) -> dict[str, Waiting]:
        """Of every destination for which leads wait."""
        return await self._reader.run(deliveries.waiting)

    async def undelivered(self, since: float) -> dict[str, int]:
        """How many leads each destination refused or never took since then."""
        return await self._reader.run(lambda c: deliveries.undelivered(c, since))

    async def move_deliveries(self, source: str, to: str, by: str, now: float) -> Moved:
        """Have what waits for one destination sent to another."""
        return await self._writer.run(lambda c: deliveries.move(c, source, to, by, now))

    async def disabled_destinations(self) -> dict[str, str]:
        """Why each disabled destination is."""
        return await self._reader.run(destinations.disabled)

    async def enable_destination(self, destination: str, by: str, now: float) -> bool:
        """Deliver to it again; False where it was not disabled."""
        return await self._writer.run(lambda c: destinations.enable(c, destination, by, now))

    # Certificates that are still to be stored

    async def claim_retains(self, owner: str, now: float, limit: int, lease_s: float) -> list[ClaimedRetain]:
        """Up to `limit` certificates that are to be stored now, ours until `now + lease_s`."""
        if self._vault is None:
            raise StoreUnfit("certificates belong to leads, which need the vault to be opened")
        rows = await self._writer.run(lambda c: retains.claim_retains(c, owner, now, limit, lease_s))
        return retains.opened_retains(rows, owner, self._vault)

    async def settle_retain(self, report: RetainReport) -> bool:
        """Record an attempt to store a certificate; False where the claim has passed to someone else."""
        return await self._writer.run(lambda c: retains.settle_retain(c, report))

    async def troubled_retains(self, lost_since: float) -> tuple[int, int]:
        """How many certificates are stored late, and how many of the leads since then have lost theirs."""
        return await self._reader.run(lambda c: retains.troubled_retains(c, lost_since))

    async def retains(self) -> dict[str, int]:
        """How many certificates wait to be stored, were stored after their sale, or are lost."""
        return await self._reader.run(retains.retains_by_status)

    # Leads

    async def lead(self, lead_id: str) -> LeadRow | None:
        """A lead with its evidence and deliveries."""
        return await self._reader.run(lambda c: leads.lead_by_id(c, lead_id))

    async def lead_by_post(self, seller: str, nonce: str) -> LeadRow | None:
        """The lead that a seller sold under a bid's nonce."""
        return await self._reader.run(lambda c: leads.lead_by_post(c, seller, nonce))

    async def sealed_evidence(self, lead_id: str) -> dict[str, bytes]:
        """A lead's evidence by kind, sealed."""
        return await self._reader.run(lambda c: leads.sealed_evidence(c, lead_id))

    async def sealed_rows(self, key: str) -> SealedRows:
        """What nobody can read without this key."""
        return await self._reader.run(lambda c: sealed.sealed_rows(c, key))

    async def sealed_otherwise(self, key: str, after: tuple[str, str], limit: int) -> list[Sealed]:
        """Rows behind this lead and kind, in order, that are not sealed under `key`."""
        return await self._reader.run(lambda c: sealed.sealed_otherwise(c, key, after, limit))

    async def reseal(self, rows: list[tuple[Sealed, bytes]]) -> int:
        """Put what is sealed anew in the place of what was; how many still stood there as they were read."""
        return await self._writer.run(lambda c: sealed.reseal(c, rows))

    async def sales(self, since: float, until: float) -> Summary:
        """Sums of what was bought in [since, until)."""
        return await self._reader.run(lambda c: leads.sales(c, since, until))

    async def sold(self, since: float, until: float) -> Iterator[SoldRow]:
        """Each sale of [since, until), oldest first; read as it is consumed."""
        return exports.sold(self._streams, since, until)

    async def outcomes(self, since: float, until: float) -> Iterator[OutcomeRow]:
        """Each outcome heard of in [since, until), oldest first; read as it is consumed."""
        return exports.outcomes(self._streams, since, until)

    # People

    async def leads_by_id(self, kind: IdKind, text: str) -> list[str]:
        """The leads with this id of ours, a seller's or a CRM's, the newest first."""
        return await self._reader.run(lambda c: named.leads_by_id(c, kind, text))

    async def leads_page(self, sought: SoughtLeads) -> list[BoughtRow]:
        """A page of leads that were bought, the newest first."""
        return await self._reader.run(lambda c: bought.leads_page(c, sought))

    async def leads_of(self, digests: Collection[str]) -> list[str]:
        """The leads of whoever is known by any of these digests, the newest first."""
        return await self._reader.run(lambda c: named.leads_of(c, digests))

    async def linked_leads(self, lead_ids: Collection[str], most: int) -> list[str]:
        """These and all that share a phone or an email with one of them, and so on; at most one more than `most`."""
        return await self._reader.run(lambda c: named.linked(c, lead_ids, most))

    async def people_of(self, lead_ids: Collection[str]) -> dict[str, Person]:
        """Who these leads are of, as digests."""
        return await self._reader.run(lambda c: named.people_of(c, lead_ids))

    async def lead_record(self, lead_id: str) -> LeadRecord | None:
        """A lead with everything that hangs on it."""
        return await self._reader.run(lambda c: records.lead_record(c, lead_id))

    async def suppressing(self, digests: Collection[str]) -> tuple[Suppressing, ...]:
        """Why whoever is known by these may not be bought."""
        return await self._reader.run(lambda c: records.suppressing(c, digests))

    async def answers_to(self, digests: Collection[str]) -> tuple[StoredAnswer, ...]:
        """What sellers were told of posts with this person."""
        return await self._reader.run(lambda c: records.answers_to(c, digests))

    async def holds_on(self, people: Mapping[str, Person], others: Collection[str] = ()) -> tuple[str, ...]:
        """The names of the legal holds on these leads, or on these other digests."""
        return await self._reader.run(lambda c: holds.holds_on(c, people, others))

    async def on_hold(self) -> OnHold:
        """All that is under any legal hold."""
        return await self._reader.run(holds.on_hold)

    async def legal_holds(self) -> list[LegalHold]:
        """Every legal hold."""
        return await self._reader.run(holds.legal_holds)

    async def add_hold(self, name: str, subjects: Collection[str], why: str, by: str, now: float) -> bool:
        """Hold these leads and people; False if the hold of this name has them all."""
        return await self._writer.run(lambda c: holds.add_hold(c, name, subjects, why, by, now))

    async def end_hold(self, name: str, why: str, by: str, now: float) -> bool:
        """End a legal hold; False where there is none of this name."""
        return await self._writer.run(lambda c: holds.end_hold(c, name, why, by, now))

    async def traces_of(self, lead_ids: Collection[str], digests: Collection[str]) -> set[bytes]:
        """What must be in no file once these are erased."""
        return await self._reader.run(lambda c: erase.traces_of(c, lead_ids, digests))

    async def begin_forgetting(self, of: Forgetting, now: float) -> bool:
        """Suppress a person before the journal and the database forget; see `people.forgetting`."""
        return await self._writer.run(lambda c: forgetting.begin(c, of, now))

    async def forget(self, of: Forgetting, now: float) -> Erased:
        """Erase a person, unless a hold came meanwhile (HeldPerson); see `people.erase`."""
        return await self._writer.run(lambda c: forgetting.forget(c, of, now), REPORT_S)

    async def purge(self, kind: AgedKind, before: float, now: float, limit: int, *, is_real: bool) -> int:
        """Remove up to `limit` of what is older than `before`; how many. Unless `is_real` only count."""
        return await self._writer.run(lambda c: ages.purge(c, kind, before, now, limit, is_real=is_real), REPORT_S)

    async def is_unwiped(self) -> bool:
        """Whether something was erased whose traces may still be in the files."""
        return await self._reader.run(forgetting.is_unwiped)

    async def wiped(self) -> None:
        """The files are clean of all that was erased until now."""
        await self._writer.run(forgetting.wiped)

    async def sold_pings(self, since: float, until: float) -> frozenset[str]:
        """The bids that were sold in [since, until), by their ids."""
        return await self._reader.run(lambda c: leads.sold_pings(c, since, until))

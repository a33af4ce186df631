"""The state of a running bidder: one value that every ping reads, and one entry for all changes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil
from typing import assert_never

from app.domain.auction.appetite import RequestEnds
from app.domain.auction.snapshot import Standing
from app.domain.auction.withholding import ENDS_S
from app.domain.campaign import Campaign
from app.domain.caps.caps import CapFill, CapStanding, PacedUse
from app.domain.caps.division import ReplicaState
from app.domain.catalogue import CountedCap, counted_caps
from app.domain.duplicate import Sighting
from app.domain.seller import Seller
from app.domain.targets.targets import TargetStanding
from app.usecases.standing.bid_time import BidTime
from app.usecases.standing.changes import (
    Allowed,
    BidEnded,
    BidLost,
    BidMade,
    Change,
    ClockChange,
    ClockLeapt,
    ClockWasAhead,
    CounterChange,
    CounterDeclared,
    DecisionTold,
    DemandSet,
    KnownRead,
    LedgersRead,
    ListDropped,
    ListRead,
    PacingHeld,
    PeopleRead,
    PostSeen,
    ReplicasRead,
    Requests,
    Returned,
    RoomDivided,
    ShadowPricesRead,
    SignalSet,
    Sold,
    Suppressed,
    TargetChange,
    TargetDeclared,
    TimePassed,
    UsageRead,
    WritesFailed,
)
from app.usecases.standing.counter import Counter
from app.usecases.standing.counters import Counters
from app.usecases.standing.habits import PostHabits
from app.usecases.standing.known import KnownLeads
from app.usecases.standing.met import MetCounters
from app.usecases.standing.promises import Promises
from app.usecases.standing.requested import Requested
from app.usecases.standing.towards import Targets
from app.wire.ping import Ping

_AIMLESS: dict[str, tuple[TargetStanding, ...]] = {}


class LiveStanding:
    """All that moves between two pings. Whoever applies the same changes in the same order stands the same.

    Reads and changes are plain calls on one event loop: no locks.
    """

    def __init__(self) -> None:
        self._promises = Promises()
        self._bid_time = BidTime()
        self._counters = Counters(self.apply)
        self._met = MetCounters(self._counters)
        self.targets = Targets(self.apply)
        self._requested = Requested()
        self._habits = PostHabits()
        self._known = KnownLeads()
        self._unwritable_s = 0.0

    def apply(self, change: Change) -> None:
        """Take up one change; there is no other way in."""
        match change:
            case BidMade():
                self._promise(change)
            case Sold():
                self._sell(change)
            case Returned():
                self._take_back(change)
            case (
                CounterDeclared()
                | UsageRead()
                | ShadowPricesRead()
                | TargetDeclared()
                | LedgersRead()
                | DecisionTold()
                | ReplicasRead()
                | RoomDivided()
                | PacingHeld()
            ):
                self._declare(change)
            case TimePassed():
                self._pass_time(change)
            case BidLost():
                self._lose(change)
            case BidEnded() | PostSeen():
                self._recall(change)
            case ClockLeapt() | ClockWasAhead():
                self._move(change)
            case DemandSet() | SignalSet() | Requests():
                self._requested.apply(change)
            case WritesFailed():
                self._wait_for_writes(change.seconds)
            case Suppressed() | Allowed() | ListRead() | ListDropped() | PeopleRead() | KnownRead():
                self._known.apply(change)
            case _:
                assert_never(change)

    @property
    def live_bids(self) -> int:
        """How many answered pings have live bids now."""
        return len(self._promises)

    def expired(self, now: float) -> int:
        """How many bids at most are over by now and still to be forgotten: no ping finds them, and no cap counts them
        once it is weighed.
        """
        return self._promises.expired(now)

    @property
    def credited(self) -> int:
        """The number of the last credit that is counted here."""
        return self._counters.credited

    @property
    def position(self) -> str:
        """Where the change feed stood when usage was read; empty where there is none."""
        return self._counters.position

    def live(self, nonce: bytes, now: float) -> BidMade | None:
        """The live bids for one lead of one seller."""
        return self._promises.find(nonce, now)

    def moved_s(self, nonce: bytes, expires_at: int, now: float) -> int:
        """By how much the clock was moved since a bid was made whose token says this expiry."""
        bid = self._promises.find(nonce, now)
        if bid is not None and bid.expires_at - bid.moved_s == expires_at:
            return bid.moved_s
        return self._bid_time.moved_s(expires_at, now)

    def counters(self, campaign: Campaign, seller: Seller, zip_code: str, state: str, now: float) -> list[Counter]:
        """Where a sale of this seller to this campaign would count: the campaign's own caps, then the seller's."""
        return self._met.at(campaign, seller, zip_code, state, now)

    def counters_by(
        self, campaigns: Sequence[Campaign], seller: Seller, zip_code: str, state: str, now: float
    ) -> dict[str, list[Counter]]:
        """The same for each of these campaigns, by name."""
        return self._met.by_campaign(campaigns, seller, zip_code, state, now)

    def stands(self, counted: CountedCap, now: float) -> CapStanding:
        """Where one cap stands that a lead would count for; nothing of it is remembered."""
        (counter,) = self._counters.peek([counted], self._habits.rates, now)
        return counter.standing

    def requested_of(self, campaigns: Iterable[str], ping: Ping, now: float) -> Standing:
        """What operators ask for where this ping is, and nothing of caps."""
        requested = self._requested
        return Standing(
            demand=requested.demand_by(campaigns, ping, now),
            signals=requested.signals_over(ping, now),
            paused=requested.paused,
            boosts=requested.boosts_of(campaigns),
        )

    def peek(self, campaign: Campaign, seller: Seller, place: Ping, now: float) -> Standing:
        """What would touch such a ping, of which nothing is remembered."""
        caps = self._counters.peek(counted_caps(campaign, seller, place.zip, place.state, now), self._habits.rates, now)
        targets = self.targets.standings([campaign], seller.name, now) if campaign.targets else _AIMLESS
        return self.of_ping({campaign.name: caps}, place, now, targets)

    def of_ping(
        self,
        counters: Mapping[str, Iterable[Counter]],
        ping: Ping,
        now: float,
        targets: Mapping[str, tuple[TargetStanding, ...]] = _AIMLESS,
    ) -> Standing:
        """What of all this touches one ping, whose candidate campaigns would count there and have these `targets`.

        Nothing touches a test but that no sale can be recorded, as its post would fail too.
        """
        if ping.test:
            return Standing(unwritable_s=self._unwritable_s)
        requested = self._requested
        return Standing(
            caps={campaign: tuple([counter.standing for counter in its]) for campaign, its in counters.items()},
            demand=requested.demand_by(counters, ping, now) if requested.demands else {},
            signals=requested.signals_over(ping, now) if requested.signals else (),
            paused=requested.paused,
            boosts=requested.boosts_of(counters) if requested.boosts else {},
            unwritable_s=self._unwritable_s,
            targets=dict(targets) if targets else _AIMLESS,
        )

    @property
    def paused(self) -> frozenset[str]:
        """The campaigns, sellers and canaries that are paused by command."""
        return self._requested.paused

    def request_ends(self, campaign: str, place: Ping, now: float) -> RequestEnds:
        """When the pauses end, and the demand that covers a place."""
        return self._requested.ends(campaign, place, now)

    @property
    def requested_digits(self) -> int:
        """How many digits of a ZIP the narrowest territory has that operators spoke of."""
        return self._requested.digits

    def sightings(self, digests: Iterable[str]) -> tuple[Sighting, ...]:
        """Every known sale of a person with one of these digests, each once."""
        return self._known.people.sightings(digests)

    def is_suppressed(self, digests: Sequence[str]) -> bool:
        """Whether one of these digests belongs to a suppressed person."""
        return self._known.suppressed.holds_any(digests)

    @property
    def suppression_lists(self) -> Mapping[str, float]:
        """The version of each list of suppressed people, as it was read."""
        return self._known.suppressed.versions

    def is_used(self, certificates: Iterable[bytes]) -> bool:
        """Whether one of these certificates (digests) belongs to a lead that we bought."""
        return self._known.certificates.holds_any(certificates)

    def is_bought(self, nonce: bytes) -> bool:
        """Whether the lead that its seller calls so is ours already."""
        return nonce in self._known.leads

    @property
    def bids_nothing(self) -> bool:
        """Whether no sale could be recorded for so long that no bid is made, not even again."""
        return self._unwritable_s >= ENDS_S

    def cap_uses(self) -> list[PacedUse]:
        """What the open counters have used, and what their plans have by now."""
        return self._counters.uses()

    def cap_fills(self) -> Iterator[CapFill | None]:
        """How full each cap is, between looks (`None`) after which whoever asks may rest."""
        return self._counters.fullest()

    @property
    def boosts(self) -> Mapping[str, int]:
        """The campaigns that are boosted by command, with the cents."""
        return self._requested.boosts

    @property
    def wishes(self) -> tuple[int, int]:
        """How many demands and how many signals are in force."""
        return len(self._requested.demands), len(self._requested.signals)

    def duals(self) -> dict[str, float]:
        """Where the shadow price of each resource stands, as of the windows that are open."""
        return self._counters.duals()

    @property
    def paces(self) -> bool:
        """Whether shadow prices are moved here."""
        return self._counters.paces

    def unmet(self) -> set[str]:
        """The keys of counters that sales were heard of before a lead met them, each once."""
        return self._counters.unmet()

    def divided(self, now: float, turn: int, at: float) -> tuple[RoomDivided, ReplicaState]:
        """What is ours under caps as of now, and what is to be published of it in this turn.

        `at` is the database's time.
        """
        return self._counters.divided(self._habits.rates, now, turn, at)

    def _declare(self, change: CounterChange | TargetChange | PacingHeld) -> None:
        """A cap or target is met; or what was counted of it before, or is counted of it elsewhere."""
        if isinstance(change, PacingHeld):
            self._counters.paces = self.targets.paces = change.ours
        elif isinstance(change, TargetDeclared | LedgersRead | DecisionTold):
            self.targets.apply(change)
        else:
            self._counters.apply(change, self._habits.rates)

    def _promise(self, bid: BidMade) -> None:
        self._counters.promise(bid, self._habits.weights[bid.seller])
        former = self._promises.make(bid)
        if former is not None:
            self._counters.release(former)

    def _sell(self, sale: Sold) -> None:
        """The bid is honored, the caps are used, and the person is known as bought: once, however often it is told."""
        bid = self._end(sale.nonce)
        if bid is not None:
            self._habits.learn(bid, posted=True, delay_s=sale.at - bid.at)
            self._counters.linger(bid, sale.at)
        if self.is_bought(sale.nonce):
            return
        self._counters.sell(sale)
        self.targets.sell(sale)
        self._requested.sell(sale)
        self._known.sell(sale)

    def _take_back(self, returned: Returned) -> None:
        """Credits come in order, whoever tells of them; what is told twice counts once."""
        if returned.number > self.credited:
            self._counters.take_back(returned)
            self.targets.take_back(returned)
            self._requested.take_back(returned)

    def _lose(self, lost: BidLost) -> None:
        """The space of the bid is released at once."""
        bid = self._promises.find(lost.nonce, lost.at)
        if bid is not None and bid.at <= lost.at:
            self._end(lost.nonce)
            self._habits.learn(bid, posted=False)

    def _recall(self, change: BidEnded | PostSeen) -> None:
        """What became of a bid before a restart."""
        if isinstance(change, BidEnded):
            self._end(change.nonce)
        else:
            self._habits.count(change.seller, posted=True, delay_s=change.delay_s)

    def _move(self, change: ClockChange) -> None:
        """Live bids keep what they have left of their lives."""
        self._bid_time.apply(change)
        if isinstance(change, ClockLeapt):
            self._promises.move(change.by)
            self._counters.move(change.by)

    def _wait_for_writes(self, seconds: float) -> None:
        """No bid grows older while no post can be taken: its seller tries again."""
        self._counters.hold_ages(max(seconds - self._unwritable_s, 0.0))
        self._unwritable_s = seconds

    def _pass_time(self, passed: TimePassed) -> None:
        now = passed.at
        share = ceil(self.expired(now) / (passed.parts - passed.part))
        self._habits.learn_unposted(self._promises.end_expired(now, share))
        self._counters.pass_time(self._habits.rates, now, passed.part, passed.parts)
        self.targets.pass_time(now)
        self._requested.end(now)

    def _end(self, nonce: bytes) -> BidMade | None:
        """End the bid for a lead, if there is one, and release its space."""
        bid = self._promises.end(nonce)
        if bid is not None:
            self._counters.release(bid, self._habits.rate(bid.seller))
        return bid

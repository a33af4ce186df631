"""The caps that leads have met, in their windows: made when they are met, closed when their windows are over."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import assert_never

from app.domain.caps.caps import Cap, CapFill, PacedUse
from app.domain.caps.division import ReplicaState
from app.domain.caps.honouring import PostRate
from app.domain.caps.pacing import ShadowPrice
from app.domain.catalogue import CountedCap
from app.domain.schedule import Schedule
from app.usecases.standing.changes import (
    BidMade,
    CounterChange,
    CounterDeclared,
    ReplicasRead,
    Returned,
    RoomDivided,
    ShadowPricesRead,
    Sold,
    UsageRead,
)
from app.usecases.standing.counter import LINGERS_S, Counter, Shares
from app.usecases.standing.sharing import Sharing


class Counters:
    """The counters of open windows by key. One is made when the first lead meets it: few of all ZIPs sell on a day."""

    def __init__(self, declare: Callable[[CounterDeclared], None]) -> None:
        """`declare` is called with every new one, and applies it."""
        self._declare = declare
        self._open: dict[str, Counter] = {}
        # By resource: the open one that ends last; where none is open, the one that was closed while bids of it lived.
        self._latest: dict[str, Counter] = {}
        self._closed: dict[str, Counter] = {}
        self._sharing = Sharing()
        self.is_shared = False
        """Whether other replicas may promise under these caps too."""
        self._used: dict[str, int] = {}
        # Of those: the keys in which a sale counted that another replica has made.
        self._unmet: set[str] = set()
        self.credited = 0
        """The number of the last credit that is counted here."""
        self.paces = True
        """Whether shadow prices are moved here: one replica does, and the others read them."""
        self.position = ""
        """Where the change feed stood when usage was read."""
        self.changes = 0
        """How often a window began or ended, or a cap was declared anew."""
        self._former: dict[str, ShadowPrice] = {}

    def open(self, counted: Iterable[CountedCap], now: float) -> list[Counter]:
        """The counters of these caps, made where they are met for the first time."""
        counters = []
        for key, cap, schedule in counted:
            counter = self._open.get(key)
            if counter is None or counter.cap is not cap:
                self._declare(CounterDeclared(key=key, cap=cap, schedule=schedule, at=now))
                counter = self._open[key]
            elif self.is_shared:
                counter.meet(now)
            counters.append(counter)
        return counters

    def peek(self, counted: Iterable[CountedCap], rates: Mapping[str, PostRate], now: float) -> list[Counter]:
        """The same as a lead would find them, but none is met by this: all places may be looked at."""
        return [self._peeked(key, cap, schedule, rates, now) for key, cap, schedule in counted]

    def _peeked(self, key: str, cap: Cap, schedule: Schedule, rates: Mapping[str, PostRate], now: float) -> Counter:
        counter = self._open.get(key)
        if counter is not None and counter.cap is cap:
            return counter
        resource = cap.resource(key)
        former, before = self._former.get(resource), self._closed.get(resource)
        if counter is not None:
            former, before = ShadowPrice(counter.dual, now), counter
        elif (over := self._latest.get(resource)) and now >= over.end:
            former, before = ShadowPrice(over.dual, now), over
        used = counter.used if counter is not None else self._used.get(key, 0)
        peeked = Counter(key, cap, schedule, used, now, former)
        if self.is_shared:
            self._sharing.enter(peeked, before)
        if before is not None:
            peeked.take_over(before)
            peeked.weigh(rates, now)
        return peeked

    def apply(self, change: CounterChange, rates: Mapping[str, PostRate]) -> None:
        """Take up a declaration, or what was counted and paced before."""
        match change:
            case CounterDeclared():
                self._begin(change, rates)
            case UsageRead():
                self.credited, self.position = max(self.credited, change.credit), change.position
                self._used |= change.used
                for key in self._open.keys() & change.used.keys():
                    self._open[key].use(change.used[key] - self._open[key].used)
            case ShadowPricesRead():
                self._former |= change.prices
                if not self.paces:
                    for resource in self._latest.keys() & change.prices.keys():
                        self._latest[resource].follow(change.prices[resource])
            case ReplicasRead():
                self.is_shared = True
                self._sharing.hear(change, self._latest)
            case RoomDivided():
                self._sharing.put_in_force(change, self._latest)
            case _:
                assert_never(change)

    def promise(self, bid: BidMade, weight: float) -> None:
        """Count a bid as live, a sale with probability `weight`, in every counter that it uses."""
        for key, amount in bid.takes:
            # The window may have ended since the ping came: another ping of its round was later.
            if counter := self._open.get(key) or self._counting(key):
                counter.add(bid, amount, weight)

    def release(self, bid: BidMade, rate: PostRate | None = None) -> None:
        """Release the space of a bid. It shows when its counters are weighed next, or at once.

        For that its seller's `rate` must be given, as it was while the bid lived.
        """
        for key, amount in bid.takes:
            if counter := self._counting(key):
                if counter.drop(bid, amount) and rate is not None:
                    counter.lighten(bid, amount, rate)
                if not counter.buckets and self._closed.get(counter.resource) is counter:
                    del self._closed[counter.resource]

    def sell(self, sale: Sold) -> None:
        """Count a sale; in a counter that is not open here, for when it will be."""
        for key, amount in sale.uses:
            counter = self._open.get(key)
            if counter is None:
                self._used[key] = self._used.get(key, 0) + amount
                if self.is_shared:
                    self._unmet.add(key)
            else:
                counter.use(amount)

    def unmet(self) -> set[str]:
        """The keys of counters that sales were heard of before a lead met them, each once."""
        keys, self._unmet = self._unmet - self._open.keys(), set()
        return keys

    def take_back(self, returned: Returned) -> None:
        """Count a sale no more, in those of its windows that are not over."""
        self.credited = returned.number
        for key, amount in returned.uses:
            if counter := self._open.get(key):
                counter.give_back(amount)
            elif key in self._used:
                self._used[key] -= amount

    def move(self, by: int) -> None:
        """Count live bids on under a clock that was moved by so many seconds."""
        for counter in (*self._open.values(), *self._closed.values()):
            counter.move(by)

    def hold_ages(self, seconds: float) -> None:
        """Weigh live bids as if they had been made so much later."""
        if seconds:
            for counter in (*self._open.values(), *self._closed.values()):
                counter.hold_ages(seconds)

    def pass_time(self, rates: Mapping[str, PostRate], now: float, part: int, parts: int) -> None:
        """Close the windows that are over; in one part of the others weigh what is live, and move shadow prices."""
        for counter in [counter for counter in self._open.values() if now >= counter.end]:
            counter.end_expired(now)
            self._close(counter, now)
        for counter in list(self._closed.values()):
            counter.end_expired(now)
            if not counter.buckets:
                del self._closed[counter.resource]
        shares: Shares = {}
        for counter in islice(self._open.values(), part, None, parts):
            # One whose last live bid has just ended still counts it.
            if counter.buckets or counter.live:
                counter.weigh(rates, now, shares)
            counter.pace(now, moves=self.paces)

    def divided(
        self, rates: Mapping[str, PostRate], now: float, turn: int, at: float
    ) -> tuple[RoomDivided, ReplicaState]:
        """See `Sharing.divided`."""
        return self._sharing.divided(self._latest, self._closed, rates, now, turn, at)

    def linger(self, bid: BidMade, at: float) -> None:
        """Let a bid that was sold weigh for other replicas a while."""
        if self.is_shared:
            for key, amount in bid.takes:
                if counter := self._counting(key):
                    counter.linger(amount, at + LINGERS_S)

    def uses(self) -> list[PacedUse]:
        """What the open ones have used, and what their plans have by now."""
        return [counter.use_now for counter in self._open.values()]

    def fullest(self) -> Iterator[CapFill | None]:
        """Of each cap its fullest open counter. None after each look at one, so that whoever asks may rest between."""
        fullest: dict[tuple[str, str], Counter] = {}
        for counter in list(self._open.values()):
            cap = counter.cap
            other = fullest.get((cap.owner, cap.name))
            if other is None or counter.used * other.cap.limit > other.used * cap.limit:
                fullest[cap.owner, cap.name] = counter
            yield None
        for counter in fullest.values():
            yield counter.fill

    def duals(self) -> dict[str, float]:
        """Where the shadow price of each resource stands, as of the windows that are open."""
        return {
            counter.cap.resource(key): counter.dual
            for key, counter in self._open.items()
            if counter.cap.window != "total"
        }

    def _counting(self, key: str) -> Counter | None:
        """Where live bids count that were made under this key: its window may be over."""
        if counter := self._open.get(key):
            return counter
        resource = Cap.resource(key)
        return self._latest.get(resource) or self._closed.get(resource)

    def _begin(self, change: CounterDeclared, rates: Mapping[str, PostRate]) -> None:
        self.changes += 1
        key, cap = change.key, change.cap
        counter = self._open.get(key)
        if counter is not None:
            counter.declare(cap, change.schedule, change.at)
            return
        resource = cap.resource(key)
        if (over := self._latest.get(resource)) and change.at >= over.end:
            self._close(over, change.at)
        former = self._former.get(resource)
        counter = Counter(key, cap, change.schedule, self._used.get(key, 0), change.at, former)
        if self.is_shared:
            self._sharing.enter(counter, over)
        self._open[key] = counter
        if resource not in self._latest or counter.end >= self._latest[resource].end:
            self._latest[resource] = counter
        if closed := self._closed.pop(resource, None):
            counter.take_over(closed)
            counter.weigh(rates, change.at)

    def _close(self, counter: Counter, now: float) -> None:
        """End a window; its live bids count on in the next one, at once or when that is met."""
        self.changes += 1
        del self._open[counter.key]
        self._used.pop(counter.key, None)
        resource = counter.resource
        self._former[resource] = ShadowPrice(counter.dual, now)
        if self._latest.get(resource) is counter:
            del self._latest[resource]
        heir = self._latest.get(resource) or self._closed.get(resource)
        if heir is not None:
            heir.take_over(counter)
        elif counter.buckets:
            self._closed[resource] = counter

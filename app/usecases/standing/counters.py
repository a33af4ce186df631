"""Caps while the service runs: what each has used in its window, what live bids may take, and its shadow price."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import assert_never

from app.domain.calendar import window_bounds
from app.domain.caps.caps import Cap, CapFill, CapStanding, PacedUse
from app.domain.caps.honouring import PostRate
from app.domain.caps.pacing import ShadowPrice, first_dual, next_dual, plan_delta, plan_share
from app.domain.catalogue import CountedCap
from app.domain.schedule import Schedule
from app.usecases.standing.changes import (
    BidMade,
    CounterChange,
    CounterDeclared,
    Returned,
    ShadowPricesRead,
    Sold,
    UsageRead,
)

_NEW = PostRate()


class Bucket:
    """The live bids of one seller on one counter that were made in one second and expire in another."""

    __slots__ = ("bids", "expires_at", "second", "seller", "squares", "total")

    def __init__(self, seller: str, second: int, expires_at: int) -> None:
        self.seller = seller
        self.second = second
        self.expires_at = expires_at
        self.bids = 0
        self.total = 0
        self.squares = 0

    def count(self, amount: int, sign: int) -> None:
        """One bid over `amount` more (`sign` 1) or less (-1)."""
        self.bids += sign
        self.total += sign * amount
        self.squares += sign * amount * amount

    def merge(self, other: "Bucket") -> None:
        """The bids of another as well."""
        self.bids += other.bids
        self.total += other.total
        self.squares += other.squares


class Counter:
    """`standing` is always the value that decisions read; everything else is how it comes about."""

    def __init__(
        self, key: str, cap: Cap, schedule: Schedule, used: int, now: float, former: ShadowPrice | None = None
    ) -> None:
        """`former` is where the dual stood before, of this window or another."""
        self.key = key
        self.resource = cap.resource(key)
        self.cap = cap
        self.schedule = schedule
        self.used = used
        self.live = 0.0
        self.variance = 0.0
        self.buckets: dict[tuple[str, int, int], Bucket] = {}
        self.start, self.end = window_bounds(now, cap.zone, cap.window)
        self.share = self._share_at(now)
        self.paced_used = float(used)
        self.paced_at = now
        self.dual = self._first_dual(former)
        self.standing = self._stand()

    def _first_dual(self, former: ShadowPrice | None) -> float:
        """The former one unless it is older than the window before; else by how far the cap is ahead of its plan."""
        if self.cap.window == "total":
            return 0.0
        if former is not None and former.moved_at >= self.start:
            return former.dual
        if former is not None and former.moved_at >= self.start - (self.end - self.start):
            return max(former.dual, 0.0)
        return first_dual(self.used, self.share, self.cap.limit, self._usual_price())

    def add(self, bid: BidMade, amount: int, weight: float) -> None:
        """Count one live bid over `amount`, which becomes a sale with probability `weight`."""
        which = (bid.seller, int(bid.at), bid.expires_at)
        bucket = self.buckets.get(which)
        if bucket is None:
            bucket = self.buckets[which] = Bucket(*which)
        bucket.count(amount, 1)
        self.live += weight * amount
        self.variance += weight * (1.0 - weight) * amount * amount
        self.standing = self._stand()

    def drop(self, bid: BidMade, amount: int) -> None:
        """Count a live bid no more. It shows when the rest is weighed next, as many may end at once."""
        which = (bid.seller, int(bid.at), bid.expires_at)
        bucket = self.buckets.get(which)
        if bucket is None:
            return
        bucket.count(amount, -1)
        if not bucket.bids:
            del self.buckets[which]

    def take_over(self, former: "Counter") -> None:
        """Count the live bids of a window that is over: what they sell from now on is used here."""
        for which, bucket in former.buckets.items():
            if which in self.buckets:
                self.buckets[which].merge(bucket)
            else:
                self.buckets[which] = bucket

    def move(self, by: int) -> None:
        """Count the live bids on under a clock that was moved by so many seconds."""
        buckets = {}
        for bucket in self.buckets.values():
            bucket.second += by
            bucket.expires_at += by
            buckets[bucket.seller, bucket.second, bucket.expires_at] = bucket
        self.buckets = buckets

    def weigh(self, rates: Mapping[str, PostRate], now: float) -> None:
        """Count the live bids anew, each by its seller's habits and its age, until it expires."""
        live = variance = 0.0
        for bucket in self.buckets.values():
            if bucket.expires_at < now:
                continue
            weight = rates.get(bucket.seller, _NEW).share_at(max(now - bucket.second, 0.0))
            live += weight * bucket.total
            variance += weight * (1.0 - weight) * bucket.squares
        self.live, self.variance = live, variance
        self.standing = self._stand()

    def pace(self, now: float) -> None:
        """Move the dual by how the window ran since it was paced last."""
        if self.cap.window == "total" or now <= self.paced_at:
            return
        share, used = self._share_at(now), float(self.used)
        wanted = plan_delta(self.cap.limit, self.paced_used, self.share, share)
        self.dual = next_dual(self.dual, used - self.paced_used, wanted, self.cap.limit, self._usual_price())
        self.share, self.paced_used, self.paced_at = share, used, now
        self.standing = self._stand()

    def use(self, amount: int) -> None:
        """Count a sale."""
        self.used += amount
        self.standing = self._stand()

    def give_back(self, amount: int) -> None:
        """Count a sale no more. It was none that the plan still waits for: what is left of it has grown."""
        self.used -= amount
        self.paced_used -= amount
        self.standing = self._stand()

    def declare(self, cap: Cap, schedule: Schedule, now: float) -> None:
        """Go on under a reloaded declaration of the same cap."""
        self.cap, self.schedule = cap, schedule
        self.start, self.end = window_bounds(now, cap.zone, cap.window)
        self.share = self._share_at(now)
        self.standing = self._stand()

    @property
    def use_now(self) -> PacedUse:
        """What is used, as of when it was paced last."""
        part = self.key.split("/")[-2]
        return PacedUse(cap=self.cap, part=part, used=self.used, planned=self.share, price_cents=self._usual_price())

    @property
    def fill(self) -> CapFill:
        """How full it is, as of when it was paced last."""
        return CapFill(cap=self.cap, used=self.used, planned=self.share, dual=self.standing.dual)

    def _share_at(self, now: float) -> float:
        if self.cap.window == "total":
            return 0.0
        return plan_share(self.schedule, self.cap.zone, self.start, min(now, self.end), self.end)

    def _usual_price(self) -> int:
        """What one lead takes of a budget, for the size of a pacing step: as live bids do, else a fiftieth of it."""
        if self.cap.measure == "count":
            return 0
        bids = sum(bucket.bids for bucket in self.buckets.values())
        total = sum(bucket.total for bucket in self.buckets.values())
        return int(total / bids) if bids else max(self.cap.limit // 50, 1)

    def _stand(self) -> CapStanding:
        return CapStanding(self.cap.limit, self.used, self.live, self.variance, max(self.dual, 0.0))


class Counters:
    """The counters of open windows by key. One is made when the first lead meets it: few of all ZIPs sell on a day."""

    def __init__(self, declare: Callable[[CounterDeclared], None]) -> None:
        """`declare` is called with every new one, and applies it."""
        self._declare = declare
        self._open: dict[str, Counter] = {}
        # By resource: the open one that ends last; where none is open, the one that was closed while bids of it lived.
        self._latest: dict[str, Counter] = {}
        self._closed: dict[str, Counter] = {}
        self._used: dict[str, int] = {}
        self.credited = 0
        """The number of the last credit that is counted here."""
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
            case _:
                assert_never(change)

    def promise(self, bid: BidMade, weight: float) -> None:
        """Count a bid as live, a sale with probability `weight`, in every counter that it uses."""
        for key, amount in bid.takes:
            # The window may have ended since the ping came: another ping of its round was later.
            if counter := self._open.get(key) or self._counting(key):
                counter.add(bid, amount, weight)

    def release(self, bid: BidMade) -> None:
        """Release the space of a bid. It shows when its counters are weighed next."""
        for key, amount in bid.takes:
            if counter := self._counting(key):
                counter.drop(bid, amount)
                if not counter.buckets and self._closed.get(counter.resource) is counter:
                    del self._closed[counter.resource]

    def sell(self, sale: Sold, rates: Mapping[str, PostRate]) -> None:
        """Count a sale; in a counter that is not open here, for when it will be."""
        for key, amount in sale.uses:
            counter = self._open.get(key)
            if counter is None:
                self._used[key] = self._used.get(key, 0) + amount
            else:
                counter.use(amount)
                counter.weigh(rates, sale.at)

    def take_back(self, returned: Returned) -> None:
        """Count a sale no more, in those of its windows that are not over."""
        self.credited = returned.number
        for key, amount in returned.uses:
            if counter := self._open.get(key):
                counter.give_back(amount)
            elif key in self._used:
                self._used[key] -= amount

    def weigh(self, bid: BidMade, rates: Mapping[str, PostRate], now: float) -> None:
        """Weigh anew the counters in which a bid counted."""
        for key, _ in bid.takes:
            if counter := self._counting(key):
                counter.weigh(rates, now)

    def move(self, by: int) -> None:
        """Count live bids on under a clock that was moved by so many seconds."""
        for counter in (*self._open.values(), *self._closed.values()):
            counter.move(by)

    def pass_time(self, rates: Mapping[str, PostRate], now: float) -> None:
        """Close the windows that are over; in the others weigh what is live, and move shadow prices."""
        for counter in [counter for counter in self._open.values() if now >= counter.end]:
            self._close(counter, now)
        for counter in self._open.values():
            # One whose last live bid has just ended still counts it.
            if counter.buckets or counter.live:
                counter.weigh(rates, now)
            counter.pace(now)

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

"""Every cap's counters that are in use, and what is known of those that are not yet."""

from collections.abc import Callable, Mapping
from typing import assert_never

from app.domain.calendar import local_time
from app.domain.campaign import Campaign
from app.domain.caps.honouring import PostRate
from app.domain.caps.pacing import ShadowPrice
from app.domain.schedule import ALWAYS, Schedule
from app.domain.seller import Seller
from app.usecases.standing.changes import BidMade, CounterChange, CounterDeclared, ShadowPricesRead, Sold, UsageRead
from app.usecases.standing.counter import Counter

_ALL_DAY = Schedule(minutes=ALWAYS)


class Counters:
    """The counters of open windows by key. One is made when the first lead meets it: few of all ZIPs sell on a day."""

    def __init__(self, declare: Callable[[CounterDeclared], None]) -> None:
        """`declare` is told of every new one, and has it applied."""
        self._declare = declare
        self._open: dict[str, Counter] = {}
        self._used: dict[str, int] = {}
        self._former: dict[str, ShadowPrice] = {}

    def of_sale(self, campaign: Campaign, seller: Seller, zip_code: str, state: str, now: float) -> list[Counter]:
        """Where a sale would count: the campaign's own caps, then the seller's."""
        counters = []
        local = local_time(now, campaign.zone)
        for caps, schedule in ((campaign.caps, campaign.schedule), (seller.caps, _ALL_DAY)):
            for cap in caps:
                at = local if cap.zone == campaign.zone else local_time(now, cap.zone)
                key = cap.counter(at, seller.name, zip_code, state)
                counter = self._open.get(key)
                if counter is None or counter.cap is not cap:
                    self._declare(CounterDeclared(key=key, cap=cap, schedule=schedule, at=now))
                    counter = self._open[key]
                counters.append(counter)
        return counters

    def apply(self, change: CounterChange) -> None:
        """Take up a declaration, or what was counted and paced before."""
        match change:
            case CounterDeclared():
                self._begin(change)
            case UsageRead():
                self._used |= change.used
                for key in self._open.keys() & change.used.keys():
                    self._open[key].use(change.used[key] - self._open[key].used)
            case ShadowPricesRead():
                self._former |= change.prices
            case _:
                assert_never(change)

    def promise(self, bid: BidMade, weight: float) -> None:
        """Count a bid as live, a sale with probability `weight`, wherever it takes room."""
        for key, amount in bid.takes:
            self._open[key].add(bid, amount, weight)

    def release(self, bid: BidMade) -> None:
        """Give back a bid's room, where its windows are open still. It shows when they are weighed next."""
        for key, amount in bid.takes:
            if counter := self._open.get(key):
                counter.drop(bid, amount)

    def sell(self, sale: Sold, rates: Mapping[str, PostRate]) -> None:
        """Count a sale; in a counter that is not open here, for when it will be."""
        for key, amount in sale.uses:
            counter = self._open.get(key)
            if counter is None:
                self._used[key] = self._used.get(key, 0) + amount
            else:
                counter.use(amount)
                counter.weigh(rates, sale.at)

    def weigh(self, bid: BidMade, rates: Mapping[str, PostRate], now: float) -> None:
        """Weigh anew the counters in which a bid counted."""
        for key, _ in bid.takes:
            if counter := self._open.get(key):
                counter.weigh(rates, now)

    def pass_time(self, rates: Mapping[str, PostRate], now: float) -> None:
        """Close the windows that are over; in the others weigh what is live, and move shadow prices."""
        for key in [key for key, counter in self._open.items() if now >= counter.end]:
            counter = self._open.pop(key)
            self._former[counter.cap.resource(key)] = ShadowPrice(counter.dual, now)
            self._used.pop(key, None)
        for counter in self._open.values():
            # One whose last live bid has just ended still counts it.
            if counter.buckets or counter.live:
                counter.weigh(rates, now)
            counter.pace(now)

    def duals(self) -> dict[str, float]:
        """Where the shadow price of each resource stands, as of the windows that are open."""
        return {
            counter.cap.resource(key): counter.dual
            for key, counter in self._open.items()
            if counter.cap.window != "total"
        }

    def _begin(self, change: CounterDeclared) -> None:
        key, cap = change.key, change.cap
        counter = self._open.get(key)
        if counter is not None:
            counter.declare(cap, change.schedule, change.at)
            return
        former = self._former.get(cap.resource(key))
        self._open[key] = Counter(key, cap, change.schedule, self._used.get(key, 0), change.at, former)

"""The book of a running bidder: which bids are promises now, where every cap stands, and what operators ask for."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from app.domain.auction.snapshot import Standing
from app.domain.calendar import local_time
from app.domain.campaign import Campaign
from app.domain.caps.honouring import PostRate
from app.domain.pricing.demand import DemandStanding
from app.domain.schedule import ALWAYS, Schedule
from app.domain.seller import Seller
from app.journal.lines import PingLine
from app.store.shadow_prices import ShadowPrice
from app.usecases.counter import Bucket, Counter
from app.wire.feedback import Demand, Signal
from app.wire.ping import Ping

LIVE_MAX = 200_000
"""Bids remembered for repeats and evidence. A bid that falls out is honoured all the same: its token says all."""

_OPEN = Schedule(minutes=ALWAYS)
_NEW = PostRate()


class LiveBid(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One answered ping while its bids are promises. `terms` tells a repeat from another lead under one name.

    What was asked, decided and answered is kept as the journal's line, the smallest thing that says it all: hundreds
    of thousands may live at once, and few are asked for again.
    """

    seller: str
    at: float
    expires_at: int
    terms: bytes
    test: bool
    text: bytes
    warnings: tuple[str, ...] = ()

    @property
    def line(self) -> PingLine:
        """The line, read anew each time."""
        return msgspec.json.decode(self.text, type=PingLine)


class _Demand:
    """How many leads a territory can still work, counted down by sales and by the hours that pass."""

    def __init__(self, territory: str, demand: Demand, told_at: float, ends_at: float) -> None:
        self.territory = territory
        self.demand = demand
        self.told_at = told_at
        self.ends_at = ends_at
        self.sold = 0

    def standing(self, now: float) -> DemandStanding:
        span = self.ends_at - self.told_at
        left = (self.ends_at - now) / span if span > 0 else 0.0
        return DemandStanding(self.territory, float(self.demand.open - self.sold), self.demand.expected * left)


class Book:
    """Everything that moves between two pings. Reads and writes are plain calls on one event loop: no locks."""

    def __init__(
        self, lifetime_s: float, used: Mapping[str, int], former: Mapping[str, ShadowPrice] | None = None
    ) -> None:
        """`used` is what the database counted so far, by counter; `former` where shadow prices stood, by resource."""
        self._lifetime_s = lifetime_s
        self._used = dict(used)
        self._former = dict(former or {})
        self._counters: dict[str, Counter] = {}
        self._rates: dict[str, PostRate] = {}
        self._live: dict[bytes, LiveBid] = {}
        self._places: dict[bytes, list[tuple[Counter, Bucket, float]]] = {}
        self._demands: dict[tuple[str, str], _Demand] = {}
        self._signals: dict[tuple[str, str], Signal] = {}
        self._paused: frozenset[str] = frozenset()

    @property
    def live_bids(self) -> int:
        """How many answered pings are promises now."""
        return len(self._live)

    def live(self, nonce: bytes, now: float) -> LiveBid | None:
        """The live bids for one lead of one seller."""
        bid = self._live.get(nonce)
        return bid if bid is not None and now < bid.expires_at else None

    def counters(self, campaign: Campaign, seller: Seller, zip_code: str, state: str, now: float) -> list[Counter]:
        """Where a sale of this seller to this campaign would count: the campaign's own caps, then the seller's."""
        counters = []
        local = local_time(now, campaign.zone)
        for caps, schedule in ((campaign.caps, campaign.schedule), (seller.caps, _OPEN)):
            for cap in caps:
                at = local if cap.zone == campaign.zone else local_time(now, cap.zone)
                key = cap.counter(at, seller.name, zip_code, state)
                counter = self._counters.get(key)
                if counter is None:
                    counter = Counter(cap, schedule, self._used.get(key, 0), now, self._former.get(cap.resource(key)))
                    self._counters[key] = counter
                elif counter.cap is not cap:
                    counter.declare(cap, schedule, now)
                counters.append(counter)
        return counters

    def standing(self, counters: Mapping[str, Iterable[Counter]], ping: Ping, now: float) -> Standing:
        """What of all this touches one ping, whose candidate campaigns would count there: nothing touches a test."""
        if ping.test:
            return Standing()
        demand: dict[str, DemandStanding] = {}
        for campaign in counters if self._demands else ():
            asked = next(self._demands_over(campaign, ping.zip, ping.state, now), None)
            if asked is not None:
                demand[campaign] = asked.standing(now)
        return Standing(
            caps={campaign: tuple([counter.standing for counter in found]) for campaign, found in counters.items()},
            demand=demand,
            signals=self._signals_of(ping, now) if self._signals else (),
            paused=self._paused,
        )

    def open(self, nonce: bytes, bid: LiveBid, promised: Iterable[tuple[Iterable[Counter], int]]) -> None:
        """Promise: count each price in cents as live in its counters until it is posted or expires."""
        weight = self._rates.get(bid.seller, _NEW).upper
        places = []
        for counters, price_cents in promised:
            for counter in counters:
                amount = float(counter.cap.uses(price_cents))
                places.append((counter, counter.add(bid.seller, bid.at, amount, weight), amount))
        # One lead is sold at most once, so a new bid for it replaces the former in what the caps must hold.
        self._drop(nonce)
        if len(self._live) >= LIVE_MAX:
            self._drop(next(iter(self._live)))
        self._live[nonce] = bid
        self._places[nonce] = places

    def sold(
        self, nonce: bytes, campaign: Campaign, seller: Seller, zip_code: str, state: str, cents: int, now: float
    ) -> None:
        """A post was taken: the promise is kept, the caps are used."""
        bid = self._drop(nonce)
        if bid is not None:
            self._learn(bid, posted=True, delay_s=now - bid.at)
        for counter in self.counters(campaign, seller, zip_code, state, now):
            counter.use(counter.cap.uses(cents))
            counter.weigh(self._rates, now, self._lifetime_s)
        for asked in self._demands_over(campaign.name, zip_code, state, now):
            asked.sold += 1

    def forget(self, nonce: bytes) -> None:
        """The bid was taken up before a restart: it is over, and says nothing new of its seller."""
        self._drop(nonce)

    def lost(self, nonce: bytes, now: float) -> None:
        """The seller reported the lead lost: the bid will not be posted, so the caps no longer hold space for it."""
        counters = [counter for counter, _, _ in self._places.get(nonce, ())]
        bid = self._drop(nonce)
        if bid is not None:
            self._learn(bid, posted=False)
        for counter in counters:
            counter.weigh(self._rates, now, self._lifetime_s)

    def tick(self, now: float) -> None:
        """Let time pass: expired bids leave, live ones are weighed anew, shadow prices move, old windows close."""
        for nonce, bid in list(self._until_live(now)):
            self._drop(nonce)
            self._learn(bid, posted=False)
        for key in [key for key, counter in self._counters.items() if now >= counter.end]:
            counter = self._counters.pop(key)
            self._former[counter.cap.resource(key)] = ShadowPrice(counter.dual, now)
            self._used.pop(key, None)
        for counter in self._counters.values():
            if counter.buckets:
                counter.weigh(self._rates, now, self._lifetime_s)
            counter.pace(now)
        self._signals = {key: signal for key, signal in self._signals.items() if now < signal.until}
        self._demands = {key: demand for key, demand in self._demands.items() if now < demand.ends_at}

    def duals(self) -> dict[str, float]:
        """Where the shadow price of each resource stands, as of the windows that are open."""
        return {
            counter.cap.resource(key): counter.dual
            for key, counter in self._counters.items()
            if counter.cap.window != "total"
        }

    def set_demand(self, territory: str, demand: Demand, told_at: float, ends_at: float) -> None:
        """A territory says how much it can still work, from now until `ends_at`."""
        self._demands[territory, demand.campaign] = _Demand(territory, demand, told_at, ends_at)

    def set_signal(self, territory: str, signal: Signal) -> None:
        """A timed premium for a territory; one of the same cause replaces the former."""
        self._signals[territory, signal.cause] = signal

    def set_paused(self, names: Iterable[str]) -> None:
        """Campaigns and sellers that an operator paused at run time."""
        self._paused = frozenset(names)

    def _demands_over(self, campaign: str, zip_code: str, state: str, now: float) -> Iterator[_Demand]:
        """Every demand that covers a place, narrowest first: ZIP, prefix, state, and the campaign's own first."""
        for name in (*(zip_code[:length] for length in range(5, 0, -1)), state):
            for whose in (campaign, ""):
                demand = self._demands.get((name, whose))
                if demand is not None and now < demand.ends_at:
                    yield demand

    def _signals_of(self, ping: Ping, now: float) -> tuple[tuple[str, int], ...]:
        return tuple(
            [
                (signal.cause, signal.premium_cents)
                for (territory, _), signal in self._signals.items()
                if (territory == ping.state or ping.zip.startswith(territory))
                and signal.vertical in ("", ping.vertical)
                and now < signal.until
            ]
        )

    def _until_live(self, now: float) -> Iterable[tuple[bytes, LiveBid]]:
        """Expired bids, which stand first: all live equally long."""
        for nonce, bid in self._live.items():
            if now < bid.expires_at:
                return
            yield nonce, bid

    def _drop(self, nonce: bytes) -> LiveBid | None:
        bid = self._live.pop(nonce, None)
        for _, bucket, amount in self._places.pop(nonce, ()):
            bucket.add(amount, -1)
        return bid

    def _learn(self, bid: LiveBid, *, posted: bool, delay_s: float = 0.0) -> None:
        """Remember what became of a bid; a test tells nothing of a seller's habits."""
        if not bid.test:
            rate = self._rates.get(bid.seller, _NEW)
            self._rates[bid.seller] = rate.after(posted=posted, delay_s=delay_s)

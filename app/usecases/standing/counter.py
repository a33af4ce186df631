"""One cap in one window: what it has used, what live bids may take, and its shadow price."""

from collections.abc import Mapping

from app.domain.calendar import window_bounds
from app.domain.caps.caps import Cap, CapFill, CapStanding, PacedUse
from app.domain.caps.division import LiveWeight
from app.domain.caps.honouring import PostRate
from app.domain.caps.pacing import ShadowPrice, first_dual, next_dual, plan_delta, plan_share
from app.domain.schedule import Schedule
from app.usecases.standing.changes import BidMade

_NEW = PostRate()

Shares = dict[tuple[str, float], float]
"""By seller and when a bid was made: the chance that it becomes a sale."""

QUIET_S = 120.0
"""A cap that leads meet less often has room for one bid of each replica, while nobody claims it."""

LINGERS_S = 1.5
"""So long a sold bid weighs for other replicas, who may hear of its sale a little later."""

_GRID_S = 15.0
"""Live bids that end within so many seconds are published as one: it shows only where their replica died."""


class Bucket:
    """The live bids of one seller on one counter that were made in one second and expire in another.

    Their age counts `since` then, or later where for a while none of them could be posted.
    """

    __slots__ = ("bids", "expires_at", "second", "seller", "since", "squares", "total")

    def __init__(self, seller: str, second: int, expires_at: int) -> None:
        self.seller = seller
        self.second = second
        self.since = float(second)
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
        self.others = (0.0, 0.0)
        """Mean and variance of what live bids of other replicas will take."""
        self.part = 1.0
        """Which share of the room is ours to promise while no replica claims it."""
        self.apart: float | None = None
        """What is kept for other replicas where one claims it."""
        self.largest = 0
        self.met_at = self.weighed_at = now
        self.is_quiet = True
        """Whether no lead had met it for so long that hardly any meets another replica in the same moment."""
        self.lingering: list[tuple[float, int]] = []
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
        if amount > self.largest:
            self.largest = amount
        self.live += weight * amount
        self.variance += weight * (1.0 - weight) * amount * amount
        self.standing = self._stand()

    def drop(self, bid: BidMade, amount: int) -> bool:
        """Count a live bid no more, if it was. It shows when the rest is weighed next, as many may end at once."""
        which = (bid.seller, int(bid.at), bid.expires_at)
        bucket = self.buckets.get(which)
        if bucket is None:
            return False
        bucket.count(amount, -1)
        if not bucket.bids:
            del self.buckets[which]
        return True

    def lighten(self, bid: BidMade, amount: int, rate: PostRate) -> None:
        """What one live bid weighed that was dropped is free at once, by the habits of its seller as they were.

        To weigh the others takes long where there are many: that is left to the next turn of time.
        """
        weight = rate.share_at(max(self.weighed_at - int(bid.at), 0.0))
        self.live = max(self.live - weight * amount, 0.0) if self.buckets else 0.0
        self.variance = max(self.variance - weight * (1.0 - weight) * amount * amount, 0.0) if self.buckets else 0.0
        self.standing = self._stand()

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
            bucket.since += by
            bucket.expires_at += by
            buckets[bucket.seller, bucket.second, bucket.expires_at] = bucket
        self.buckets = buckets
        self.weighed_at += by

    def hold_ages(self, seconds: float) -> None:
        """Nothing could be posted for so long: live bids are no older, and sales are not heard of either."""
        for bucket in self.buckets.values():
            bucket.since += seconds
        self.lingering = [(until + seconds, amount) for until, amount in self.lingering]

    def weigh(self, rates: Mapping[str, PostRate], now: float, shares: Shares | None = None) -> None:
        """Count the live bids anew, each by its seller's habits and its age; those that expired are counted no more.

        `shares` are those that were worked out at this moment: bids of one second weigh the same under every cap.
        """
        self.end_expired(now)
        shares = {} if shares is None else shares
        live = variance = 0.0
        for bucket in self.buckets.values():
            made = bucket.seller, bucket.since
            weight = shares.get(made)
            if weight is None:
                weight = shares[made] = rates.get(bucket.seller, _NEW).share_at(max(now - bucket.since, 0.0))
            live += weight * bucket.total
            variance += weight * (1.0 - weight) * bucket.squares
        self.live, self.variance, self.weighed_at = live, variance, now
        self.standing = self._stand()

    def end_expired(self, now: float) -> None:
        """Forget the live bids whose time is over, all of a second at once. It shows when the rest is weighed next."""
        for which in [which for which, bucket in self.buckets.items() if bucket.expires_at <= now]:
            del self.buckets[which]

    def pace(self, now: float, *, moves: bool = True) -> None:
        """Move the dual by how the window ran since it was paced last, unless another replica `moves` it."""
        if self.cap.window == "total" or now <= self.paced_at:
            return
        share, used = self._share_at(now), float(self.used)
        if moves:
            wanted = plan_delta(self.cap.limit, self.paced_used, self.share, share)
            self.dual = next_dual(self.dual, used - self.paced_used, wanted, self.cap.limit, self._usual_price())
        self.share, self.paced_used, self.paced_at = share, used, now
        self.standing = self._stand()

    def follow(self, price: ShadowPrice) -> None:
        """Take over where the dual stands, of this window."""
        if price.moved_at >= self.start:
            self.dual = price.dual
            self.standing = self._stand()

    def hear(self, others: tuple[float, float]) -> None:
        """Count live bids of other replicas. Room that they give up is ours when it is divided next, not before."""
        if others == self.others:
            return
        room, self.others = self.standing.room, others
        self.standing = self._stand()
        if self.apart is not None:
            self.apart += max(self.standing.room - room, 0.0)
            self.standing = self._stand()

    def keep_apart(self, apart: float | None, part: float, *, published: bool) -> None:
        """Keep so much for others, or where nobody claims anything all but our `part` of the room."""
        before = self.standing.apart
        self.apart, self.part = apart, part
        self.standing = self._stand()
        if not published and before > self.standing.apart:
            self.apart = before
            self.standing = self._stand()

    def allow(self, room: float) -> None:
        """Promise no more than this until the room is divided next."""
        self.apart = self.free - room
        self.standing = self._stand()

    @property
    def free(self) -> float:
        """The room that all live bids leave."""
        return self.standing.room + self.standing.apart

    @property
    def unit(self) -> float:
        """What one bid takes at most. Of a budget nobody knows until one was made."""
        return 1.0 if self.cap.measure == "count" else float(self.largest or max(self.cap.limit, 1))

    def meet(self, now: float) -> None:
        """A lead comes, and the room is shared with other replicas."""
        if self.part != 1.0 and (now - self.met_at > QUIET_S) != self.is_quiet:
            self.is_quiet = not self.is_quiet
            self.standing = self._stand()
        self.met_at = now

    def linger(self, amount: int, until: float) -> None:
        """Let a sold bid weigh for others until they know of its sale."""
        self.lingering.append((until, amount))

    def weights(self, rates: Mapping[str, PostRate], now: float) -> tuple[LiveWeight, ...]:
        """What our live bids weigh, by when they end."""
        self.lingering = [each for each in self.lingering if each[0] > now]
        ends: dict[float, tuple[float, float]] = {}
        if self.lingering:
            ends[round(now + LINGERS_S)] = (float(sum([amount for _, amount in self.lingering])), 0.0)
        for bucket in self.buckets.values():
            if bucket.expires_at < now:
                continue
            weight = rates.get(bucket.seller, _NEW).share_at(max(now - bucket.since, 0.0))
            end = (bucket.expires_at // _GRID_S + 1.0) * _GRID_S
            mean, variance = ends.get(end, (0.0, 0.0))
            ends[end] = (mean + weight * bucket.total, variance + weight * (1.0 - weight) * bucket.squares)
        return tuple([LiveWeight(end, round(mean, 4), round(variance, 4)) for end, (mean, variance) in ends.items()])

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
        live, variance = self.others
        live, variance = self.live + live, self.variance + variance
        apart = 0.0 if self.part == 1.0 and self.apart is None else self._apart()
        return CapStanding(self.cap.limit, self.used, live, variance, max(self.dual, 0.0), apart)

    def _apart(self) -> float:
        """While nobody claims the room: our part of it, of what is quiet one bid at least."""
        if self.apart is not None:
            return self.apart
        unsold = float(max(self.cap.limit - self.used, 0))
        ours = unsold * self.part
        return unsold - min(max(ours, self.unit) if self.part and self.is_quiet else ours, unsold)

"""One cap in one window while the service runs: what is used, what live bids may take, and its shadow price."""

from collections import deque
from collections.abc import Mapping

from app.domain.calendar import window_bounds
from app.domain.caps.caps import Cap, CapStanding
from app.domain.caps.honouring import PostRate
from app.domain.caps.pacing import first_dual, next_dual, plan_delta, plan_share
from app.domain.schedule import Schedule
from app.store.shadow_prices import ShadowPrice


class Bucket:
    """The live bids of one seller on one counter that were made in one second."""

    __slots__ = ("bids", "second", "seller", "squares", "total")

    def __init__(self, seller: str, second: int) -> None:
        self.seller = seller
        self.second = second
        self.bids = 0
        self.total = 0.0
        self.squares = 0.0

    def add(self, amount: float, sign: int) -> None:
        """One bid more (`sign` 1) or less (-1)."""
        self.bids += sign
        self.total += sign * amount
        self.squares += sign * amount * amount


class Counter:
    """`standing` is always the value that decisions read; everything else is how it comes about."""

    def __init__(self, cap: Cap, schedule: Schedule, used: int, now: float, former: ShadowPrice | None = None) -> None:
        """`former` is where the dual stood before, of this window or another."""
        self.cap = cap
        self.schedule = schedule
        self.used = used
        self.live = 0.0
        self.variance = 0.0
        self.buckets: deque[Bucket] = deque()
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
        if former is not None and former.moved_at >= self.start - (self.end - self.start):
            return former.dual
        return first_dual(self.used, self.share, self.cap.limit, self._usual_price())

    def add(self, seller: str, at: float, amount: float, weight: float) -> Bucket:
        """Count one live bid over `amount`, which becomes a sale with probability `weight`."""
        bucket = self._bucket(seller, int(at))
        bucket.add(amount, 1)
        self.live += weight * amount
        self.variance += weight * (1.0 - weight) * amount * amount
        self.standing = self._stand()
        return bucket

    def _bucket(self, seller: str, second: int) -> Bucket:
        for bucket in reversed(self.buckets):
            if bucket.second != second:
                break
            if bucket.seller == seller:
                return bucket
        bucket = Bucket(seller, second)
        self.buckets.append(bucket)
        return bucket

    def weigh(self, rates: Mapping[str, PostRate], now: float, lifetime_s: float) -> None:
        """Count the live bids anew, each by its seller's habits and its age; the expired ones leave."""
        while self.buckets and self.buckets[0].second + lifetime_s < now:
            self.buckets.popleft()
        live = variance = 0.0
        for bucket in self.buckets:
            weight = rates.get(bucket.seller, PostRate()).share_at(max(now - bucket.second, 0.0))
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

    def declare(self, cap: Cap, schedule: Schedule, now: float) -> None:
        """Go on under a reloaded declaration of the same cap."""
        self.cap, self.schedule = cap, schedule
        self.start, self.end = window_bounds(now, cap.zone, cap.window)
        self.share = self._share_at(now)
        self.standing = self._stand()

    def _share_at(self, now: float) -> float:
        if self.cap.window == "total":
            return 0.0
        return plan_share(self.schedule, self.cap.zone, self.start, min(now, self.end), self.end)

    def _usual_price(self) -> int:
        """What one lead takes of a budget, for the size of a pacing step: as live bids do, else a fiftieth of it."""
        if self.cap.measure == "count":
            return 0
        bids = sum(bucket.bids for bucket in self.buckets)
        total = sum(bucket.total for bucket in self.buckets)
        return int(total / bids) if bids else max(self.cap.limit // 50, 1)

    def _stand(self) -> CapStanding:
        return CapStanding(self.cap.limit, self.used, self.live, self.variance, self.dual)

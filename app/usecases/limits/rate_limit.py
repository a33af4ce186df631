"""A seller's rate limit, and its daily quota of look-ups by hash that are never posted."""

from collections.abc import Mapping
from datetime import date

from app.domain.seller import Seller

_DAY_S = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
_PREFIX = "hashes/"


class RateLimits:
    """One bucket of tokens a seller, full at first. Posts are never counted: a live bid is a promise.

    A limit holds over all replicas: each takes from its bucket what the others admitted, a moment later. What passed
    meanwhile is made up for, as a bucket may owe tokens.
    """

    def __init__(self) -> None:
        self._buckets: dict[str, tuple[float, float]] = {}
        self._admitted: dict[str, int] = {}
        self._told: dict[str, int] = {}
        self._elsewhere: dict[tuple[str, str], int] = {}

    def wait_s(self, seller: Seller, now: float) -> float:
        """Take one token; 0 where there was one, else the seconds until there is."""
        if seller.rate_per_s <= 0.0:
            return 0.0
        tokens = self._tokens(seller, now)
        if tokens < 1.0:
            self._buckets[seller.name] = (tokens, now)
            return (1.0 - tokens) / seller.rate_per_s
        self._buckets[seller.name] = (tokens - 1.0, now)
        self._admitted[seller.name] = self._admitted.get(seller.name, 0) + 1
        return 0.0

    def untold(self) -> dict[str, int]:
        """How many pings of each seller were admitted here in all, where that is more than others were told."""
        return {name: count for name, count in self._admitted.items() if count != self._told.get(name)}

    def told(self, pings: Mapping[str, int]) -> None:
        """The others were told this."""
        self._told.update(pings)

    def hear(self, replica: str, pings: Mapping[str, int], sellers: Mapping[str, Seller], now: float) -> None:
        """Take what another replica has admitted since it was heard last; one that began anew counts from zero."""
        for name, count in pings.items():
            before = self._elsewhere.get((replica, name), 0)
            self._elsewhere[replica, name] = count
            seller = sellers.get(name)
            if seller is not None and seller.rate_per_s > 0.0:
                more = count - before if count >= before else count
                tokens = self._tokens(seller, now) - more
                _, filled_at = self._buckets.get(name, (tokens, now))
                self._buckets[name] = (tokens, max(now, filled_at))

    def _tokens(self, seller: Seller, now: float) -> float:
        burst = float(max(seller.burst, 1))
        tokens, filled_at = self._buckets.get(seller.name, (burst, now))
        return min(tokens + max(now - filled_at, 0.0) * seller.rate_per_s, burst)


class HashQuotas:
    """Bounds what a seller can learn of whom we bought: hashes asked for a day (UTC), less the leads then posted.

    `used` is what the database counted before a start. Counters there are named as in `changes`.
    """

    def __init__(self, used: Mapping[str, int] | None = None) -> None:
        self._before = {counter: count for counter, count in (used or {}).items() if counter.startswith(_PREFIX)}
        self._asked: dict[str, tuple[int, int]] = {}
        self._unwritten: dict[str, int] = {}

    def may_ask(self, seller: Seller, now: float) -> bool:
        """Whether one more hash may be looked up; it is counted where it may."""
        day, asked = self._today(seller.name, now)
        if asked >= seller.hash_lookups_per_day:
            return False
        self._count(seller.name, day, asked, 1)
        return True

    def posted(self, seller: Seller, now: float) -> None:
        """A lead was posted: its question was an honest one."""
        day, asked = self._today(seller.name, now)
        if asked > 0:
            self._count(seller.name, day, asked, -1)

    def changes(self) -> dict[str, int]:
        """What was counted since this was asked before, by counter."""
        changes, self._unwritten = self._unwritten, {}
        return {counter: amount for counter, amount in changes.items() if amount}

    def not_written(self, changes: Mapping[str, int]) -> None:
        """Take changes back that could not be written, to be written with the next ones."""
        for counter, amount in changes.items():
            self._unwritten[counter] = self._unwritten.get(counter, 0) + amount

    def written(self, totals: Mapping[str, int]) -> None:
        """What was written came to this, with what other replicas counted."""
        for seller, (day, _) in self._asked.items():
            counter = _counter(seller, day)
            if counter in totals:
                self._asked[seller] = (day, totals[counter] + self._unwritten.get(counter, 0))

    def _count(self, seller: str, day: int, asked: int, by: int) -> None:
        self._asked[seller] = (day, asked + by)
        counter = _counter(seller, day)
        self._unwritten[counter] = self._unwritten.get(counter, 0) + by

    def _today(self, seller: str, now: float) -> tuple[int, int]:
        today = int(now // _DAY_S)
        day, asked = self._asked.get(seller, (-1, 0))
        return today, asked if day == today else self._before.get(_counter(seller, today), 0)


def _counter(seller: str, day: int) -> str:
    return f"{_PREFIX}{seller}/{date.fromordinal(_EPOCH + day).isoformat()}"

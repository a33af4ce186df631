"""Whether a destination or provider may be tried now: one that keeps failing is left alone for a while."""

import msgspec
from msgspec.structs import replace

FAILURES_MAX = 5
COOLDOWN_S = 30.0
COOLDOWN_MAX_S = 480.0


class Breaker(msgspec.Struct, frozen=True, kw_only=True):
    """Closed while `opened_at` is `None`. Open for the cool-down, then half open: one request goes ahead as a probe.

    `trips` counts how often it opened since the last success; each time it stays open twice as long, up to 8 minutes.
    """

    failures: int = 0
    trips: int = 0
    opened_at: float | None = None

    @property
    def cooldown_s(self) -> float:
        return min(COOLDOWN_S * 2.0 ** max(self.trips - 1, 0), COOLDOWN_MAX_S)

    def is_open(self, now: float) -> bool:
        return self.opened_at is not None and now < self.opened_at + self.cooldown_s

    def room(self, now: float, concurrency: int) -> int:
        """How many requests may be under way at once."""
        if self.opened_at is None:
            return concurrency
        return 0 if self.is_open(now) else 1


def after_success(_breaker: Breaker) -> Breaker:
    """Any answer but a failure closes it, also one to a request sent before it opened."""
    return Breaker()


def after_failure(breaker: Breaker, now: float) -> Breaker:
    """Failures of requests under way when it opened change nothing; the failure of a probe opens it anew."""
    if breaker.is_open(now):
        return breaker
    failures = breaker.failures + 1
    if breaker.opened_at is None and failures < FAILURES_MAX:
        return Breaker(failures=failures)
    return opened(replace(breaker, failures=failures), now)


def opened(breaker: Breaker, now: float) -> Breaker:
    """Open from now on, unless it is already."""
    return breaker if breaker.is_open(now) else replace(breaker, trips=breaker.trips + 1, opened_at=now)

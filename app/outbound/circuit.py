"""One destination or provider as this process sees it: how it is doing, and how much is under way there."""

from app.domain.delivery.breaker import Breaker, after_failure, after_success, opened


class Circuit:
    """Applies the breaker's rule to what really happens. Who sends calls `begin`, then `end` whatever comes of it.

    What counts as a failure is for the caller to say: a CRM may refuse with HTTP 200, and be well.
    """

    def __init__(self) -> None:
        self.breaker = Breaker()
        self._under_way = 0

    def room(self, now: float, concurrency: int) -> int:
        """How many more requests may go there at once: none while it is left alone, one to see whether it is back."""
        return max(self.breaker.room(now, concurrency) - self._under_way, 0)

    def begin(self) -> None:
        """One more is under way."""
        self._under_way += 1

    def end(self) -> None:
        """One has ended."""
        self._under_way -= 1

    def record(self, *, failed: bool, at: float) -> None:
        """Take note of an answer, or of none."""
        self.breaker = after_failure(self.breaker, at) if failed else after_success(self.breaker)

    def open(self, at: float) -> None:
        """Leave it alone from now on: what is wrong will not pass by itself."""
        self.breaker = opened(self.breaker, at)

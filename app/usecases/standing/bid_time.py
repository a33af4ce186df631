"""How far the clock was moved since a bid was made: what a bid has left of its life passes by the steady clock."""

from app.usecases.standing.changes import ClockChange, ClockLeapt, ClockWasAhead


class BidTime:
    """Knows when the clock was put forward, and how far that of the process before was ahead of it."""

    def __init__(self) -> None:
        self._leaps: list[ClockLeapt] = []
        self._former = ClockWasAhead(by=0, longest_s=0)

    def apply(self, change: ClockChange) -> None:
        """Take up what became of the clock."""
        if isinstance(change, ClockLeapt):
            self._leaps = [*(leap for leap in self._leaps if change.at < leap.until), change]
        else:
            self._former = change

    def moved_s(self, expires_at: int, now: float) -> int:
        """By how much the clock was moved since a bid was made of which nothing is known but its expiry.

        Only what that proves: no bid of ours has longer to live than any, and none expires before it was made.
        """
        former = self._former
        if former.by and expires_at - now > former.longest_s:
            return -former.by
        return sum(leap.by for leap in self._leaps if expires_at <= leap.at)

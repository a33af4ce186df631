"""What each check may cost in a day (UTC), in all and by seller: reserved before a request, so it is never passed."""

from collections.abc import Mapping
from datetime import date

from app.domain.checks.check import Check

_DAY_S = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
_PREFIX = "checks/"


class CheckBudgets:
    """Thousandths of a cent by counter. `used` is what the database counted before a start.

    Counters there are named as in `changes`: "checks/CHECK/SELLER/DAY", with no seller for the whole.
    """

    def __init__(self, used: Mapping[str, int] | None = None) -> None:
        self._used = {counter: count for counter, count in (used or {}).items() if counter.startswith(_PREFIX)}
        self._unwritten: dict[str, int] = {}
        self._day = -1

    def take(self, check: Check, seller: str, millicents: int, now: float) -> bool:
        """Spend as much on a lead of this seller, if both budgets allow it."""
        limits = {"": check.daily_budget_cents, seller: check.seller_daily_budget_cents}
        for whose, limit in limits.items():
            if limit is not None and self.spent(check.name, whose, now) + millicents > limit * 1000:
                return False
        self._count(check.name, seller, millicents, now)
        return True

    def give_back(self, check: Check, seller: str, millicents: int, now: float) -> None:
        """The request has not left us."""
        self._count(check.name, seller, -millicents, now)

    def spent(self, check: str, seller: str, now: float) -> int:
        """What was spent today; in all where no seller is named."""
        return self._used.get(_counter(check, seller, int(now // _DAY_S)), 0)

    def spent_by_seller(self, check: str, now: float) -> dict[str, int]:
        """The same of each seller with any."""
        begin, end = f"{_PREFIX}{check}/", _counter("", "", int(now // _DAY_S))[-11:]
        counts = {name: count for name, count in self._used.items() if name.startswith(begin) and name.endswith(end)}
        sellers = {name[len(begin) : -len(end)]: count for name, count in counts.items()}
        return {seller: count for seller, count in sorted(sellers.items()) if seller}

    def changes(self) -> dict[str, int]:
        """What was counted since this was asked before, by counter."""
        changes, self._unwritten = self._unwritten, {}
        return {counter: amount for counter, amount in changes.items() if amount}

    def not_written(self, changes: Mapping[str, int]) -> None:
        """Take changes back that could not be written, to be written with the next ones."""
        for counter, amount in changes.items():
            self._unwritten[counter] = self._unwritten.get(counter, 0) + amount

    def written(self, totals: Mapping[str, int]) -> None:
        """What was written came to this, with what other replicas spent."""
        for counter in totals.keys() & self._used.keys():
            self._used[counter] = totals[counter] + self._unwritten.get(counter, 0)

    def _count(self, check: str, seller: str, millicents: int, now: float) -> None:
        if not millicents:
            return
        day = int(now // _DAY_S)
        self._forget_before(day)
        for whose in ("", seller):
            counter = _counter(check, whose, day)
            self._used[counter] = self._used.get(counter, 0) + millicents
            self._unwritten[counter] = self._unwritten.get(counter, 0) + millicents

    def _forget_before(self, day: int) -> None:
        """Yesterday's counters are of no use any more."""
        if day > self._day:
            today = date.fromordinal(_EPOCH + day).isoformat()
            self._used = {counter: count for counter, count in self._used.items() if counter[-10:] >= today}
            self._day = day


def _counter(check: str, seller: str, day: int) -> str:
    return f"{_PREFIX}{check}/{seller}/{date.fromordinal(_EPOCH + day).isoformat()}"

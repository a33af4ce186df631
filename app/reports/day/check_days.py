"""What each check by a provider was asked in a day, what it found, and what that cost."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from app.domain.checks.verdict import Consultation, failures, price_cut


class CheckDay(msgspec.Struct, frozen=True, kw_only=True):
    """The leads that a check was asked about at pings and at posts, each by what came of it.

    A lead that failed a question is in `refused` by its code; one that stayed `open` may have been bought or not, by
    the check's `on_unknown`; one that passed with a reservation or an open question had its bid `cut`.
    """

    check: str
    pings: int
    posts: int
    passed: int
    open: int
    cut: int
    refused: dict[str, int]
    millicents: int


class CheckBook:
    """Every check's day in the making."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}
        self._refused: dict[str, Counter[str]] = {}

    def ping(self, consultations: Iterable[Consultation]) -> None:
        """What providers said of a ping."""
        for each in consultations:
            self._add(each, "pings")
            self._counts[each.check]["cut"] += price_cut([each]) > 0.0 and not failures([each])

    def post(self, consultations: Iterable[Consultation]) -> None:
        """What they said of a post, whose price is promised."""
        for each in consultations:
            self._add(each, "posts")

    def days(self) -> tuple[CheckDay, ...]:
        """By name."""
        return tuple(
            [
                CheckDay(
                    check=name,
                    pings=counts["pings"],
                    posts=counts["posts"],
                    passed=counts["passed"],
                    open=counts["open"],
                    cut=counts["cut"],
                    refused=dict(self._refused[name].most_common()),
                    millicents=counts["millicents"],
                )
                for name, counts in sorted(self._counts.items())
            ]
        )

    def _add(self, each: Consultation, stage: str) -> None:
        counts = self._counts.setdefault(each.check, Counter())
        refused = self._refused.setdefault(each.check, Counter())
        counts[stage] += 1
        counts["millicents"] += each.millicents
        if failed := failures([each]):
            refused[failed[0].code] += 1
        elif any(verdict.outcome == "unknown" for verdict in each.verdicts):
            counts["open"] += 1
        else:
            counts["passed"] += 1

"""Pings that were refused for want of time: counted one by one, journaled together, since a line each would cost more."""

from collections.abc import Callable, Iterator

from app.domain.auction.marks import line_id_of
from app.domain.reasons import Refusal
from app.journal.lines import RefusedLine

LOAD_SHED = Refusal("load_shed")


class ShedPings:
    """How many of each seller were shed since they were last taken; tests apart."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, bool], int] = {}

    def add(self, seller: str, *, test: bool) -> None:
        """One more of this seller, whose name is empty where nobody knows it."""
        self._counts[seller, test] = self._counts.get((seller, test), 0) + 1

    def taken(self, now: float, chance: Callable[[int], bytes]) -> Iterator[RefusedLine]:
        """The journal's lines for all that were counted, which then begins anew."""
        counts, self._counts = self._counts, {}
        for (seller, test), count in counts.items():
            line_id = line_id_of(chance(8), now)
            yield RefusedLine(at=now, seller=seller, id=line_id, refusal=LOAD_SHED, test=test, count=count)

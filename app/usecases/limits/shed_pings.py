"""Pings that were refused for want of time: counted, and journaled by their number, since a line each costs more."""

from collections.abc import Callable, Iterator

from app.domain.auction.marks import line_id_of
from app.domain.reasons import Refusal
from app.journal.lines import RefusedLine

LOAD_SHED = Refusal("load_shed")


class ShedCount:
    """How many got one and the same answer since they were last taken."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0


class ShedPings:
    """A count for each seller; tests apart."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, bool], ShedCount] = {}

    def of(self, seller: str, *, test: bool) -> ShedCount:
        """The count of this seller."""
        return self._counts.setdefault((seller, test), ShedCount())

    def taken(self, now: float, chance: Callable[[int], bytes]) -> Iterator[RefusedLine]:
        """The journal's lines for all that came since the last time."""
        for (seller, test), each in self._counts.items():
            count, each.count = each.count, 0
            if count:
                line_id = line_id_of(chance(8), now)
                yield RefusedLine(at=now, seller=seller, id=line_id, refusal=LOAD_SHED, test=test, count=count)

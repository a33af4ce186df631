"""Pings that were refused for want of time: counted, and journaled by their number, since a line each costs more."""

from collections.abc import Callable, Iterator

from app.domain.auction.marks import line_id_of
from app.domain.reasons import Refusal
from app.journal.lines import RefusedLine

LOAD_SHED = Refusal("load_shed")


class ShedCount:
    """How many got one and the same answer, which names the line that will tell their number."""

    __slots__ = ("count", "line_id")

    def __init__(self, line_id: str) -> None:
        self.line_id = line_id
        self.count = 0


class ShedPings:
    """A count for each seller; tests apart."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, bool], ShedCount] = {}

    def of(self, seller: str, now: float, chance: Callable[[int], bytes], *, test: bool) -> ShedCount:
        """The count of this seller."""
        if (seller, test) not in self._counts:
            self._counts[seller, test] = ShedCount(line_id_of(chance(8), now))
        return self._counts[seller, test]

    def taken(self, now: float, chance: Callable[[int], bytes]) -> Iterator[RefusedLine]:
        """The journal's lines for all that came since the last time."""
        for (seller, test), each in self._counts.items():
            if each.count:
                count, line_id = each.count, each.line_id
                each.count, each.line_id = 0, line_id_of(chance(8), now)
                yield RefusedLine(at=now, seller=seller, id=line_id, refusal=LOAD_SHED, test=test, count=count)

"""Pings that were refused for want of time: counted, and journaled by their number, since a line each costs more."""

from collections.abc import Callable, Iterator

from app.domain.auction.marks import line_id_of
from app.domain.reasons import Refusal
from app.journal.lines import RefusedLine
from app.telemetry.metrics import Metrics


class ShedCount:
    """How many got one and the same answer since they were last taken."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0


class ShedPings:
    """A count for each seller and code; tests apart."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, bool], ShedCount] = {}

    def of(self, seller: str, code: str, *, test: bool) -> ShedCount:
        """The count of this seller, whose name is empty where nobody knows it."""
        return self._counts.setdefault((seller, code, test), ShedCount())

    def taken(self, now: float, chance: Callable[[int], bytes], metrics: Metrics) -> Iterator[RefusedLine]:
        """The journal's lines for all that came since the last time, which are then counted in the metrics too."""
        for (seller, code, test), each in self._counts.items():
            count, each.count = each.count, 0
            if count:
                metrics.count("pings_total", seller, code, by=count)
                line_id = line_id_of(chance(8), now)
                yield RefusedLine(at=now, seller=seller, id=line_id, refusal=Refusal(code), test=test, count=count)

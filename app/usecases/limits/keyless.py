"""Requests that were refused without a seller's key: counted, and written to the journal once a minute.

Anybody may send them in any number. A line for each would let a stranger fill the disk.
"""

from collections.abc import Iterator
from typing import Literal

from app.domain.reasons import Refusal, status_of
from app.journal.lines import Line, PostLine, RefusedLine

MINUTE_S = 60.0
_LAST_MOMENT_S = MINUTE_S - 0.001

_Kind = Literal["ping", "post"]


class KeylessRefusals:
    """Counts by the minute, by what was asked and by the reason; a seller's name stands in none of them."""

    def __init__(self) -> None:
        self._counts: dict[tuple[int, _Kind, str, bool], int] = {}

    def add(self, kind: _Kind, refusal: Refusal, now: float, *, test: bool) -> None:
        """One more."""
        key = int(now // MINUTE_S), kind, refusal.code, test
        self._counts[key] = self._counts.get(key, 0) + 1

    def lines(self, now: float, *, unfinished: bool = False) -> Iterator[Line]:
        """A line for each count of a minute that is over, at its last moment; what was taken is not given again.

        With those of the `unfinished` minute too, which are told as of now.
        """
        for key in sorted(self._counts):
            minute, kind, code, test = key
            at = minute * MINUTE_S + _LAST_MOMENT_S
            if at > now and not unfinished:
                return
            at, count = min(at, now), self._counts.pop(key)
            if kind == "ping":
                yield RefusedLine(at=at, seller="", id="", refusal=Refusal(code), test=test, count=count)
            else:
                status = status_of(code)
                yield PostLine(at=at, seller="", ping_id="", status=status, reason_code=code, test=test, count=count)

"""Passes each line of a journal to the method for its kind: the only place that knows all kinds."""

from collections.abc import Iterable
from typing import Protocol, TypeVar, assert_never

from app.journal.lines import NoticeLine, PingLine, PostLine, RefusedLine, RepeatLine, RetainLine
from app.journal.summary import PingSummary

P = TypeVar("P", PingLine, PingSummary)
P_contra = TypeVar("P_contra", PingLine, PingSummary, contravariant=True)


class LineReader(Protocol[P_contra]):
    """What reads lines: a method for each kind. Whoever needs only what a ping is counted by reads summaries."""

    def ping(self, line: P_contra) -> None: ...

    def repeat(self, line: RepeatLine) -> None: ...

    def refused(self, line: RefusedLine) -> None: ...

    def post(self, line: PostLine) -> None: ...

    def notice(self, line: NoticeLine) -> None: ...

    def retain(self, line: RetainLine) -> None: ...


def fold(
    lines: Iterable[P | RepeatLine | RefusedLine | PostLine | NoticeLine | RetainLine], into: LineReader[P]
) -> None:
    """Have `into` read these lines in their order."""
    for line in lines:
        # In the order of how many there are of each kind.
        match line:
            case PingLine() | PingSummary():
                into.ping(line)
            case PostLine():
                into.post(line)
            case NoticeLine():
                into.notice(line)
            case RefusedLine():
                into.refused(line)
            case RepeatLine():
                into.repeat(line)
            case RetainLine():
                into.retain(line)
            case _:
                assert_never(line)

"""Tallies of whole journals, for tests of what counts them."""

from collections.abc import Iterable

from app.journal.summary import LineSummary
from app.reports.counter import LineCounter
from app.reports.fold import fold
from app.reports.tally import JournalTally, add


def tallied(lines: Iterable[LineSummary]) -> JournalTally:
    """What these lines come to."""
    counter = LineCounter()
    fold(lines, counter)
    return counter.tally.settle()


def merged(*tallies: JournalTally) -> JournalTally:
    """All of them together; none of them is changed."""
    whole = JournalTally()
    for tally in tallies:
        add(whole, tally)
    return whole.settle()

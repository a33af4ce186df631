"""How long somebody may look through a journal, and how far back they came: no page waits for millions of lines."""

from collections.abc import Callable, Iterator
from math import inf
from pathlib import Path
from typing import BinaryIO

import msgspec

from app.journal.parts import Part, parts
from app.journal.writer import hour_start

BLOCK = 524_288
"""Bytes read at once from the end: a ping waits no longer than it takes to search them for a word."""
LINE_MAX = 32 * 1_024 * 1_024
"""A power cut can leave a file that is one long line of zeros: what is longer than this is no line, and passed over."""


class _LineTime(msgspec.Struct, frozen=True, gc=False):
    at: float = inf


_TIMES = msgspec.json.Decoder(_LineTime)


class Looking:
    """A look that ends after so many `seconds` by the clock `steady`, or never; `rest` is called at every step of it.

    `back_to` is how far it came: no line since then was passed over (UTC epoch seconds). `is_whole` where it saw all
    that it was to see, `ran_out` where its time did not suffice. `others_to_come` while parts of other writers are to
    be looked through that may hold lines as new as the one that is.
    """

    def __init__(
        self,
        steady: Callable[[], float] = lambda: 0.0,
        seconds: float = inf,
        rest: Callable[[], None] = lambda: None,
    ) -> None:
        self._steady, self._rest = steady, rest
        self._ends = steady() + seconds
        self.back_to = inf
        self.is_whole = self.ran_out = self.others_to_come = False

    def goes_on(self) -> bool:
        """Whether there is time for another step."""
        self._rest()
        self.ran_out = self._steady() >= self._ends
        return not self.ran_out


def parts_back(directory: Path, looking: Looking, since: float = 0.0, until: float = inf) -> Iterator[Part]:
    """The parts with lines from `since` to `until`, newest first, as long as there is time.

    A part that is gone meanwhile was closed or compacted: whoever meets that asks `again` for what took its place.
    """
    left = parts(directory, since, until)
    while left:
        if not looking.goes_on():
            return
        part = left.pop()
        same_hour = [other for other in left if other.hour == part.hour]
        looking.others_to_come = any(other.writer != part.writer for other in same_hour)
        yield part
        if looking.ran_out:
            return
        if not same_hour:
            looking.back_to = min(looking.back_to, hour_start(part.hour))
    looking.back_to, looking.is_whole = since, True


def in_its_place(directory: Path, part: Part) -> list[Part]:
    """What the lines of a part stand in that was closed or compacted, newest first; nothing where it was removed."""
    begins = hour_start(part.hour)
    return [each for each in reversed(parts(directory, begins, begins)) if each.path != part.path]


def texts_back(
    part: Part,
    looking: Looking,
    needles: tuple[frozenset[bytes], ...] = (),
    until: float = inf,
    *,
    in_any_case: bool = False,
) -> Iterator[bytes]:
    """Its JSON lines, the last one first, that hold a needle of each set; it ends early where there is no more time.

    Blocks without such needles are not taken apart, so that most of a file costs no more than reading it. What was
    written after `until` is passed over. Needles in lower case may stand there in any.
    """

    def holds(text: bytes) -> bool:
        text = text.lower() if in_any_case else text
        return all(any(needle in text for needle in some) for some in needles)

    with part.path.open("rb") as file:
        end, rest = _end_of(file, until), b""
        while end > 0:
            start = max(0, end - BLOCK)
            file.seek(start)
            block, end = file.read(end - start) + rest, start
            # The first line of a block begins in the one before, unless that is the file's beginning.
            cut = block.find(b"\n") + 1 if start > 0 else 0
            rest, whole = (block[:cut], block[cut:]) if cut or not start else (block, b"")
            rest = rest if len(rest) <= LINE_MAX else b""
            if holds(whole):
                yield from (text for text in reversed(whole.split(b"\n")) if text and holds(text))
            if start > 0 and not looking.goes_on():
                if not looking.others_to_come:
                    looking.back_to = min(looking.back_to, _begins(whole))
                return


def _end_of(file: BinaryIO, until: float) -> int:
    """Where in a file the first line stands that was written after this time, to a block; lines are nearly in order."""
    first, last = 0, file.seek(0, 2)
    if until == inf:
        return last
    while last - first > BLOCK:
        middle = (first + last) // 2
        file.seek(middle)
        file.readline(LINE_MAX)
        if _time_before(file, last) > until:
            last = middle
        else:
            first = middle
    file.seek(last)
    return last + len(file.readline(LINE_MAX))


def _time_before(file: BinaryIO, end: int) -> float:
    """When the next line was written that says so and begins before this place; infinity where there is none."""
    while file.tell() < end:
        at = time_of(file.readline(LINE_MAX))
        if at < inf:
            return at
    return inf


def _begins(block: bytes) -> float:
    """When the first line of a block was written that says so."""
    return next((at for text in block.split(b"\n") if (at := time_of(text)) < inf), inf)


def time_of(text: bytes) -> float:
    """When a line was written; infinity where it does not say."""
    try:
        return _TIMES.decode(text).at
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return inf

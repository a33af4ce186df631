"""Reads the journal back, JSON lines and Parquet alike: the lines of a time span, or those behind a ping_id."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from app.journal.lines import AnyLine, PingLine
from app.journal.parts import Part, parts, texts, texts_with

T = TypeVar("T")

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What is raised by bytes that are no JSON, or none that anybody could mean."""

_DECODER: msgspec.json.Decoder[AnyLine] = msgspec.json.Decoder(AnyLine)


def lines(
    directory: Path,
    since: float = 0.0,
    until: float = float("inf"),
    unread: Callable[[bytes], None] = lambda _: None,
) -> Iterator[AnyLine]:
    """Every whole line from `since` to `until` (UTC epoch seconds), oldest file first.

    `unread` gets what is no line of ours. ParquetError where a part is compacted and DuckDB is missing.
    """
    for text in through(directory, texts, since, until):
        line = decode(text)
        if line is None:
            unread(text)
        elif since <= line.at <= until:
            yield line


def find(directory: Path, ping_id: str) -> list[AnyLine]:
    """Every line about the ping of this id, whichever of its ids it is: decision, repeats, post, notices, oldest first.

    A ping has the id of its line and one for each of its bids.
    """
    found = _about(directory, frozenset((ping_id,)), 0.0)
    decided = [line for line in found if isinstance(line, PingLine)]
    others = _ids(found) - {ping_id}
    if not others:
        return found
    # Nothing is said of a ping before it is decided.
    return _about(directory, others | {ping_id}, decided[0].at if decided else 0.0)


def through(
    directory: Path, read: Callable[[Part], Iterator[T]], since: float = 0.0, until: float = float("inf")
) -> Iterator[T]:
    """What `read` finds in each part, in order, also where parts are closed or compacted meanwhile."""
    done = ("", 0)
    left = parts(directory, since, until)
    while left:
        part = left.pop(0)
        try:
            yield from read(part)
        except FileNotFoundError:
            # It was closed or compacted meanwhile: its lines stand under another name, which comes next.
            left = [again for again in parts(directory, since, until) if again.place > done]
        else:
            done = part.place


def decode(text: bytes) -> AnyLine | None:
    """A line, or `None` for the stump that a kill may leave at the end of a file."""
    try:
        return _DECODER.decode(text)
    except UNREADABLE:
        return None


def _about(directory: Path, ids: frozenset[str], since: float) -> list[AnyLine]:
    """Every line that bears one of these ids."""
    found = [decode(text) for text in through(directory, lambda part: texts_with(part, ids), since)]
    return [line for line in found if line is not None and not ids.isdisjoint(_ids([line]))]


def _ids(lines: Iterable[AnyLine]) -> frozenset[str]:
    """Every id that they bear."""
    named = [getattr(line, name, "") for line in lines for name in ("id", "ping_id", "repeat_of")]
    bids = [bid_id for line in lines if isinstance(line, PingLine) for bid_id in line.bid_ids]
    return frozenset([*named, *bids]) - {""}

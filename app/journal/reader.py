"""Reads the journal back, JSON lines and Parquet alike: the lines of a time span, or those behind a ping_id."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from app.journal.lines import AnyLine, PingLine
from app.journal.parts import Part, parts, texts, texts_with

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
    for text in _texts(directory, texts, since, until):
        line = decode(text)
        if line is None:
            unread(text)
        elif since <= line.at <= until:
            yield line


def find(directory: Path, ping_id: str) -> list[AnyLine]:
    """Every line that speaks of this ping_id: its decision, repeats, post and notices, oldest first."""
    found = [decode(text) for text in _texts(directory, lambda part: texts_with(part, ping_id))]
    return [line for line in found if line is not None and _is_of(line, ping_id)]


def decode(text: bytes) -> AnyLine | None:
    """A line, or `None` for the stump that a kill may leave at the end of a file."""
    try:
        return _DECODER.decode(text)
    except UNREADABLE:
        return None


def _texts(
    directory: Path, read: Callable[[Part], Iterator[bytes]], since: float = 0.0, until: float = float("inf")
) -> Iterator[bytes]:
    """What `read` finds in each part, in order."""
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


def _is_of(line: AnyLine, ping_id: str) -> bool:
    names = [getattr(line, name, "") for name in ("id", "ping_id", "repeat_of")]
    return ping_id in names or (isinstance(line, PingLine) and ping_id in line.bid_ids)

"""Reads the journal back, JSON lines and Parquet alike: the lines of a time span, or those behind a ping_id."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from app.journal.lines import AnyLine, Line, PingLine
from app.journal.looking import Looking, in_its_place, parts_back, texts_back
from app.journal.parts import Part, parts, texts, texts_holding, texts_with
from app.journal.versions import check_line

T = TypeVar("T")
L = TypeVar("L", bound=Line)

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What is raised by bytes that are no JSON, or none that anybody could mean."""

_DECODER: msgspec.json.Decoder[AnyLine] = msgspec.json.Decoder(AnyLine)
_PINGS: msgspec.json.Decoder[PingLine] = msgspec.json.Decoder(PingLine)


def lines(
    directory: Path,
    since: float = 0.0,
    until: float = float("inf"),
    unread: Callable[[bytes], None] = lambda _: None,
    writer: int | None = None,
) -> Iterator[AnyLine]:
    """Every whole line from `since` to `until` (UTC epoch seconds), oldest hour first, in it one writer after another;
    with `writer` only that one's.

    `unread` gets what is no line of ours. ParquetError where a part is compacted and DuckDB is missing, OtherVersion
    where a line is of another version.
    """
    yield from _lines(directory, _DECODER, since, until, unread, writer)


def pings(directory: Path, since: float = 0.0, until: float = float("inf")) -> Iterator[PingLine]:
    """The pings among them that were decided; lines of other kinds are left undecoded."""
    yield from _lines(directory, _PINGS, since, until, lambda _: None)


def find(directory: Path, ping_id: str) -> list[AnyLine]:
    """Every line about the ping of this id, whichever of its ids it is: decision, repeats, post, notices, oldest first.

    A ping has the id of its line and one for each of its bids.
    """
    return find_all(directory, frozenset((ping_id,)))


def find_all(
    directory: Path, ping_ids: frozenset[str], looking: Looking | None = None, since: float = 0.0
) -> list[AnyLine]:
    """The same of several pings, none of which was decided before `since` (UTC epoch seconds)."""
    if not ping_ids:
        return []
    found = about(directory, ping_ids, looking, since)
    others = ids_of(found) - ping_ids
    if not others:
        return found
    # Nothing is said of a ping before it is decided.
    decided = [line.at for line in found if getattr(line, "bid_ids", ())]
    return about(directory, others | ping_ids, looking, decided[0] if len(ping_ids) == len(decided) == 1 else since)


def holding(
    directory: Path, words: frozenset[str], looking: Looking | None = None, *, in_any_case: bool = False
) -> list[AnyLine]:
    """Every line in which one of these words stands anywhere, oldest first; what is newest is looked at first.

    In any case where these are in lower case.
    """
    look, found = looking or Looking(), list[AnyLine]()
    for part in parts_back(directory, look) if words else ():
        found = [*_holding(directory, part, words, look, in_any_case=in_any_case), *found]
    return _in_order(directory, found)


def _holding(
    directory: Path, part: Part, words: frozenset[str], looking: Looking, *, in_any_case: bool
) -> Iterator[AnyLine]:
    """Those of one part, also where it is closed or compacted meanwhile."""
    try:
        if part.is_parquet:
            found = [*texts_holding(part, words, in_any_case=in_any_case)]
        else:
            found = _texts(part, words, looking, in_any_case=in_any_case)
    except FileNotFoundError:
        for moved in reversed(in_its_place(directory, part)):
            yield from _holding(directory, moved, words, looking, in_any_case=in_any_case)
        return
    for text in found:
        line = decode(text, part.path)
        if line is not None:
            yield line


def _texts(part: Part, words: frozenset[str], looking: Looking, *, in_any_case: bool = False) -> list[bytes]:
    """The JSON lines of a part in which one of these stands, in order."""
    needles = (frozenset([word.encode() for word in words]),)
    return [*texts_back(part, looking, needles, in_any_case=in_any_case)][::-1]


def through(
    directory: Path,
    read: Callable[[Part], Iterator[T]],
    since: float = 0.0,
    until: float = float("inf"),
    looking: Looking | None = None,
) -> Iterator[T]:
    """What `read` finds in each part, in order, also where parts are closed or compacted meanwhile."""
    done = ("", 0, 0)
    left = parts(directory, since, until)
    while left and (looking is None or looking.goes_on()):
        part = left.pop(0)
        try:
            yield from read(part)
        except FileNotFoundError:
            # It was closed or compacted meanwhile: its lines stand under another name, which comes next.
            left = [again for again in parts(directory, since, until) if again.place > done]
        else:
            done = part.place


def decode(text: bytes, path: Path) -> AnyLine | None:
    """A line of this file, or `None` for the stump that a kill may leave at its end. Raises OtherVersion."""
    return decode_as(_DECODER, text, path)


def decode_as(decoder: msgspec.json.Decoder[L], text: bytes, path: Path) -> L | None:
    """The same as whatever a decoder makes of lines; `None` also for those that it does not know."""
    check_line(text, path)
    try:
        return decoder.decode(text)
    except UNREADABLE:
        return None


def _lines(
    directory: Path,
    decoder: msgspec.json.Decoder[L],
    since: float,
    until: float,
    unread: Callable[[bytes], None],
    writer: int | None = None,
) -> Iterator[L]:
    def decoded(part: Part) -> Iterator[L]:
        if writer is not None and part.writer != writer:
            return
        for text in texts(part):
            line = decode_as(decoder, text, part.path)
            if line is None:
                unread(text)
            elif since <= line.at <= until:
                yield line

    yield from through(directory, decoded, since, until)


def about(
    directory: Path,
    ids: frozenset[str],
    looking: Looking | None = None,
    since: float = 0.0,
    until: float = float("inf"),
) -> list[AnyLine]:
    """Every line of the hours from `since` to `until` that bears one of these ids."""
    look = looking or Looking()

    def bearing(part: Part) -> Iterator[AnyLine]:
        for text in texts_with(part, ids) if part.is_parquet else _texts(part, ids, look):
            line = decode(text, part.path)
            if line is not None and not ids.isdisjoint(ids_of([line])):
                yield line

    return _in_order(directory, [*through(directory, bearing, since, until, look)])


def _in_order(directory: Path, found: list[AnyLine]) -> list[AnyLine]:
    """In order of time where several wrote, whose lines of an hour stand one after the other."""
    if len(found) > 1 and any(part.writer for part in parts(directory)):
        return sorted(found, key=lambda line: line.at)
    return found


def ids_of(lines: Iterable[AnyLine]) -> frozenset[str]:
    """Every id that they bear."""
    named = [getattr(line, name, "") for line in lines for name in ("id", "ping_id", "repeat_of")]
    bids = [bid_id for line in lines for bid_id in getattr(line, "bid_ids", ())]
    return frozenset([*named, *bids]) - {""}

"""Lets the journal forget in time: first who was pinged and not bought, in the end the lines themselves."""

from collections.abc import Callable, Collection
from pathlib import Path

import msgspec

from app.journal.lines import PingLine
from app.journal.nameless import nameless
from app.journal.parts import Part, parts, texts
from app.journal.reader import UNREADABLE, decode
from app.journal.rewrite import remove, rewrite, sweep
from app.journal.writer import hour_of, hour_start
from app.private_files import write_whole

STRIPPED = "stripped.json"
"""Beside the journal: which parts hold no one any more, each by the size and the time of its file."""

_BID_LIVES_S = 86_400.0
"""No bid lives so long: what is bought of an hour's pings is bought by then."""

Stripped = dict[str, tuple[int, int]]
SoldPings = Callable[[float, float], frozenset[str]]
"""The ids of the bids that were sold in a span of time."""


class RemovedLines(msgspec.Struct, frozen=True, kw_only=True):
    """How many pings lost their person, and how many lines went."""

    lost_pings: int = 0
    lines: int = 0


def remove_old(
    directory: Path,
    strip_before: float,
    remove_before: float,
    sold: SoldPings,
    held: Collection[str],
    *,
    is_real: bool,
    rest: Callable[[], None] = lambda: None,
) -> RemovedLines:
    """Strip and remove what is older than these times (UTC epoch seconds), to the hour; unless `is_real` only count.

    Lines in which a word of `held` stands are left alone. One at a time may work on a directory; `rest` is called with
    every line. Raises ParquetError, OtherVersion, OSError.
    """
    if not directory.is_dir():
        return RemovedLines()
    if is_real:
        sweep(directory)
    words = [word.encode() for word in held]

    def is_held(text: bytes) -> bool:
        return any(word in text for word in words)

    old = [part for part in parts(directory) if part.hour < hour_of(remove_before)]
    lines = sum(_remove(part, directory, is_held, is_real=is_real, rest=rest) for part in old)
    lost = _strip_all(directory, {part.place for part in old}, strip_before, sold, is_held, is_real=is_real, rest=rest)
    return RemovedLines(lost_pings=lost, lines=lines)


def _remove(
    part: Part, directory: Path, is_held: Callable[[bytes], bool], *, is_real: bool, rest: Callable[[], None]
) -> int:
    """How many lines of a part go: all but those that are held."""
    kept = gone = 0
    for text in texts(part):
        rest()
        if is_held(text):
            kept += 1
        else:
            gone += 1
    if is_real and gone:
        if kept:
            rewrite(part, directory, lambda text, _: text if is_held(text) else None, rest)
        else:
            remove(part, directory)
    return gone


def _strip_all(
    directory: Path,
    removed: Collection[tuple[str, int, int]],
    before: float,
    sold: SoldPings,
    is_held: Callable[[bytes], bool],
    *,
    is_real: bool,
    rest: Callable[[], None],
) -> int:
    done = _read(directory)
    count = 0
    for part in parts(directory):
        if part.hour >= hour_of(before) or part.place in removed or done.get(part.path.name) == _stamp(part.path):
            continue
        stripping = _Stripping(sold(hour_start(part.hour), hour_start(part.hour) + _BID_LIVES_S), is_held)
        count += _strip(part, directory, stripping, is_real=is_real, rest=rest)
        if is_real and not stripping.has_held:
            # What a hold keeps is looked at again, until the hold has ended.
            done |= {each.path.name: _stamp(each.path) for each in parts(directory) if each.hour == part.hour}
    if is_real:
        _write(directory, {name: stamp for name, stamp in done.items() if (directory / name).exists()})
    return count


def _strip(part: Part, directory: Path, change: "_Stripping", *, is_real: bool, rest: Callable[[], None]) -> int:
    count = 0
    for text in texts(part):
        rest()
        count += change(text, part.path) != text
    return rewrite(part, directory, change, rest) if is_real and count else count


class _Stripping:
    """What becomes of a line: a ping that was not bought loses its person."""

    def __init__(self, sold: frozenset[str], is_held: Callable[[bytes], bool]) -> None:
        self.has_held = False
        self._sold = sold
        self._is_held = is_held

    def __call__(self, text: bytes, path: Path) -> bytes:
        bare = nameless(text, path)
        if bare is text or not self._sold.isdisjoint(_bid_ids(text, path)):
            return text
        if self._is_held(text):
            self.has_held = True
            return text
        return bare


def _bid_ids(text: bytes, path: Path) -> tuple[str, ...]:
    try:
        line = decode(text, path)
    except UNREADABLE:
        return ()
    return line.bid_ids if isinstance(line, PingLine) else ()


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def can_be_read(directory: Path) -> bool:
    """Whether the note of what is stripped can be read, where there is one."""
    try:
        msgspec.json.decode((directory / STRIPPED).read_bytes(), type=Stripped)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return not (directory / STRIPPED).exists()
    return True


def _read(directory: Path) -> Stripped:
    try:
        return msgspec.json.decode((directory / STRIPPED).read_bytes(), type=Stripped)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _write(directory: Path, done: Stripped) -> None:
    write_whole(directory / STRIPPED, msgspec.json.encode(done))

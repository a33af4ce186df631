"""Tells whether a disk changed a SQLite database while nobody worked on it: SQLite itself does not look at content.

Of a database that was closed in order a digest lies beside it. After a crash there is its log, whose frames each have a
checksum over all before them: SQLite ends at the first that does not fit, and takes what comes after for unwritten.
"""

import hashlib
import zlib
from collections.abc import Iterator
from contextlib import suppress
from operator import mul
from pathlib import Path
from struct import Struct, unpack_from

import msgspec

from app.private_files import write_new

CHECKED_BYTES = 256 * 2**20
"""A larger database would take longer to read than a start may."""

_HEADER, _FRAME = 32, 24
_FRAME_HEADER = Struct(">6I")
_MAGIC = {0x377F0682: "<", 0x377F0683: ">"}
"""How a log begins, and in which order the bytes of its numbers are summed."""
_ROUND = 2**32


class _Digest(msgspec.Struct, frozen=True, array_like=True):
    """A database as it was closed."""

    size: int
    changed_ns: int
    digest: str


class _Log(msgspec.Struct, frozen=True):
    """A log as SQLite will read it: its whole frames, and how many transactions begin or end after those."""

    whole: int
    frames: int
    commits_after: int


def note_digest(database: Path) -> None:
    """Note how it is, where it is closed and everything stands in it. OSError."""
    status = database.stat()
    if Path(f"{database}-wal").exists() or status.st_size > CHECKED_BYTES:
        return
    text = msgspec.json.encode(_Digest(status.st_size, status.st_mtime_ns, _digest_of(database)))
    with write_new(_beside(database)) as file:
        file.write(b"%s %d\n" % (text, zlib.crc32(text)))


def forget_digest(database: Path) -> None:
    """Somebody is about to work on it. OSError."""
    _beside(database).unlink(missing_ok=True)


def fault_at_rest(database: Path) -> str:
    """What a disk did to a database that nobody has open, with its remedy; empty where nothing is known."""
    log = Path(f"{database}-wal")
    return _log_fault(log) if log.exists() else _digest_fault(database)


def _digest_fault(database: Path) -> str:
    noted = _noted(database)
    status = database.stat()
    # Who wrote to it meanwhile, as commands do, also changed the time; a disk that fails does not.
    if noted is None or (noted.size, noted.changed_ns) != (status.st_size, status.st_mtime_ns):
        return ""
    if _digest_of(database) == noted.digest:
        return ""
    return (
        f"{database} is damaged: nobody wrote to it since the service stopped, and its content has changed. Restore it "
        "from your backup, and see to the disk"
    )


def _noted(database: Path) -> _Digest | None:
    with suppress(OSError, ValueError, msgspec.DecodeError):
        text, _, check = _beside(database).read_bytes().rstrip(b"\n").rpartition(b" ")
        if int(check) == zlib.crc32(text):
            return msgspec.json.decode(text, type=_Digest)
    return None


def _digest_of(database: Path) -> str:
    with database.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


def _beside(database: Path) -> Path:
    return Path(f"{database}-digest")


def _log_fault(log: Path) -> str:
    content = log.read_bytes()
    if not content:
        return ""
    seen = _read(content)
    remedy = (
        "restore the database from your backup, without -wal and -shm; to go on without what was committed there, "
        "move the log away"
    )
    if seen is None:
        # An empty log begins so as well, if its first transaction was never complete.
        return f"{log} is damaged: its header does not fit: {remedy}" if len(content) > _HEADER else ""
    # A power cut may leave holes in the last transaction, which nobody has been told of. Any before it was waited for,
    # and without a power cut the file is as it was written.
    if seen.commits_after > int(_may_have_lost_power(log)):
        return (
            f"{log} is damaged: frame {seen.whole + 1} of {seen.frames} does not fit, and {seen.commits_after} "
            f"transactions would be lost with it: {remedy}"
        )
    return ""


def _may_have_lost_power(log: Path) -> bool:
    """Whether the machine was started since the log was written, or does not say when it was."""
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/stat").read_text(encoding="ascii").splitlines()
        return log.stat().st_mtime < float(next(line for line in lines if line.startswith("btime ")).split()[1])
    return True


def _read(content: bytes) -> _Log | None:
    if len(content) < _HEADER:
        return None
    magic, _, page, _, *salts = unpack_from(">6I", content)
    order = _MAGIC.get(magic)
    if order is None or page < 512 or page & (page - 1):
        return None
    sum_of = _Sums(order, page)
    sums = sum_of.header(content)
    if sums != unpack_from(">2I", content, 24):
        return None
    whole, fits, commits_after = 0, True, 0
    frames = range(_HEADER, len(content) - _FRAME - page + 1, _FRAME + page)
    known = list(_of_this_log(content, frames, tuple(salts)))
    for place, (_, size, _, _, *stored) in known:
        if fits:
            sums = sum_of.frame(content, place, sums)
            fits = sums == tuple(stored)
        whole += fits
        commits_after += not fits and size > 0
    return _Log(whole, len(known), commits_after)


def _of_this_log(content: bytes, places: range, salts: tuple[int, ...]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The frames until the first of an earlier round, which this one has not yet written over."""
    last = 0
    found = [(place, _FRAME_HEADER.unpack_from(content, place)) for place in places]
    for number, (_, header) in enumerate(found, start=1):
        if header[2:4] == salts:
            last = number
    yield from found[:last]


class _Sums:
    """SQLite's checksum, https://sqlite.org/fileformat2.html#checksum_algorithm, a whole piece at a time.

    Each step makes (a, b) of two words: a += word + b, b += word + a. As a step is linear, a piece is a sum of its
    words, each with a factor of its own: two passes in C rather than a thousand steps in Python.
    """

    def __init__(self, order: str, page: int) -> None:
        self._order = order
        self._page = page
        self._factors = {words: _factors(words) for words in (2, 6, page // 4)}

    def header(self, content: bytes) -> tuple[int, int]:
        """Of the log's own header."""
        return self._piece(content, 0, 6, (0, 0))

    def frame(self, content: bytes, place: int, before: tuple[int, int]) -> tuple[int, int]:
        """Of a frame: two words of its header, and its page."""
        first = self._piece(content, place, 2, before)
        return self._piece(content, place + _FRAME, self._page // 4, first)

    def _piece(self, content: bytes, place: int, words: int, before: tuple[int, int]) -> tuple[int, int]:
        values = (*before, *unpack_from(f"{self._order}{words}I", content, place))
        to_a, to_b = self._factors[words]
        return sum(map(mul, to_a, values)) % _ROUND, sum(map(mul, to_b, values)) % _ROUND


def _factors(words: int) -> tuple[list[int], list[int]]:
    """How much each of the two sums before and of so many words adds to the sums after."""
    columns = [((1, 0), (0, 1))]
    for _ in range(words // 2):
        columns.append(tuple([_stepped(*column) for column in columns[-1]]))  # type: ignore[arg-type]
    # A word enters in a step and is carried through those after it: (w, 0) makes (w, w), (0, w) makes (0, w).
    to_a, to_b = [columns[-1][0][0], columns[-1][1][0]], [columns[-1][0][1], columns[-1][1][1]]
    for left in reversed(range(words // 2)):
        (aa, ab), (ba, bb) = columns[left]
        to_a += [aa + ba, ba]
        to_b += [ab + bb, bb]
    return [each % _ROUND for each in to_a], [each % _ROUND for each in to_b]


def _stepped(a: int, b: int) -> tuple[int, int]:
    """One step without words."""
    return (a + b) % _ROUND, (a + 2 * b) % _ROUND

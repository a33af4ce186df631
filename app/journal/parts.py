"""Which files hold the lines of an hour: those that are appended to, one a writer, and parts that are closed."""

import re
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

import msgspec

from app import parquet
from app.journal.versions import check_columns
from app.journal.writer import hour_of

OPEN = 1_000_000
"""The number of the part that is appended to: it comes after all that were closed."""

_TEXT = "coalesce(encode(line), broken)"

_NAME = re.compile(r"(\d{4,}-\d\d-\d\dT\d\d)(?:\.(\d{1,4}))?(?:-(\d{1,6}))?\.(?:jsonl|parquet)")


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of an hour (UTC, as "2026-11-20T16") by one writer; those of the others are named `HOUR.WRITER`.

    Closed ones, `HOUR-NUMBER` or `HOUR.WRITER-NUMBER`, never change again but for their form.

    A closed part of JSON lines and its Parquet file hold the same lines, and the Parquet file has its name only when it
    is whole: from then on it stands for both.
    """

    hour: str
    number: int
    path: Path
    writer: int = 0

    @property
    def place(self) -> tuple[str, int, int]:
        """Where it stands among the parts of a journal."""
        return self.hour, self.writer, self.number

    @property
    def open_name(self) -> str:
        """What it is called, without its ending, while its writer appends to it."""
        return f"{self.hour}.{self.writer}" if self.writer else self.hour

    @property
    def is_parquet(self) -> bool:
        """Whether it is compacted."""
        return self.path.suffix == ".parquet"


class LinesDigest:
    """Over lines in their order, noted in a Parquet file when it is made, so that damage shows afterwards."""

    def __init__(self) -> None:
        self._hash = blake2b(digest_size=16)

    def add(self, line: bytes) -> None:
        """Take in the next line, which has no line break."""
        self._hash.update(line)
        self._hash.update(b"\n")

    @property
    def number(self) -> int:
        """What it comes to."""
        return int.from_bytes(self._hash.digest())


def parts(directory: Path, since: float = 0.0, until: float = float("inf")) -> list[Part]:
    """The parts with lines from `since` to `until` (UTC epoch seconds), oldest first."""
    first = hour_of(since) if since > 0.0 else ""
    last = hour_of(until) if until < float("inf") else "a"
    found: dict[tuple[str, int, int], Part] = {}
    # In this order, so that Parquet takes the place of JSON lines.
    for path in sorted(directory.glob("*"), key=lambda path: path.suffix):
        named = _NAME.fullmatch(path.name)
        if named and first <= named[1] <= last:
            part = Part(hour=named[1], writer=int(named[2] or 0), number=int(named[3] or OPEN), path=path)
            found[part.place] = part
    return sorted(found.values(), key=lambda part: part.place)


def texts(part: Part) -> Iterator[bytes]:
    """Its lines in the order in which they were written, without their line breaks, also those that nobody can read."""
    if part.is_parquet:
        yield from parquet_texts(part.path)
    else:
        with part.path.open("rb") as file:
            for text in file:
                yield text.removesuffix(b"\n")


def parquet_texts(path: Path) -> Iterator[bytes]:
    """The same of a Parquet file, whatever its name."""
    _check(path)
    for (text,) in parquet.read(path, _TEXT):
        yield text


def texts_with(part: Part, ids: frozenset[str]) -> Iterator[bytes]:
    """The same, but only those that can bear one of these ids."""
    if part.is_parquet:
        _check(part.path)
        # The columns of ids are a small part of the file. Bytes that were no line when compacted have no ids.
        wanted = {f"id_{number}": each for number, each in enumerate(ids)}
        where = " OR ".join(map(_bears, wanted))
        for (text,) in parquet.read(part.path, "encode(line)", where, wanted):
            yield text
    else:
        sought = [each.encode() for each in ids]
        yield from (text for text in texts(part) if any(each in text for each in sought))


def texts_holding(part: Part, words: frozenset[str], *, in_any_case: bool = False) -> Iterator[bytes]:
    """The same, but only those in which one of these stands anywhere, also among bytes that are no line.

    In any case only those of ASCII are found, where `words` are in lower case.
    """
    sought = [word.encode() for word in words]
    line = "lower(line)" if in_any_case else "line"

    def is_meant(text: bytes) -> bool:
        text = text.lower() if in_any_case else text
        return any(word in text for word in sought)

    if part.is_parquet:
        _check(part.path)
        wanted = {f"word_{number}": word for number, word in enumerate(words)}
        where = " OR ".join(f"contains({line}, ${name})" for name in wanted)
        for (text,) in parquet.read(part.path, _TEXT, f"{where} OR broken IS NOT NULL", wanted):
            if is_meant(text):
                yield text
    else:
        yield from filter(is_meant, texts(part))


def _check(path: Path) -> None:
    """OtherVersion where the columns are not ours; the lines among them are looked at one by one."""
    check_columns(path, parquet.notes(path).get("v"))


def _bears(name: str) -> str:
    """Whether a row bears the id of this name, for DuckDB."""
    is_named = f"${name} IN (id, ping_id, repeat_of) OR list_contains(bid_ids, ${name})"
    return f"{is_named} OR (coalesce(id, ping_id) IS NULL AND contains(line, ${name}))"

"""Reads a list of people who may not be bought: a CSV file of phones, emails or hashes, with a head or without."""

import os
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import chain, islice
from pathlib import Path

import msgspec

from app.spreadsheet import DELIMITERS, UnusableFile, opened, rows_of, told_delimiter
from app.usecases.suppression.person_text import Kind, digests_of, kind_of

_SAMPLE_ROWS = 200
_HEAD_CHARACTERS = 1 << 16
_CHUNK = 20_000
_SHOWN = 20
_HINTS = {
    "phone": ("phone", "mobile", "cell", "tel", "ani", "msisdn", "did", "number", "dnc", "caller"),
    "email": ("mail",),
    "hash": ("hash", "md5", "sha"),
}
_OTHERS = ("id", "date", "time", "zip", "account", "order", "ticket")
"""Words in the name of a column that holds ten digits and no phone."""


class ListColumns(msgspec.Struct, frozen=True, kw_only=True):
    """Which columns name people, by their place from 0, and what the first row calls them where it does.

    `is_split`: each row is an area code and the other seven digits, as the national registry writes them.
    """

    places: tuple[int, ...]
    names: tuple[str, ...] = ()
    is_split: bool = False


class ListRows(msgspec.Struct, frozen=True, kw_only=True):
    """What was read: `digests` sorted, each once; how many people of which kind, and which lines name nobody."""

    digests: "array[int]"
    people: dict[str, int]
    nobody: int
    nobody_lines: tuple[int, ...]


Rows = list[tuple[int, list[str]]]


class _Chunk(msgspec.Struct, frozen=True):
    digests: bytes
    people: dict[str, int]
    nobody: list[int]


def read_columns(path: Path, wanted: Sequence[str] = ()) -> tuple[str, ListColumns]:
    """The delimiter, and the columns that name people: those `wanted` by name or number from 1, or by what they hold.

    UnusableFile with a remedy, OSError.
    """
    with opened(path) as file:
        head = file.read(_HEAD_CHARACTERS)
    delimiter = told_delimiter(head) or max(
        DELIMITERS, key=lambda each: head.splitlines()[0].count(each) if head else 0
    )
    sample = [cells for _, cells in islice(rows_of(path, delimiter), _SAMPLE_ROWS)]
    if not sample:
        raise UnusableFile(f"{path} is empty")
    names = () if any(map(kind_of, sample[0])) or _is_split(sample[0]) else tuple([cell.strip() for cell in sample[0]])
    rows = sample[bool(names) :]
    if wanted:
        return delimiter, ListColumns(places=tuple([_place(path, each, names, rows) for each in wanted]), names=names)
    if rows and all(map(_is_split, rows)):
        return delimiter, ListColumns(places=(0, 1), names=names, is_split=True)
    places = _places(names, rows)
    if not places:
        raise UnusableFile(f"{path}: {_none_of(names, rows)}")
    return delimiter, ListColumns(places=places, names=names)


def read_people(
    path: Path, delimiter: str, columns: ListColumns, key: bytes, progress: Callable[[int], None]
) -> ListRows:
    """Everybody in the file, on every processor; `progress` hears how many rows are read. UnusableFile, OSError."""
    rows = islice(rows_of(path, delimiter), bool(columns.names), None)
    chunks = iter(lambda: list(islice(rows, _CHUNK)), [])
    digest_chunk = partial(_digest_chunk, columns, key)
    first = list(islice(chunks, 2))
    if len(first) < 2:
        return _whole(map(digest_chunk, first), progress)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return _whole(_in_order(pool, digest_chunk, chain(first, chunks)), progress)


def _in_order(
    pool: ProcessPoolExecutor,
    work: Callable[[list[tuple[int, list[str]]]], _Chunk],
    chunks: Iterator[list[tuple[int, list[str]]]],
) -> Iterator[_Chunk]:
    """Results in order, with few chunks under way: all of a file at once would not fit."""
    waiting = [pool.submit(work, chunk) for chunk in islice(chunks, 8)]
    while waiting:
        yield waiting.pop(0).result()
        waiting += [pool.submit(work, chunk) for chunk in islice(chunks, 1)]


def _whole(chunks: Iterator[_Chunk], progress: Callable[[int], None]) -> ListRows:
    digests, people, nobody = array("Q"), Counter[str](), list[int]()
    for done, chunk in enumerate(chunks, 1):
        digests.frombytes(chunk.digests)
        people.update(chunk.people)
        nobody += chunk.nobody
        progress(done * _CHUNK)
    return ListRows(
        digests=sorted_once(digests), people=dict(people), nobody=len(nobody), nobody_lines=tuple(nobody[:_SHOWN])
    )


def sorted_once(digests: "array[int]") -> "array[int]":
    """In order, each once. What comes in sorted runs, as chunks and lists do, is merged."""
    ordered = sorted(digests)
    following = chain(islice(ordered, 1, None), (None,))
    return array("Q", [each for each, after in zip(ordered, following, strict=True) if each != after])


def _digest_chunk(columns: ListColumns, key: bytes, rows: Rows) -> _Chunk:
    digests, people, nobody = list[int](), Counter[str](), list[int]()
    for line, cells in rows:
        named = _people_in(columns, cells)
        if not named:
            nobody.append(line)
        for kind, value in named:
            people[kind] += 1
            digests += [int(digest, 16) for digest in digests_of(key, kind, value)]
    return _Chunk(array("Q", sorted(digests)).tobytes(), dict(people), nobody)


def _people_in(columns: ListColumns, cells: list[str]) -> list[tuple[Kind, str]]:
    if columns.is_split:
        cells = ["".join(map(str.strip, cells[:2]))]
    places = (0,) if columns.is_split else columns.places
    named = [kind_of(cells[place]) for place in places if place < len(cells)]
    return [each for each in named if each is not None]


def _is_split(cells: list[str]) -> bool:
    return (
        len(cells) == 2 and len(cells[0].strip()) == 3 and kind_of("".join(each.strip() for each in cells)) is not None
    )


def _places(names: Sequence[str], rows: list[list[str]]) -> tuple[int, ...]:
    """The columns whose names and values say that they name people; without a telling name, by their values."""
    width = max(map(len, rows), default=0)
    holding = [place for place in range(width) if _holds_people(place, rows)]
    said = [place for place in holding if place < len(names) and _hinted(names[place])]
    others = [place for place in holding if place >= len(names) or not _is_other(names[place])]
    return tuple(said or others)


def _none_of(names: Sequence[str], rows: list[list[str]]) -> str:
    """Why no column counts."""
    doubtful = [name for place, name in enumerate(names) if _holds_people(place, rows)]
    if doubtful:
        return (
            f"{', '.join(doubtful)} may hold phones, but by its name something else; if it does, say so: "
            f"--column {doubtful[0]!r}"
        )
    return (
        "no column holds phones (ten digits), emails or hashes (sha256, sha1, md5) in its first rows; "
        "name the right one with --column"
    )


def _holds_people(place: int, rows: list[list[str]]) -> bool:
    cells = [row[place] for row in rows if place < len(row) and row[place].strip()]
    return bool(cells) and 2 * sum(kind_of(cell) is not None for cell in cells) >= len(cells)


def _hinted(name: str) -> bool:
    return not _is_other(name) and any(hint in name.lower() for hints in _HINTS.values() for hint in hints)


def _is_other(name: str) -> bool:
    words = name.lower().replace("_", " ").replace("-", " ").split()
    # A caller's id is a phone.
    return "caller" not in words and any(word in _OTHERS for word in words)


def _place(path: Path, wanted: str, names: Sequence[str], rows: list[list[str]]) -> int:
    lower = [name.lower() for name in names]
    if wanted.lower() in lower:
        return lower.index(wanted.lower())
    if wanted.isdigit() and 1 <= int(wanted) <= max(map(len, [names, *rows]), default=0):
        return int(wanted) - 1
    known = f"it has {', '.join(names)}" if names else "its first line names none: give their numbers, from 1"
    raise UnusableFile(f"{path} has no column {wanted!r}: {known}")

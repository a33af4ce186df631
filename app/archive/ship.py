"""Copies the compacted hours of a journal to an object store: each once, and again only where it was changed.

An hour changes after it was compacted when a person is forgotten. What has been shipped stands in a list beside the
hours, which is written after them, so that a ship that was stopped half way is begun again where it was.
"""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

from app import parquet
from app.archive.object_store import ArchiveError, ObjectStore
from app.journal.flat import misfits
from app.journal.parts import LinesDigest, parquet_texts, parts
from app.parquet import ParquetError
from app.private_files import write_whole

LIST = "shipped.json"
"""Says what lies beside it."""

ORIGIN = "archive.json"
"""Beside the journal: whose it is, so that two replicas cannot ship into one place over each other."""


class Shipped(msgspec.Struct, frozen=True, kw_only=True):
    """One file that was copied, or removed at the other end."""

    name: str
    size: int
    did: Literal["new", "changed", "removed"]


class _Origin(msgspec.Struct, frozen=True, kw_only=True):
    journal: str


class _List(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`files` leads from a file's name to the SHA-256 of what was shipped."""

    journal: str
    files: dict[str, str] = {}


def ship(journal: Path, to: ObjectStore, chance: Callable[[int], bytes], *, prune: bool = False) -> Iterator[Shipped]:
    """Copy what is new or changed, oldest first, as it is asked for; with `prune` remove there what is gone here.

    An hour that is damaged here does not take the place of its copy there. Raises ArchiveError, OSError.
    """
    damaged = list[str]()
    listed = _listed(to, journal.parent / ORIGIN, _origin(journal, chance))
    there = dict(listed.files)
    here = {part.path.name: part.path for part in parts(journal) if part.is_parquet}
    try:
        for name, path in here.items():
            digest = _digest(path)
            if there.get(name) == digest:
                continue
            if name in there and (fault := _fault(path)):
                damaged.append(fault)
                continue
            to.write(name, path)
            yield Shipped(name=name, size=path.stat().st_size, did="changed" if name in there else "new")
            there[name] = digest
        for name in sorted(there.keys() - here.keys()) if prune else ():
            to.remove(name)
            del there[name]
            yield Shipped(name=name, size=0, did="removed")
    finally:
        if there != listed.files:
            to.write(LIST, msgspec.json.encode(_List(journal=listed.journal, files=there)))
    if damaged:
        raise ArchiveError("\n".join(f"{fault}: the copy at {to.url} stays, take it from there" for fault in damaged))


def _fault(path: Path) -> str:
    """What is wrong with an hour that changed after it was shipped; empty where it was rewritten in order."""
    digest = LinesDigest()
    try:
        for text in parquet_texts(path):
            digest.add(text)
        is_whole = parquet.notes(path).get("digest") == digest.number and not misfits(path)
    except ParquetError as error:
        return str(error)
    return "" if is_whole else f"{path} is damaged, its lines are not those that were put into it"


def _origin(journal: Path, chance: Callable[[int], bytes]) -> str:
    """By what the journal is known at the other end, from the first time on."""
    path = journal.parent / ORIGIN
    if not path.exists():
        write_whole(path, msgspec.json.encode(_Origin(journal=chance(8).hex())))
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Origin).journal
    except msgspec.DecodeError:
        raise ArchiveError(f"{path} is damaged: remove it, and ship to another place") from None


def _listed(to: ObjectStore, origin: Path, journal: str) -> _List:
    """What lies there. ArchiveError where it is of another journal."""
    text = to.read(LIST)
    if text is None:
        return _List(journal=journal)
    try:
        listed = msgspec.json.decode(text, type=_List)
    except msgspec.DecodeError:
        raise ArchiveError(f"{to.url}/{LIST} is damaged: remove it, and everything is shipped again") from None
    if listed.journal != journal:
        raise ArchiveError(
            f"{to.url} holds the journal of another data directory, whose hours have the same names: ship each replica "
            f"to a place of its own. If it is this one's, which moved or was restored, write "
            f"{msgspec.json.encode(_Origin(journal=listed.journal)).decode()} into {origin}"
        )
    return listed


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""Change which versions are live and tried: one file, replaced at once, and each change noted beside it."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from app.domain.calendar import utc_text
from app.private_files import sync_folder
from app.scoring.artefact import Unusable
from app.scoring.pointer import POINTER, Entry, edited, entries_in

if sys.platform != "win32":
    import fcntl

HISTORY = "history.jsonl"


class NotChanged(Exception):
    """Nothing was changed: the text says why, and what to do."""


class Author(msgspec.Struct, frozen=True, kw_only=True):
    """Who changes something, when (UTC epoch seconds), and for what."""

    who: str
    at: float
    why: str = ""


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the history: what a vertical's entry was, and what it became. `forced` where gates had not passed."""

    at: str
    who: str
    did: str
    vertical: str
    before: Entry | None = None
    after: Entry
    why: str = ""
    forced: bool = False


def entries(models: Path) -> dict[str, Entry]:
    """What is live and tried in each vertical; raises `NotChanged` where the pointer cannot be read as it stands."""
    return {vertical: _whole(models, vertical, entry) for vertical, entry in _read(models).items()}


def entry_of(models: Path, vertical: str) -> Entry | None:
    """The same of one vertical, whatever stands in the lines of others; `None` where it has none."""
    told = _read(models)
    return _whole(models, vertical, told[vertical]) if vertical in told else None


def live(models: Path) -> dict[str, str]:
    """Which version of each vertical is live; raises `NotChanged` likewise."""
    return {vertical: entry.live for vertical, entry in entries(models).items()}


Become = Callable[[Entry | None], Entry]


def change(models: Path, vertical: str, did: str, author: Author, become: Become, *, forced: bool = False) -> Change:
    """Have this vertical's entry become another, and note it; others stay as they are, to the letter.

    A reader sees the file as it was or as it will be, and nothing between. An entry that stays the same is no change:
    nothing is written. `become` may raise `NotChanged`.
    """
    with _alone(models):
        told = _read(models)
        before = told.get(vertical)
        # A line that names no version is what such a command mends.
        was = before if isinstance(before, Entry) else None
        after = become(was)
        at, who, why = utc_text(author.at), author.who, author.why
        done = Change(at=at, who=who, did=did, vertical=vertical, before=was, after=after, why=why, forced=forced)
        if after != before:
            try:
                text = edited(_text(models), vertical, after)
            except Unusable as unusable:
                raise NotChanged(f"{unusable}. Mend it or remove it") from None
            # Opened first: what cannot be noted is not done.
            with (models / HISTORY).open("ab") as history:
                _replace(models / POINTER, text)
                history.write(msgspec.json.encode(done) + b"\n")
        return done


def point_at(
    models: Path, vertical: str, version: str, author: Author, *, did: str = "promote", forced: bool = False
) -> Change:
    """Make this version live, and remember the one that was. What is tried goes on, unless it is this very version."""

    def become(was: Entry | None) -> Entry:
        if was is None:
            return Entry(live=version)
        if was.live == version:
            return was
        if was.challenger in ("", version):
            return Entry(live=version, before=was.live)
        # What it bought until now was compared with another.
        since = utc_text(author.at) if was.canary else ""
        return msgspec.structs.replace(was, live=version, before=was.live, since=since)

    return change(models, vertical, did, author, become, forced=forced)


def note(models: Path, vertical: str, did: str, author: Author) -> Change:
    """Write into the history what was done beside the pointer, which stays; raises `NotChanged` without an entry."""
    entry = entry_of(models, vertical)
    if entry is None:
        raise NotChanged(f"{vertical} has no live version")
    at, who, why = utc_text(author.at), author.who, author.why
    done = Change(at=at, who=who, did=did, vertical=vertical, before=entry, after=entry, why=why)
    with _alone(models), (models / HISTORY).open("ab") as history:
        history.write(msgspec.json.encode(done) + b"\n")
    return done


def changes(models: Path) -> list[Change]:
    """Every change that was noted, oldest first; a line that a kill cut off is passed over."""
    history = models / HISTORY
    found = []
    for line in history.read_bytes().splitlines() if history.exists() else ():
        with suppress(msgspec.DecodeError, UnicodeDecodeError):
            found.append(msgspec.json.decode(line, type=Change))
    return found


def _text(models: Path) -> str:
    return (models / POINTER).read_text(encoding="utf-8") if (models / POINTER).exists() else ""


def _read(models: Path) -> dict[str, Entry | Unusable]:
    try:
        return entries_in(_text(models).encode())
    except (Unusable, UnicodeDecodeError) as unusable:
        raise NotChanged(f"{models / POINTER} cannot be read: {unusable}. Mend it or remove it") from None


def _whole(models: Path, vertical: str, entry: Entry | Unusable) -> Entry:
    if isinstance(entry, Unusable):
        raise NotChanged(f"{models / POINTER}, {vertical}: {entry}. Mend it or remove it")
    return entry


def _replace(path: Path, text: str) -> None:
    """On the disk before it has its name, so that not even a power cut leaves half a pointer."""
    fresh = path.with_name(f".{path.name}.unfinished")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


@contextmanager
def _alone(models: Path) -> Iterator[None]:
    """One at a time changes a directory of models: two that read the same file would undo each other's change."""
    models.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":
        yield
        return
    descriptor = os.open(models, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)

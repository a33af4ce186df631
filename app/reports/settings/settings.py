"""The settings as they were loaded: the file's text, what it changed, and how the file differs now."""

from collections.abc import Iterable
from difflib import unified_diff
from typing import Literal

import msgspec

DiffKind = Literal["same", "added", "removed", "place"]

_KINDS: dict[str, DiffKind] = {"+": "added", "-": "removed", "@": "place"}


class DiffLine(msgspec.Struct, frozen=True):
    """A line of a difference, without its sign."""

    kind: DiffKind
    text: str


class HeldBack(msgspec.Struct, frozen=True, kw_only=True):
    """A configuration that waits for an operator's consent, and in words what it loses and changes."""

    config_hash: str
    since: float
    words: tuple[str, ...]


class SettingsView(msgspec.Struct, frozen=True, kw_only=True):
    """`text` is the file as loaded, `file` its path, `in_force_since` UTC epoch seconds.

    `changed` says in words what it changed in `former`, which was in force before; both empty where nothing was.
    `waiting` is how the file differs now from what is loaded, line by line, `problems` what is wrong with it.
    """

    config_hash: str
    file: str
    text: str
    in_force_since: float | None
    former: str
    changed: tuple[str, ...]
    waiting: tuple[DiffLine, ...]
    problems: tuple[str, ...]
    held: tuple[HeldBack, ...]


def difference(loaded: str, now: str) -> tuple[DiffLine, ...]:
    """What a file has changed since it was loaded; empty where nothing."""
    lines = unified_diff(loaded.splitlines(), now.splitlines(), lineterm="", n=2)
    return tuple(_lines(lines))


def _lines(lines: Iterable[str]) -> Iterable[DiffLine]:
    for number, line in enumerate(lines):
        # The first two name the files.
        if number >= 2:
            kind = _KINDS.get(line[:1], "same")
            yield DiffLine(kind, line if kind == "place" else line[1:])

"""Every version of every vertical: what it is used for, its card, and what is wrong with it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from app.scoring.card import CARD, ModelCard
from app.scoring.pointer import Entry
from app.scoring.registry.changes import Change, NotChanged, entries
from app.scoring.registry.versions import card_of, versions, whole

Look = Callable[[Path, str, str], ModelCard]
"""How closely a version is looked at."""


class ListedVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version. `role` is live, challenger, before, or empty.

    `problem` says why nothing could load it, or what is wrong with the trial beside a live one.
    """

    vertical: str
    version: str
    role: str
    canary: float = 0.0
    card: ModelCard | None = None
    problem: str = ""


def listed(models: Path, only: str = "", look: Look = whole) -> list[ListedVersion]:
    """Every version on disk and every one that the pointer names; raises `NotChanged` where that cannot be read.

    At those that bid, or are about to, it is looked closely: by default every byte is checked.
    """
    pointed = entries(models)
    names = sorted({*pointed, *(card.parents[1].name for card in models.glob(f"*/*/{CARD}"))})
    return [each for name in names if only in ("", name) for each in _of(models, name, pointed.get(name), look)]


def _of(models: Path, vertical: str, entry: Entry | None, look: Look) -> Iterator[ListedVersion]:
    roles = roles_of(entry)
    for version in sorted({*versions(models, vertical), *roles}):
        role = roles.get(version, "")
        try:
            card = look(models, vertical, version) if role else card_of(models, vertical, version)
        except NotChanged as refused:
            yield ListedVersion(vertical=vertical, version=version, role=role, problem=str(refused))
        else:
            share = entry.canary if entry is not None and role == "challenger" else 0.0
            problem = entry.problem if entry is not None and role == "live" else ""
            yield ListedVersion(vertical=vertical, version=version, role=role, canary=share, card=card, problem=problem)


def roles_of(entry: Entry | None) -> dict[str, str]:
    """What each version that an entry names is used for."""
    if entry is None:
        return {}
    named = {entry.before: "before", entry.challenger: "challenger", entry.live: "live"}
    return {version: role for version, role in named.items() if version}


def change_words(done: Change) -> str:
    """What was live and tried, and what is."""
    was = _worded(done.before) if done.before is not None else "nothing"
    return f"{was} -> {_worded(done.after)}"


def _worded(entry: Entry) -> str:
    tried = f" with {entry.challenger} {f'as canary {entry.canary:g}' if entry.canary else 'in shadow'}"
    return f"{entry.live}{tried if entry.challenger else ''}"

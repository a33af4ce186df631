"""Versions and their history as text: what is live, what is tried, what passed, who changed it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from app.scoring.card import CARD, ModelCard
from app.scoring.pointer import Entry
from training.conversion.report import evidence
from training.registry.pointer import Change, NotChanged, changes, entries
from training.registry.registry import card_of, versions, whole

_COMPARED = ("vertical", "version", "passed", "history", "figures", "gates", "sha256")


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

    @property
    def told(self) -> dict[str, Any]:
        """As a program reads it: of its card the part by which versions are compared."""
        told: dict[str, Any] = msgspec.to_builtins(self)
        if self.card is not None:
            told["card"] = {key: value for key, value in told["card"].items() if key in _COMPARED}
        return told


def listed(models: Path, only: str = "") -> list[ListedVersion]:
    """Every version on disk and every one that the pointer names; raises `NotChanged` where that cannot be read."""
    pointed = entries(models)
    names = sorted({*pointed, *(card.parents[1].name for card in models.glob(f"*/*/{CARD}"))})
    return [each for name in names if only in ("", name) for each in _of(models, name, pointed.get(name))]


def shown(models: Path, vertical: str, version: str) -> str:
    """One version in full: its card's figures and gates, its files, its changes."""
    return "\n".join(_shown(models, card_of(models, vertical, version)))


def table(found: list[ListedVersion]) -> str:
    """The versions, a line each."""
    head = f"{'vertical':<20} {'version':<10} {'role':<18} {'gates':<22} {'AUC':>6} {'log-loss':>9}  learned until"
    return "\n".join([head, *map(_row, found)])


def sentence(done: Change) -> str:
    """One change in a line."""
    was = _worded(done.before) if done.before is not None else "nothing"
    forced = ", forced" if done.forced else ""
    why = f": {done.why}" if done.why else ""
    return f"{done.at}  {done.did} by {done.who}{forced}: {done.vertical} {was} -> {_worded(done.after)}{why}"


def _of(models: Path, vertical: str, entry: Entry | None) -> Iterator[ListedVersion]:
    roles = _roles(entry)
    for version in sorted({*versions(models, vertical), *roles}):
        role = roles.get(version, "")
        try:
            # All of it is checked where it matters: what bids, or is about to.
            card = whole(models, vertical, version) if role else card_of(models, vertical, version)
        except NotChanged as refused:
            yield ListedVersion(vertical=vertical, version=version, role=role, problem=str(refused))
        else:
            share = entry.canary if entry is not None and role == "challenger" else 0.0
            problem = entry.problem if entry is not None and role == "live" else ""
            yield ListedVersion(vertical=vertical, version=version, role=role, canary=share, card=card, problem=problem)


def _roles(entry: Entry | None) -> dict[str, str]:
    if entry is None:
        return {}
    named = {entry.before: "before", entry.challenger: "challenger", entry.live: "live"}
    return {version: role for version, role in named.items() if version}


def _row(each: ListedVersion) -> str:
    role = f"canary {each.canary:.0%}" if each.canary else "shadow" if each.role == "challenger" else each.role
    start = f"{each.vertical:<20} {each.version:<10} {role:<18}"
    if each.card is None:
        return f"{start} {each.problem}"
    card = each.card
    gates = "passed" if card.cleared else f"FAILED {len(card.failed)}: {', '.join(card.failed)}"
    numbers = f"{card.figures.auc:>6.3f} {card.figures.log_loss:>9.4f}"
    return f"{start} {gates:<22} {numbers}  {card.history.until[:10]:<12} {each.problem}".rstrip()


def _shown(models: Path, card: ModelCard) -> Iterator[str]:
    yield f"{card.vertical} {card.version}: {'passed its gates' if card.cleared else 'DID NOT PASS its gates'}"
    yield from evidence(card)
    try:
        whole(models, card.vertical, card.version)
        yield "  files: as they were written, and the service would load them"
    except NotChanged as refused:
        yield f"  files: {refused}"
    for done in changes(models):
        if done.vertical == card.vertical and card.version in {*_roles(done.before), *_roles(done.after)}:
            yield f"  {sentence(done)}"


def _worded(entry: Entry) -> str:
    tried = f" with {entry.challenger} {f'as canary {entry.canary:g}' if entry.canary else 'in shadow'}"
    return f"{entry.live}{tried if entry.challenger else ''}"

"""Versions and their history as text: what is live, what is tried, what passed, who changed it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from app.scoring.registry.changes import Change, NotChanged, changes
from app.scoring.registry.listing import ListedVersion, change_words, roles_of
from app.scoring.registry.versions import card_of, whole
from training.conversion.report import evidence

_COMPARED = ("vertical", "version", "passed", "history", "figures", "gates", "sha256")


def told(version: ListedVersion) -> dict[str, Any]:
    """A version as a program reads it: of its card the part by which versions are compared."""
    fields: dict[str, Any] = msgspec.to_builtins(version)
    if version.card is not None:
        fields["card"] = {key: value for key, value in fields["card"].items() if key in _COMPARED}
    return fields


def shown(models: Path, vertical: str, version: str) -> Iterator[str]:
    """One version in full, line by line: its card's figures and gates, its files, its changes."""
    card = card_of(models, vertical, version)
    yield f"{card.vertical} {card.version}: {'passed its gates' if card.cleared else 'DID NOT PASS its gates'}"
    yield from evidence(card)
    try:
        whole(models, card.vertical, card.version)
        yield "  files: as they were written, and the service would load them"
    except NotChanged as refused:
        yield f"  files: {refused}"
    for done in changes(models):
        if done.vertical == card.vertical and card.version in {*roles_of(done.before), *roles_of(done.after)}:
            yield f"  {sentence(done)}"


def table(found: list[ListedVersion]) -> Iterator[str]:
    """The versions, a line each."""
    yield f"{'vertical':<20} {'version':<10} {'role':<18} {'gates':<22} {'AUC':>6} {'log-loss':>9}  learned until"
    for each in found:
        role = f"canary {each.canary:.0%}" if each.canary else "shadow" if each.role == "challenger" else each.role
        start = f"{each.vertical:<20} {each.version:<10} {role:<18}"
        if each.card is None:
            yield f"{start} {each.problem}"
            continue
        card = each.card
        gates = "passed" if card.cleared else f"FAILED {len(card.failed)}: {', '.join(card.failed)}"
        numbers = f"{card.figures.auc:>6.3f} {card.figures.log_loss:>9.4f}"
        yield f"{start} {gates:<22} {numbers}  {card.history.until[:10]:<12} {each.problem}".rstrip()


def sentence(done: Change) -> str:
    """One change in a line."""
    forced = ", forced" if done.forced else ""
    why = f": {done.why}" if done.why else ""
    return f"{done.at}  {done.did} by {done.who}{forced}: {done.vertical} {change_words(done)}{why}"

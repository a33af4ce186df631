"""Which versions of a model there are, what their cards say, and whether their files are what was written."""

from pathlib import Path

from app.scoring.artefact import Unusable
from app.scoring.card import CARD, ModelCard, check_sum, read_card
from app.scoring.load import load_version
from app.scoring.pointer import is_version
from training.registry.pointer import NotChanged


def verticals(models: Path) -> list[str]:
    """Those of which there is any version."""
    return sorted({card.parents[1].name for card in models.glob(f"*/*/{CARD}")})


def versions(models: Path, vertical: str) -> list[str]:
    """Those that stand on disk, oldest first."""
    folders = (card.parent for card in (models / vertical).glob(f"*/{CARD}"))
    return sorted(folder.name for folder in folders if is_version(folder.name))


def card_of(models: Path, vertical: str, version: str) -> ModelCard:
    """What the card of a version says; raises `NotChanged` where there is no such version, or no card to be read."""
    folder = models / vertical / version
    if not (is_version(version) and folder.is_dir()):
        there = ", ".join(versions(models, vertical)) or "none"
        raise NotChanged(f"{vertical} has no version {version!r} in {models}; there are: {there}")
    try:
        return read_card(folder)
    except Unusable as unusable:
        raise NotChanged(f"{folder}: {unusable}") from None


def whole(models: Path, vertical: str, version: str) -> ModelCard:
    """The card of a version that the service would load; raises `NotChanged` where a byte of it is not as written."""
    card, folder = card_of(models, vertical, version), models / vertical / version
    try:
        for name in card.sha256:
            if not (folder / name).is_file():
                raise NotChanged(f"{folder / name} is missing: restore or retrain it")
            check_sum(folder, card, name, (folder / name).read_bytes())
        load_version(models, vertical, version)
    except Unusable as unusable:
        raise NotChanged(f"{folder}: {unusable}") from None
    return card

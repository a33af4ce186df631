"""Which versions of a model there are, what their cards say, and whether their files are what was written."""

from hashlib import sha256
from pathlib import Path

import msgspec

from app.scoring.artefact import Unusable
from app.scoring.load import load_version
from app.scoring.pointer import is_version
from training.registry.pointer import Refused


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """One demand on a model, and what was found."""

    name: str
    passed: bool
    found: str = ""


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """What it learnt from."""

    source: str = ""
    rows: int = 0
    since: str = ""
    until: str = ""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What it showed on the newest leads."""

    auc: float | None = None
    log_loss: float | None = None
    predicted_over_observed: float | None = None


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a card by which versions are compared and promoted."""

    vertical: str
    version: str
    passed: bool = False
    history: Past = Past()
    figures: Figures = Figures()
    gates: tuple[Gate, ...] = ()
    sha256: dict[str, str] = {}

    @property
    def failed(self) -> tuple[str, ...]:
        """The gates that it did not pass."""
        return tuple(gate.name for gate in self.gates if not gate.passed)


def verticals(models: Path) -> list[str]:
    """Those of which there is any version."""
    return sorted(path.parent.name for path in {card.parent for card in models.glob("*/*/card.json")})


def versions(models: Path, vertical: str) -> list[str]:
    """Those that stand on disk, oldest first."""
    folders = (card.parent for card in (models / vertical).glob("*/card.json"))
    return sorted(folder.name for folder in folders if is_version(folder.name))


def card_of(models: Path, vertical: str, version: str) -> Card:
    """What the card of a version says; raises `Refused` where there is no such version, or no card that can be read."""
    path = models / vertical / version / "card.json"
    if not (is_version(version) and path.parent.is_dir()):
        there = ", ".join(versions(models, vertical)) or "none"
        raise Refused(f"{vertical} has no version {version!r} in {models}; there are: {there}")
    try:
        return msgspec.json.decode(path.read_bytes(), type=Card)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(f"{path} is not a model card: {error}") from None


def whole(models: Path, vertical: str, version: str) -> Card:
    """The card of a version that the service would load; raises `Refused` where a byte of it is not as written."""
    card = card_of(models, vertical, version)
    folder = models / vertical / version
    for name, digest in card.sha256.items():
        path = folder / name
        if not path.is_file():
            raise Refused(f"{path} is missing: restore or retrain it")
        if sha256(path.read_bytes()).hexdigest() != digest:
            raise Refused(f"{path} does not have the checksum in card.json: restore or retrain it")
    try:
        load_version(models, vertical, version)
    except Unusable as unusable:
        raise Refused(f"{folder}: {unusable}") from None
    return card

"""Load the models that `models/current.toml` points at: each verified, or refused by name while the others load."""

import re
import tomllib
from hashlib import sha256
from pathlib import Path

import msgspec

from app.domain.catalogue import Model
from app.scoring.artefact import SCHEMA, Unusable, read_bytes
from app.scoring.compile import Probability, compiled
from app.scoring.parse import parse
from app.wire.ping import Value

POINTER = "current.toml"
PARITY_ROWS_MIN = 50
TOLERANCE = 1e-9

_VERTICAL = re.compile(r"[a-z0-9_]{1,64}")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class ParityRow(msgspec.Struct, frozen=True):
    """A lead's facts, and the probability that the trained pipeline itself gave it."""

    facts: dict[str, Value]
    probability: float


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a model card that the service relies on; the rest is for people. `sha256` is by file name."""

    schema: int
    vertical: str
    version: str
    sha256: dict[str, str]
    parity: tuple[ParityRow, ...]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a vertical has no model from these files; `vertical` is empty where the pointer itself is at fault."""

    vertical: str
    reason: str


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """What may price, and what may not. `reads` names the facts each model reads."""

    models: dict[str, Model] = {}
    reads: dict[str, tuple[str, ...]] = {}
    problems: tuple[Problem, ...] = ()


def load(models_dir: Path) -> Loaded:
    """Every model that the pointer names. A caller that holds a live model keeps it where there is a problem."""
    try:
        pointers = _pointers(models_dir)
    except Unusable as unusable:
        return Loaded(problems=(Problem(vertical="", reason=str(unusable)),))
    models: dict[str, Model] = {}
    reads: dict[str, tuple[str, ...]] = {}
    problems: list[Problem] = []
    for vertical, version in pointers.items():
        try:
            models[vertical], reads[vertical] = load_version(models_dir, vertical, version)
        except Unusable as unusable:
            problems.append(Problem(vertical=vertical, reason=f"models/{vertical}: {unusable}"))
    return Loaded(models=models, reads=reads, problems=tuple(problems))


def load_version(models_dir: Path, vertical: str, version: object) -> tuple[Model, tuple[str, ...]]:
    """One verified model and the facts it reads, whether or not the pointer names it; raises `Unusable`."""
    folder = _folder(models_dir, vertical, version)
    card = _card(read_bytes(_inside(models_dir, folder / "card.json")))
    body = read_bytes(_inside(models_dir, folder / "scorer.json"))
    # The checksum comes first, so that damage is called damage whatever it looks like.
    if sha256(body).hexdigest() != card.sha256.get("scorer.json"):
        raise Unusable(f"{version}/scorer.json does not have the checksum in card.json: restore or retrain it")
    scorer = parse(body)
    for part, names in (("scorer.json", scorer), ("card.json", card)):
        if (names.vertical, names.version) != (vertical, version):
            raise Unusable(f"{version}/{part} is of {names.vertical!r} {names.version!r}")
    probability = compiled(scorer)
    _check_parity(card.parity, probability)
    model = Model(vertical=vertical, version=scorer.version, probability=probability)
    return model, tuple(feature.name for feature in scorer.features)


def _pointers(models_dir: Path) -> dict[str, object]:
    try:
        return tomllib.loads(read_bytes(models_dir / POINTER).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unusable(f"{POINTER} is not TOML: {error}") from None


def _folder(models_dir: Path, vertical: str, version: object) -> Path:
    """Where a version stands; the pointer names folders directly beneath `models/<vertical>` and nothing else."""
    if not _VERTICAL.fullmatch(vertical):
        raise Unusable(f"{POINTER} names a vertical that is no plain name")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise Unusable(f'{POINTER} must name a version, such as "0001", not a path or a file')
    folder = _inside(models_dir, models_dir / vertical / version)
    if not folder.is_dir():
        raise Unusable(f"version {version} does not exist")
    return folder


def _inside(models_dir: Path, path: Path) -> Path:
    """The path, unless a link leads it out of the models directory."""
    if not path.resolve().is_relative_to(models_dir.resolve()):
        raise Unusable(f"{path.name} leads out of the models directory")
    return path


def _card(body: bytes) -> Card:
    try:
        card = msgspec.json.decode(body, type=Card)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unusable(f"card.json is not a model card: {error}") from None
    if card.schema != SCHEMA:
        raise Unusable(f"card.json has schema {card.schema}, this service reads {SCHEMA}: train again or upgrade")
    return card


def _check_parity(rows: tuple[ParityRow, ...], probability: Probability) -> None:
    """Refuse a function that does not say what the trained pipeline said."""
    if len(rows) < PARITY_ROWS_MIN:
        raise Unusable(f"card.json has {len(rows)} parity rows, fewer than {PARITY_ROWS_MIN}")
    for position, row in enumerate(rows):
        # Written so that NaN on either side fails.
        if not abs(probability(row.facts) - row.probability) <= TOLERANCE:
            raise Unusable(f"parity[{position}] differs from the trained pipeline by more than {TOLERANCE:g}")

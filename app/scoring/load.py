"""Load the models that `models/current.toml` points at: each verified, or refused by name while the others load."""

import os
import re
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import replace

from app.domain.calendar import moment
from app.domain.catalogue import Challenger, FactRead, Model
from app.scoring.artefact import VALUE, Cross, Fact, Number, Unusable, read_bytes
from app.scoring.card import CARD, ModelCard, ParityRow, check_sum, read_card
from app.scoring.compile import Probability, compiled
from app.scoring.dispositions import DISPOSITIONS_FILE, parse_dispositions
from app.scoring.habits import HABITS, parse_habits
from app.scoring.landscape import FILE as LANDSCAPE
from app.scoring.landscape import parse_landscape
from app.scoring.parse import parse, parse_value
from app.scoring.pointer import POINTER, Entry, is_version, read_pointer
from app.scoring.traffic import TRAFFIC, parse_traffic

PARITY_ROWS_MIN = 50
TOLERANCE = 1e-9

_DAY_S = 86_400.0
_VERTICAL = re.compile(r"[a-z0-9_]{1,64}")


class ModelProblem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a vertical has no model from these files; `vertical` is empty where the pointer itself is at fault.

    `of_challenger` where only what should be tried is refused, and the live model is none the worse.
    """

    vertical: str
    reason: str
    of_challenger: bool = False


class LoadedModels(msgspec.Struct, frozen=True, kw_only=True):
    """What may price, what is tried beside it, and what may do neither."""

    models: dict[str, Model] = {}
    challengers: dict[str, Challenger] = {}
    problems: tuple[ModelProblem, ...] = ()


def load(models_dir: Path) -> LoadedModels:
    """Every model that the pointer names. A caller that holds a live model keeps it where there is a problem."""
    try:
        pointers = read_pointer(models_dir)
    except Unusable as unusable:
        return LoadedModels(problems=(ModelProblem(vertical="", reason=str(unusable)),))
    models: dict[str, Model] = {}
    challengers: dict[str, Challenger] = {}
    problems: list[ModelProblem] = []
    for vertical, entry in pointers.items():
        try:
            if isinstance(entry, Unusable):
                raise entry
            models[vertical], _ = load_version(models_dir, vertical, entry.live)
        except Unusable as unusable:
            problems.append(ModelProblem(vertical=vertical, reason=f"models/{vertical}: {unusable}"))
        if isinstance(entry, Entry):
            try:
                challengers |= _challenger(models_dir, vertical, entry)
            except Unusable as unusable:
                reason = f"models/{vertical}: the challenger is left out: {unusable}"
                problems.append(ModelProblem(vertical=vertical, reason=reason, of_challenger=True))
    return LoadedModels(models=models, challengers=challengers, problems=tuple(problems))


def _challenger(models_dir: Path, vertical: str, entry: Entry) -> dict[str, Challenger]:
    if entry.problem:
        raise Unusable(entry.problem)
    if not entry.challenger:
        return {}
    model, _ = load_version(models_dir, vertical, entry.challenger)
    since = moment(entry.since, 0.0) if entry.since else 0.0
    return {vertical: Challenger(model=model, canary=entry.canary, since=since, matures_s=entry.matures_days * _DAY_S)}


def load_version(models_dir: Path, vertical: str, version: object) -> tuple[Model, tuple[str, ...]]:
    """One verified model and the facts it reads, whether or not the pointer names it; raises `Unusable`."""
    folder = _folder(models_dir, vertical, version)
    _inside(models_dir, folder / CARD)
    card = read_card(folder)
    scorer = parse(_part(models_dir, folder, card, "scorer.json"))
    for part, names in (("scorer.json", scorer), (CARD, card)):
        if (names.vertical, names.version) != (vertical, version):
            raise Unusable(f"{version}/{part} is of {names.vertical!r} {names.version!r}")
    probability = compiled(scorer)
    _check_parity(card.parity, probability)
    reads = tuple(_read(feature) for feature in scorer.features if not isinstance(feature, Cross))
    model = Model(vertical=vertical, version=scorer.version, probability=probability, reads=reads)
    model = _with_parts(model, models_dir, folder, card)
    return model, scorer.reads


def _with_parts(model: Model, models_dir: Path, folder: Path, card: ModelCard) -> Model:
    """The model with what was learned beside its scorer."""
    if LANDSCAPE in card.sha256:
        body = _part(models_dir, folder, card, LANDSCAPE)
        landscape = parse_landscape(body, model.vertical)
        known = {fact.name for fact in model.reads}
        facts = [feature for feature in landscape.features if not isinstance(feature, Cross)]
        also = tuple(_read(feature) for feature in facts if feature.name not in known)
        model = replace(model, landscape=landscape, reads=(*model.reads, *also))
    if VALUE in card.sha256:
        model = _with_value(model, _part(models_dir, folder, card, VALUE), card)
    if HABITS in card.sha256:
        model = replace(model, habits=parse_habits(_part(models_dir, folder, card, HABITS)))
    if DISPOSITIONS_FILE in card.sha256:
        model = replace(model, dispositions=parse_dispositions(_part(models_dir, folder, card, DISPOSITIONS_FILE)))
    if TRAFFIC in card.sha256:
        model = replace(model, traffic=parse_traffic(_part(models_dir, folder, card, TRAFFIC)))
    return model


def _with_value(model: Model, body: bytes, card: ModelCard) -> Model:
    """The model with what a conversion brings, verified like its probability."""
    scorer = parse_value(body)
    if (scorer.vertical, scorer.version) != (model.vertical, model.version):
        raise Unusable(f"{model.version}/{VALUE} is of {scorer.vertical!r} {scorer.version!r}")
    amount = compiled(scorer)
    if card.value is None or len(card.value.parity) < PARITY_ROWS_MIN:
        raise Unusable(f"{CARD} has fewer than {PARITY_ROWS_MIN} parity rows of {VALUE}")
    for position, row in enumerate(card.value.parity):
        if not abs(amount(row.facts) - row.amount) <= TOLERANCE * card.value.high:
            raise Unusable(f"value.parity[{position}] differs from the trained pipeline by more than {TOLERANCE:g}")
    known = {fact.name for fact in model.reads}
    facts = [feature for feature in scorer.features if not isinstance(feature, Cross) and feature.name not in known]
    return replace(model, value=amount, reads=(*model.reads, *map(_read, facts)))


def _read(feature: Fact) -> FactRead:
    kind: Literal["category", "number"] = "number" if isinstance(feature, Number) else "category"
    return FactRead(name=feature.name, kind=kind, values=() if isinstance(feature, Number) else feature.values)


def _part(models_dir: Path, folder: Path, card: ModelCard, name: str) -> bytes:
    """One file of a version, as the card vouches for it."""
    body = read_bytes(_inside(models_dir, folder / name))
    check_sum(folder, card, name, body)
    return body


def _folder(models_dir: Path, vertical: str, version: object) -> Path:
    """Where a version stands; the pointer names folders directly beneath `models/<vertical>` and nothing else."""
    if not _VERTICAL.fullmatch(vertical):
        raise Unusable(f"{POINTER} names a vertical that is no plain name")
    if not (isinstance(version, str) and is_version(version)):
        raise Unusable(f'{POINTER} must name a version, such as "0001", not a path or a file')
    folder = _inside(models_dir, models_dir / vertical / version)
    if not folder.is_dir():
        raise Unusable(f"version {version} does not exist")
    return folder


def _inside(models_dir: Path, path: Path) -> Path:
    """The path, unless a link leads it out of the models directory."""
    # Unlike `resolve` it takes a link to itself for a file that is not there.
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(models_dir)):
        raise Unusable(f"{path.name} leads out of the models directory")
    return path


def _check_parity(rows: tuple[ParityRow, ...], probability: Probability) -> None:
    """Refuse a function that does not say what the trained pipeline said."""
    if len(rows) < PARITY_ROWS_MIN:
        raise Unusable(f"{CARD} has {len(rows)} parity rows, fewer than {PARITY_ROWS_MIN}")
    for position, row in enumerate(rows):
        # Written so that NaN on either side fails.
        if not abs(probability(row.facts) - row.probability) <= TOLERANCE:
            raise Unusable(f"parity[{position}] differs from the trained pipeline by more than {TOLERANCE:g}")

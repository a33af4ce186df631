"""A trained model on disk: pipeline, scorer and card in a folder of its own, and the pipeline read back from there."""

import re
import shutil
from collections.abc import Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import joblib
import msgspec
import numpy as np

from app.scoring.artefact import BYTES_MAX, Number, Scorer
from app.scoring.load import ParityRow
from app.wire.ping import Value
from training.conversion.card import Card, installed
from training.conversion.features import Column, Rows, table
from training.conversion.page import markdown
from training.conversion.train import Estimator, chance

PARITY_ROWS = 40
UNKNOWN = "a value nobody has seen"

_READ_BY_THE_SERVICE = ("scorer.json", "card.json")
_PICKLED_BY = ("scikit-learn", "lightgbm")
"""Libraries whose objects mean something else, or nothing, to another version."""


class TooLarge(Exception):
    """The service would not read this artefact: the message says which file, and what to do."""


class NotLoadable(Exception):
    """A pipeline cannot be used here: the message says why, and what to do."""


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    """What a card says of its pipeline."""

    libraries: dict[str, str]
    sha256: dict[str, str]


def next_version(models: Path, vertical: str) -> str:
    """Four digits, one more than the highest there is."""
    taken = [int(path.name) for path in (models / vertical).glob("[0-9]*") if re.fullmatch(r"\d{4}", path.name)]
    return f"{max(taken, default=0) + 1:04d}"


def parity_rows(model: Estimator, columns: Sequence[Column], scorer: Scorer, rows: Rows) -> tuple[ParityRow, ...]:
    """Leads spread over these, and what could trip a reader: facts missing, unknown, of the wrong kind, all gone."""
    chosen = [rows[int(at)] for at in np.linspace(0, len(rows) - 1, PARITY_ROWS)]
    names = [column.name for column in columns]
    facts: list[dict[str, Value]] = [{name: row[name] for name in names if name in row} for row in chosen]
    whole = max(facts, key=len)
    for feature in scorer.features:
        facts.append({name: value for name, value in whole.items() if name != feature.name})
        facts.append({**whole, feature.name: UNKNOWN if not isinstance(feature, Number) else 10**9})
        facts.append({**whole, feature.name: 7 if not isinstance(feature, Number) else UNKNOWN})
    facts.append({})
    probabilities = chance(model, table(columns, facts))
    return tuple(ParityRow(row, float(probability)) for row, probability in zip(facts, probabilities, strict=True))


def write(models: Path, model: Estimator, scorer: Scorer, card: Card) -> Path:
    """The folder models/<vertical>/<version>, complete or not there at all."""
    folder = models / scorer.vertical / scorer.version
    unfinished = folder.with_name(f".{scorer.version}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    (unfinished / "scorer.json").write_bytes(msgspec.json.encode(scorer) + b"\n")
    joblib.dump(model, unfinished / "pipeline.joblib", compress=3)
    card = msgspec.structs.replace(card, sha256={path.name: _hash(path) for path in sorted(unfinished.iterdir())})
    (unfinished / "card.json").write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=1) + b"\n")
    (unfinished / "card.md").write_text(markdown(card), encoding="utf-8")
    for name in _READ_BY_THE_SERVICE:
        if (unfinished / name).stat().st_size > BYTES_MAX:
            shutil.rmtree(unfinished)
            raise TooLarge(
                f"{name} of {scorer.vertical} would be larger than the {BYTES_MAX:,} bytes that the service reads: "
                "give it fewer fields, or make those of very many values coarser"
            )
    unfinished.rename(folder)
    return folder


def load_pipeline(models: Path, vertical: str, version: str) -> Estimator:
    """The pipeline of a version, as scikit-learn fitted it; raises `NotLoadable`.

    Reading it runs what it holds: only after its checksum, and only where the libraries are those that wrote it.
    """
    folder = models / vertical / version
    try:
        known = msgspec.json.decode((folder / "card.json").read_bytes(), type=_Known)
        body = (folder / "pipeline.joblib").read_bytes()
    except OSError as error:
        raise NotLoadable(f"{error.filename} cannot be read: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotLoadable(f"{folder / 'card.json'} is not a model card: {error}") from None
    if sha256(body).hexdigest() != known.sha256.get("pipeline.joblib"):
        raise NotLoadable(
            f"{folder / 'pipeline.joblib'} does not have the checksum in card.json: restore or retrain it"
        )
    _check_libraries(known, folder)
    return joblib.load(BytesIO(body))


def _check_libraries(known: _Known, folder: Path) -> None:
    here = installed()
    for name in _PICKLED_BY:
        wrote = known.libraries.get(name)
        if wrote is not None and wrote != here.get(name):
            raise NotLoadable(
                f"{folder} was trained with {name} {wrote}, and here is {here.get(name) or 'none'}: train it again, or "
                f"pip install {name}=={wrote}. The service is not concerned: it reads plain numbers"
            )


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()

"""Put a trained model on disk: pipeline, scorer and card in a folder of its own."""

import re
import shutil
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import joblib
import msgspec
import numpy as np

from app.scoring.artefact import BYTES_MAX, Number, Scorer
from app.scoring.load import ParityRow
from app.wire.ping import Value
from training.conversion.card import Card, markdown
from training.conversion.features import Column, Rows, table
from training.conversion.train import Estimator, chance

PARITY_ROWS = 40
UNKNOWN = "a value nobody has seen"


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
    for path in unfinished.iterdir():
        if path.stat().st_size > BYTES_MAX:
            raise ValueError(f"{path.name} of {scorer.vertical} is larger than {BYTES_MAX} bytes: use fewer trees")
    unfinished.rename(folder)
    return folder


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()

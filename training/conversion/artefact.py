"""A trained model on disk: pipeline, scorer and card in a folder of its own."""

import re
import shutil
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from platform import python_version

import joblib
import msgspec
import numpy as np

from app.scoring.artefact import BYTES_MAX, VALUE, Cross, Number, Scorer
from app.scoring.card import CARD, PAGE, ModelCard, ParityRow, write_card
from app.scoring.load import PARITY_ROWS_MIN
from app.wire.ping import Value
from training.conversion.candidates import Estimator, chance
from training.conversion.features import Column, Rows, table
from training.conversion.page import markdown
from training.errors import TrainingError

UNKNOWN = "a value nobody has seen"


def next_version(models: Path, vertical: str) -> str:
    """Four digits, one more than the highest there is."""
    taken = [int(path.name) for path in (models / vertical).glob("[0-9]*") if re.fullmatch(r"\d{4}", path.name)]
    return f"{max(taken, default=0) + 1:04d}"


def parity_rows(model: Estimator, columns: Sequence[Column], scorer: Scorer, rows: Rows) -> tuple[ParityRow, ...]:
    """The facts of `parity_facts`, with what the pipeline says of each."""
    facts = parity_facts(columns, scorer, rows)
    probabilities = chance(model, table(columns, facts))
    return tuple(ParityRow(row, float(probability)) for row, probability in zip(facts, probabilities, strict=True))


def parity_facts(columns: Sequence[Column], scorer: Scorer, rows: Rows) -> list[dict[str, Value]]:
    """Leads spread over these, and what could trip a reader: facts missing, unknown, of the wrong kind, all gone."""
    chosen = [rows[int(at)] for at in np.linspace(0, len(rows) - 1, PARITY_ROWS_MIN)]
    names = [column.name for column in columns if column.of is None]
    facts: list[dict[str, Value]] = [{name: row[name] for name in names if name in row} for row in chosen]
    whole = max(facts, key=len)
    for feature in scorer.features:
        if isinstance(feature, Cross):
            # Pairs that training saw, one of them or none.
            facts += [{**whole, **dict(zip(feature.of, pair, strict=True))} for pair in feature.values[:2]]
            facts.append({**whole, **dict.fromkeys(feature.of, UNKNOWN)})
            facts.append({name: value for name, value in whole.items() if name not in feature.of})
            continue
        facts.append({name: value for name, value in whole.items() if name != feature.name})
        facts.append({**whole, feature.name: UNKNOWN if not isinstance(feature, Number) else 10**9})
        facts.append({**whole, feature.name: 7 if not isinstance(feature, Number) else UNKNOWN})
    return [*facts, {}]


def write(models: Path, model: Estimator | Path, scorer: Scorer, card: ModelCard, value: Scorer | None = None) -> Path:
    """The folder models/<vertical>/<version>, complete or not there at all; a model may be the file of another.

    `value` is the scorer of what a conversion brings, where there is one.
    """
    folder = models / scorer.vertical / scorer.version
    unfinished = folder.with_name(f".{scorer.version}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    (unfinished / "scorer.json").write_bytes(msgspec.json.encode(scorer) + b"\n")
    if value is not None:
        (unfinished / VALUE).write_bytes(msgspec.json.encode(value) + b"\n")
    if isinstance(model, Path):
        shutil.copyfile(model, unfinished / f"imported{model.suffix.lower()}")
    else:
        joblib.dump(model, unfinished / "pipeline.joblib", compress=3)
    card = write_card(unfinished, card)
    (unfinished / PAGE).write_text(markdown(card), encoding="utf-8")
    for name in ("scorer.json", CARD, *([VALUE] if value is not None else [])):
        if (unfinished / name).stat().st_size > BYTES_MAX:
            shutil.rmtree(unfinished)
            raise TrainingError(
                f"{name} of {scorer.vertical} would be larger than the {BYTES_MAX:,} bytes that the service reads: "
                "give it fewer fields, or make those of very many values coarser"
            )
    unfinished.rename(folder)
    return folder


def installed(*, lightgbm: bool = True) -> dict[str, str]:
    """The libraries that fit models, by their names as packages; LightGBM is one that a model may do without."""
    names = ("scikit-learn", "numpy", "joblib", *(["lightgbm"] if lightgbm and find_spec("lightgbm") else []))
    return {"python": python_version(), **{name: version(name) for name in names}}

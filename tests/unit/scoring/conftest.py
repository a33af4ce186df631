"""Small models fitted by scikit-learn, and the artefacts that were written of them."""

from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest

from app.scoring.card import ParityRow
from app.scoring.registry.changes import Author, point_at
from app.wire.ping import Value
from tests.cards import model_card
from training.conversion.artefact import parity_rows
from training.conversion.calibrators import METHODS, Calibrated, ScoredLeads, attempt
from training.conversion.candidates import boosting, chance, logistic, scores
from training.conversion.export import scorer_of
from training.conversion.features import Column, table

COLUMNS = (
    Column("state", "category"),
    Column("tier", "category"),
    Column("city", "category"),
    Column("age", "number"),
    Column("bill", "number"),
    Column("owner", "number"),
)
Random = np.random.Generator


def lead(random: Random, blank: float = 0.1) -> dict[str, Value]:
    """A random lead with blanks; every state is rare, cities are many, and every kind of number occurs."""
    facts: dict[str, Value] = {
        "state": f"S{random.integers(40)}",
        "tier": str(random.choice(["excellent", "good", "fair", "poor"])),
        "city": f"C{int(random.pareto(0.8) * 4) % 300}",
        "age": int(random.integers(18, 90)),
        "bill": float(random.lognormal(5.0, 0.6)),
        "owner": bool(random.integers(2)),
    }
    return {name: value for name, value in facts.items() if random.random() > blank}


def converted(random: Random, facts: Mapping[str, Value]) -> bool:
    odds = -1.0 + 0.8 * (facts.get("tier") == "good") - 0.02 * abs(float(facts.get("age", 40)) - 45.0)
    odds += 0.6 * bool(facts.get("owner")) * (float(facts.get("bill", 100.0)) > 180.0)
    odds += 0.5 * (str(facts.get("state", "")) < "S3")
    return bool(random.random() < 1.0 / (1.0 + np.exp(-odds)))


def fitted(kind: str, method: str, seed: int = 5) -> SimpleNamespace:
    """A pipeline of this kind, calibrated by `method` or not at all; its cities are encoded by how they converted."""
    raw, seen = _fitted(kind, seed)
    model = raw
    if method != "none":
        (curve,) = [attempt(each, seen, seen).curve for each in METHODS if each == method]
        model = Calibrated(raw, curve)
    return SimpleNamespace(raw=raw, model=model, columns=COLUMNS)


@cache
def _fitted(kind: str, seed: int) -> tuple[Any, ScoredLeads]:
    """The pipeline as it is before any calibration, and what it says of leads that it has not seen."""
    random = np.random.default_rng(seed)
    facts = [lead(random) for _ in range(2_500)]
    known, y = table(COLUMNS, facts), np.array([converted(random, row) for row in facts], dtype=int)
    raw = _BUILD[kind](seed).fit(known[:1_800], y[:1_800])
    return raw, ScoredLeads(scores(raw, known[1_800:]), y[1_800:])


_BUILD: dict[str, Callable[[int], Any]] = {
    "logistic": lambda seed: logistic(COLUMNS, seed=seed, encoded={"city"}),
    "boosting": lambda seed: boosting(COLUMNS, seed=seed, encoded={"city"}, trees=25),
}
_MODELS = [(kind, method) for kind in _BUILD for method in ("none", *METHODS)]


@pytest.fixture(scope="session", params=_MODELS, ids=" ".join)
def model(request: pytest.FixtureRequest) -> SimpleNamespace:
    """A model of each kind with each calibration, and the scorer that was made of it."""
    made = fitted(*request.param)
    made.scorer = scorer_of(made.raw, made.model, COLUMNS, vertical="solar", version="0001")
    made.says = lambda rows: chance(made.model, table(COLUMNS, rows))
    made.lead = lead
    return made


@pytest.fixture(scope="session")
def written() -> dict[str, Any]:
    """What an artefact consists of, before it is written to any folder."""
    made = fitted("boosting", "sigmoid")
    scorer = scorer_of(made.raw, made.model, COLUMNS, vertical="solar", version="0001")
    random = np.random.default_rng(9)
    parity: tuple[ParityRow, ...] = parity_rows(made.model, COLUMNS, scorer, [lead(random) for _ in range(200)])
    return {"scorer": msgspec.to_builtins(scorer), "parity": msgspec.to_builtins(parity)}


Shelve = Callable[..., Path]


@pytest.fixture
def shelve(tmp_path: Path, written: dict[str, Any]) -> Shelve:
    """Puts an artefact into a models folder and points at it, as a whole or with something altered."""

    def put(vertical: str = "solar", version: str = "0001", **altered: Any) -> Path:
        models = tmp_path / "models"
        folder = models / vertical / version
        folder.mkdir(parents=True)
        scorer = {**written["scorer"], "vertical": vertical, "version": version, **altered.get("scorer", {})}
        body: bytes = altered.get("body", msgspec.json.encode(scorer))
        card = {
            **msgspec.to_builtins(model_card(vertical=vertical, version=version)),
            "sha256": {"scorer.json": sha256(body).hexdigest()},
            "parity": written["parity"],
            **altered.get("card", {}),
        }
        (folder / "scorer.json").write_bytes(body)
        (folder / "card.json").write_bytes(msgspec.json.encode(card))
        point_at(models, vertical, version, Author(who="a test", at=0.0))
        return models

    return put

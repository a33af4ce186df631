"""The models in this repository are whole, passed every gate, and fit the demo configuration."""

import json
from pathlib import Path

import pytest

from app.scoring.artefact import BYTES_MAX
from app.scoring.load import LoadedModels, load
from training.histories.declared import declared

MODELS = Path(__file__).parents[2] / "models"


@pytest.fixture(scope="module")
def shipped() -> LoadedModels:
    return load(MODELS)


def test_every_vertical_of_the_demo_has_a_model_that_loads(shipped: LoadedModels, demo: Path) -> None:
    assert shipped.problems == ()
    assert set(shipped.models) == set(declared(demo).verticals)


def test_every_fact_they_read_is_declared_and_known_at_ping_time(shipped: LoadedModels, demo: Path) -> None:
    for name, vertical in declared(demo).verticals.items():
        known = {field.name for field in vertical.fields if field.known_at_ping}
        assert {fact.name for fact in shipped.models[name].reads} <= known | {"state", "local_hour", "weekday"}


def test_every_one_passed_its_gates_and_is_small(shipped: LoadedModels) -> None:
    for name, model in shipped.models.items():
        folder = MODELS / name / model.version
        card = json.loads((folder / "card.json").read_text())
        assert card["passed"]
        assert card["history"]["rows"] >= 20_000
        assert all(path.stat().st_size < BYTES_MAX for path in folder.iterdir())

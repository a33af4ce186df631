"""`python -m training train`: from a configuration to models that the service loads, or to none where a gate fails."""

import json
import shutil
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from msgspec.structs import replace

from app.scoring.artefact import BYTES_MAX
from app.scoring.card import read_card, write_card
from app.scoring.load import PARITY_ROWS_MIN, load
from training.conversion.artefact import next_version
from training.conversion.candidates import chance
from training.conversion.features import columns_of, table
from training.histories.declared import declared
from training.main import main

pytestmark = pytest.mark.usefixtures("leaks_are_sought_by_few_trees")

BUYER = """
[buyer]
time_zone = "America/New_York"

[[verticals]]
name = "roofing"
fields = [
  { name = "project_type", type = "choice", values = ["replace", "repair", "new_roof", "inspection"], required = true },
  { name = "roof_age", type = "integer" },
  { name = "time_frame", type = "choice", values = ["emergency", "within_1_month", "researching"] },
  { name = "homeowner", type = "boolean" },
]

[[verticals]]
name = "mortgage"
fields = [
  { name = "loan_purpose", type = "choice", values = ["purchase", "refinance"], required = true },
]
"""


@pytest.fixture(scope="module")
def buyer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("buyer") / "buyer.toml"
    path.write_text(BUYER)
    return path


def trained(buyer: Path, models: Path, *words: str) -> int:
    return main(["train", "--config", str(buyer), "--out", str(models), "--rows", "5000", *words])


@pytest.fixture(scope="module")
def run(buyer: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Path]:
    """One run over both verticals: roofing has enough conversions to be judged by, mortgage has not."""
    models = tmp_path_factory.mktemp("models")
    return trained(buyer, models, "--promote"), models


@pytest.fixture
def card(run: tuple[int, Path]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((run[1] / "roofing" / "0001" / "card.json").read_text())
    return told


def test_a_failed_gate_is_an_exit_code_and_no_pointer_for_that_vertical(run: tuple[int, Path]) -> None:
    code, models = run
    assert code == 1
    assert (models / "current.toml").read_text().splitlines()[1:] == ['roofing = "0001"']
    mortgage = json.loads((models / "mortgage" / "0001" / "card.json").read_text())
    assert "enough history" in [gate["name"] for gate in mortgage["gates"] if not gate["passed"]]
    assert not mortgage["passed"]


def test_what_passed_is_what_the_service_loads(run: tuple[int, Path]) -> None:
    loaded = load(run[1])
    assert loaded.problems == ()
    assert set(loaded.models) == {"roofing"}
    keen: dict[str, Any] = {"project_type": "replace", "time_frame": "emergency", "homeowner": True, "roof_age": 22}
    idle: dict[str, Any] = {
        "project_type": "inspection",
        "time_frame": "researching",
        "homeowner": False,
        "roof_age": 2,
    }
    probability = loaded.models["roofing"].probability
    assert probability(keen) > 2.0 * probability(idle) > 0.0


def test_the_analysts_pipeline_says_what_the_service_says(run: tuple[int, Path], buyer: Path) -> None:
    columns, _ = columns_of(declared(buyer).verticals["roofing"])
    facts: list[dict[str, Any]] = [
        {"project_type": kind, "roof_age": age} for kind in ("replace", "repair", "tear_off") for age in (1, 12, 40)
    ]
    pipeline = joblib.load(run[1] / "roofing" / "0001" / "pipeline.joblib")
    probability = load(run[1]).models["roofing"].probability
    served = np.array([probability(row) for row in facts])
    assert np.max(np.abs(served - chance(pipeline, table(columns, facts)))) <= 1e-9


def test_the_card_tells_how_the_model_came_about(card: dict[str, Any]) -> None:
    assert card["history"]["rows"] == 5_000
    assert len(card["history"]["sha256"]) == 64
    assert card["libraries"].keys() == {"python", "scikit-learn", "numpy", "joblib"}
    assert card["sha256"].keys() == {"pipeline.joblib", "scorer.json"}
    assert card["figures"]["auc"] < card["figures_of_truth"]["auc"]
    assert card["figures_random_split"]["rows"] == 5_000
    assert all(gate["passed"] for gate in card["gates"])


def test_parity_rows_hold_the_missing_the_unknown_and_the_absurd(card: dict[str, Any]) -> None:
    parity, names = card["parity"], {fact["name"] for fact in card["reads"]}
    assert len(parity) >= PARITY_ROWS_MIN
    assert {} in [row["facts"] for row in parity]
    for name in names:
        assert any(name not in row["facts"] and row["facts"] for row in parity)
    values = {fact["name"]: fact.get("values", []) for fact in card["reads"]}
    assert any(row["facts"].get("state", "") not in ("", *values["state"]) for row in parity)
    assert any(isinstance(row["facts"].get("roof_age"), str) for row in parity)
    assert all(row["facts"].keys() <= names for row in parity)


def test_every_file_is_small_and_the_page_tells_the_gates(run: tuple[int, Path]) -> None:
    folder = run[1] / "roofing" / "0001"
    assert {path.name for path in folder.iterdir()} == {"pipeline.joblib", "scorer.json", "card.json", "card.md"}
    assert all(path.stat().st_size < BYTES_MAX for path in folder.iterdir())
    assert "| level | pass |" in (folder / "card.md").read_text()


@pytest.mark.long
def test_the_same_seed_makes_the_same_bytes_and_leaves_other_verticals_live(
    run: tuple[int, Path], buyer: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "current.toml").write_text('solar = "0007"\nroofing = "0404"\n')
    assert trained(buyer, tmp_path, "--vertical", "roofing", "--json", "--promote") == 0
    told = json.loads(capsys.readouterr().out)
    assert {"vertical", "version", "gates", "figures", "promoted"} <= told.keys()
    assert (told["promoted"], told["figures"]) == (True, told["time_split"])
    assert (told["vertical"], told["version"], told["passed"]) == ("roofing", "0001", True)
    assert told["artifact"] == str(tmp_path / "roofing" / "0001")
    for path in sorted((tmp_path / "roofing" / "0001").iterdir()):
        assert path.read_bytes() == (run[1] / "roofing" / "0001" / path.name).read_bytes(), path.name
    assert (tmp_path / "current.toml").read_text().splitlines() == [
        'solar = "0007"',
        'roofing = { live = "0001", before = "0404" }',
    ]


@pytest.mark.long
def test_a_synthetic_model_is_live_only_where_that_is_asked_for_and_nothing_real_is(
    run: tuple[int, Path], buyer: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models = tmp_path / "models"
    shutil.copytree(run[1] / "roofing" / "0001", models / "roofing" / "0001")
    assert trained(buyer, models, "--vertical", "roofing") == 0
    assert "NOT LIVE: its history is synthetic; --promote makes it live anyway" in capsys.readouterr().out
    assert not (models / "current.toml").exists()
    folder = models / "roofing" / "0001"
    card = read_card(folder)
    write_card(folder, replace(card, history=replace(card.history, synthetic=False)))
    (models / "current.toml").write_text('roofing = "0001"\n')
    assert trained(buyer, models, "--vertical", "roofing", "--promote", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["version"], told["passed"], told["promoted"]) == ("0003", True, False)
    assert (models / "current.toml").read_text() == 'roofing = "0001"\n'


def test_versions_are_counted_on_from_the_highest(tmp_path: Path) -> None:
    assert next_version(tmp_path, "roofing") == "0001"
    for name in ("0002", "0010", "candidate", ".0011.unfinished", "12"):
        (tmp_path / "roofing" / name).mkdir(parents=True)
    assert next_version(tmp_path, "roofing") == "0011"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--vertical", "yachts"), "roofing, mortgage"),
        (("--config", "nowhere/buyer.toml"), "nowhere/buyer.toml cannot be read"),
    ],
)
def test_what_cannot_be_learnt_is_said_before_anything_is_drawn(
    buyer: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, str], says: str
) -> None:
    assert trained(buyer, tmp_path, *words) == 2
    assert says in capsys.readouterr().err


def test_a_pointer_that_cannot_be_read_is_not_overwritten(
    buyer: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "current.toml").write_text("roofing = ")
    assert trained(buyer, tmp_path) == 2
    assert "Mend it" in capsys.readouterr().err
    assert (tmp_path / "current.toml").read_text() == "roofing = "


def test_too_short_a_history_is_refused(buyer: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        trained(buyer, tmp_path, "--rows", "100")
    assert "5,000" in capsys.readouterr().err

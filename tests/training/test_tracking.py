"""`--mlflow` logs a version as one run; without it nothing is imported, and a server that fails undoes no model."""

import sys
from importlib.util import find_spec
from math import nan
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.scoring.card import Gate, read_card
from tests.cards import FIGURES, model_card
from tests.models import shipped
from tests.tracking_server import tracking_server
from training.errors import TrainingError
from training.main import main
from training.tracking import Tracker, record

Capture = pytest.CaptureFixture[str]
needs_mlflow = pytest.mark.skipif(find_spec("mlflow") is None, reason="the extra `mlflow` is not installed")


def quiet(_: str) -> None:
    """Nobody listens."""


def test_a_run_has_the_parameters_figures_and_gates_of_its_card() -> None:
    gate = Gate(name="scorer equals pipeline", passed=True, found="largest difference 0", figure=0.0)
    card = model_card(settings={"trees": 64.0}, gates=(gate,), rows_by_slice={"fit": 60}, libraries={"numpy": "2.4"})
    told = record(card, "live")
    assert told.params["candidate"] == "boosting"
    assert (told.params["settings.trees"], told.params["rows.fit"], told.params["library.numpy"]) == (
        "64.0",
        "60",
        "2.4",
    )
    assert told.metrics["auc"] == told.metrics["random_split.auc"] == FIGURES.auc
    assert told.metrics["gate.scorer_equals_pipeline"] == 0.0
    assert told.tags["leadbid.outcome"] == "live"
    assert told.tags["mlflow.note.content"] == gate.line


def test_what_no_server_takes_is_left_to_the_card() -> None:
    card = model_card(figures=replace(FIGURES, slope=nan), settings={})
    card = replace(card, history=replace(card.history, source="s" * 9_000))
    told = record(card, "")
    assert "slope" not in told.metrics
    assert len(told.params["history.source"]) == 500


@pytest.mark.skipif(find_spec("mlflow") is not None, reason="the extra `mlflow` is installed")
def test_without_the_package_it_is_refused_before_any_work(tmp_path: Path, capsys: Capture) -> None:
    assert main(["train", "--out", str(tmp_path / "models"), "--mlflow", "file:runs"]) == 2
    assert capsys.readouterr().err == "--mlflow needs the package mlflow: pip install 'leadbid[mlflow]'\n"
    assert not (tmp_path / "models").exists()
    assert "mlflow" not in sys.modules


@needs_mlflow
def test_a_tracking_server_gets_one_run_with_the_files_of_the_version(tmp_path: Path) -> None:
    folder = shipped(tmp_path) / "solar" / "0001"
    card = read_card(folder)
    with tracking_server() as server:
        tracker = Tracker(server.uri)
        tracker.log(card, folder, "live", quiet)
        tracker.log(card, folder, "live", quiet)
        assert server.experiments == {"leadbid solar": "1"}
        assert [run["info"]["status"] for run in server.runs.values()] == ["FINISHED", "FINISHED"]
        assert server.told("run1", "params")["candidate"] == card.candidate
        assert server.told("run1", "metrics")["log_loss"] == card.figures.log_loss
        assert server.told("run1", "tags")["leadbid.version"] == "0001"
        assert server.artifacts["1/run1/artifacts/card.json"] == (folder / "card.json").read_bytes()
        assert server.artifacts["1/run1/artifacts/scorer.json"] == (folder / "scorer.json").read_bytes()


@needs_mlflow
def test_a_server_that_refuses_is_named_and_what_was_trained_stands(tmp_path: Path, capsys: Capture) -> None:
    folder = shipped(tmp_path) / "solar" / "0001"
    with tracking_server() as server:
        tracker = Tracker(server.uri)
        server.takes_runs = False
        tracker.log(read_card(folder), folder, "live", quiet)
        assert f"{folder} stands, but {server.uri} did not take it" in capsys.readouterr().err


@needs_mlflow
@pytest.mark.parametrize("uri", ["http://127.0.0.1:9", "nonsense://x"])
def test_a_server_that_is_not_there_is_refused_before_any_work(uri: str) -> None:
    with pytest.raises(TrainingError, match=f"--mlflow {uri} cannot be used"):
        Tracker(uri)


@needs_mlflow
def test_a_folder_takes_runs_too(tmp_path: Path) -> None:
    folder = shipped(tmp_path) / "solar" / "0001"
    Tracker((tmp_path / "runs").as_uri()).log(read_card(folder), folder, "live", quiet)
    assert len(list((tmp_path / "runs").rglob("artifacts/card.json"))) == 1

"""The wheel in an empty folder: its commands find what comes with it, with and without extras, whatever lies there."""

import json
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import pytest

from app.packaged import DEMO, MODELS, SCENARIOS
from tests.installed import ROOT, Installed, build_wheel, environment, install
from tests.service import answers, free_port
from training.main import COMMANDS

NEEDS_NOTHING = {"registry"}
"""Training commands that work without the extra."""

SOLAR = json.dumps({"vertical": "solar", "zip": "94105", "state": "CA", "homeowner": True})

EXTRAS = ("duckdb", "matplotlib", "sklearn", "numpy", "scipy", "joblib", "psycopg", "lightgbm")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return install(wheel, tmp_path_factory.mktemp("bare"))


@pytest.fixture(scope="module")
def whole(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return install(wheel, tmp_path_factory.mktemp("whole"), "training", "reports")


def ran(installed: Installed, cwd: Path, name: str, *words: str) -> str:
    """The output of a command that must end well and complain of nothing."""
    finished = installed.run(cwd, name, *words)
    assert finished.returncode == 0, finished.stderr
    assert "Traceback" not in finished.stderr
    return finished.stdout


@contextmanager
def running(installed: Installed, cwd: Path, *words: str) -> Iterator[str]:
    """A command that answers at a URL until it is asked to stop, which must be no failure."""
    port = free_port()
    command: list[str | Path] = [installed.command("leadbid"), *words, "--port", str(port)]
    with subprocess.Popen(command, cwd=cwd, env=environment(), stderr=subprocess.PIPE, text=True) as process:
        try:
            until = time.monotonic() + 120.0
            while not answers(f"http://127.0.0.1:{port}/healthz"):
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < until
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=60.0)
    assert process.returncode == 0, errors


def ping(url: str, body: str, key: str) -> dict[str, Any]:
    headers = {"X-API-Key": key, "Content-Type": "application/json"}
    answer: dict[str, Any] = httpx.post(f"{url}/v1/ping", content=body, headers=headers, trust_env=False).json()
    return answer


def test_every_file_that_commands_look_for_is_in_the_wheel(wheel: Path) -> None:
    held = {Path(name) for name in ZipFile(wheel).namelist()}
    needed = {path.relative_to(ROOT) for folder in (DEMO, SCENARIOS, MODELS) for path in folder.rglob("*")}
    needed = {path for path in needed if (ROOT / path).is_file() and "__pycache__" not in path.parts}
    assert len(needed) > 20
    assert {"app/packaged" / path for path in needed} <= held


def test_nothing_of_the_source_and_no_extra_is_seen(bare: Installed, tmp_path: Path) -> None:
    script = (
        "import app, training, sys; from importlib.util import find_spec; "
        f"print(app.__file__, training.__file__, [name for name in {EXTRAS!r} if find_spec(name)])"
    )
    ours, theirs, extras = ran(bare, tmp_path, "python", "-P", "-c", script).split(" ", 2)
    assert all(Path(each).is_relative_to(bare.folder) for each in (ours, theirs))
    assert extras.strip() == "[]"


def test_a_demo_without_extras_says_in_one_sentence_what_it_leaves_out(bare: Installed, tmp_path: Path) -> None:
    said = ran(bare, tmp_path, "leadbid", "demo", "--leads", "12", "--seed", "2")
    assert "Sellers, journal, database and CRM agree." in said
    (left_out,) = [line for line in said.splitlines() if "pip install" in line]
    assert left_out.startswith("Left out: the day as a page with plots and retraining on its outcomes; ")
    assert left_out.endswith(" pip install 'leadbid[training,reports]'")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_samples_and_a_market_come_along(bare: Installed, tmp_path: Path) -> None:
    assert json.loads(ran(bare, tmp_path, "leadbid", "sample", "ping", "--seller", "acme"))["state"]
    assert json.loads(ran(bare, tmp_path, "leadbid", "exchange", "--scenario", "solar-bids", "--leads", "2", "--json"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.long
def test_a_drill_breaks_a_service_elsewhere(bare: Installed, tmp_path: Path) -> None:
    said = ran(bare, tmp_path, "leadbid", "drill", "left_destination", "database_renamed", "--sample")
    assert "2 kept, 0 broken, 0 not here." in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.long
def test_the_demo_is_served_where_there_is_nothing_yet(bare: Installed, tmp_path: Path) -> None:
    with running(bare, tmp_path, "serve") as url:
        assert ping(url, SOLAR, "demo-acme-key")["status"] == "accepted"
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    # What was served once may be somebody's own, and is not taken for the demo's unless that is said.
    finished = bare.run(tmp_path, "leadbid", "serve", "--port", "0")
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr.splitlines() == [
        "there is no buyer.toml here: name a file with --config, or use the demo's with --demo"
    ]


@pytest.mark.long
def test_what_init_writes_is_served_by_the_models_that_come_along(bare: Installed, tmp_path: Path) -> None:
    said = ran(bare, tmp_path, "leadbid", "init", "--verticals", "roofing", "--states", "TX", "--seller", "acme")
    (key,) = re.findall(r"shown only now .*: ([a-z2-7]{40})", said)
    (sampling,) = re.findall(r"leadbid (sample .*) --curl", said)
    assert "No problems." in ran(bare, tmp_path, "leadbid", "check")
    body = ran(bare, tmp_path, "leadbid", *sampling.split())
    with running(bare, tmp_path, "serve") as url:
        bid = ping(url, body, key)
        link = ran(bare, tmp_path, "leadbid", "instructions", "acme", "--base-url", url).strip()
        assert httpx.get(link, trust_env=False).status_code == 200
    assert bid["status"] == "accepted"
    explained = ran(bare, tmp_path, "leadbid", "explain", bid["ping_id"])
    assert "= bid" in explained
    assert "model 0001" in explained


@pytest.mark.long
def test_the_sandbox_comes_along(bare: Installed, tmp_path: Path) -> None:
    with running(bare, tmp_path, "sandbox") as url:
        assert ping(url, SOLAR, "sandbox")["status"] == "accepted"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "names",
    [("train", "evaluate"), pytest.param(tuple(sorted(COMMANDS.keys() - NEEDS_NOTHING)), marks=pytest.mark.long)],
)
def test_training_without_its_extra_has_help_and_names_the_extra(
    bare: Installed, tmp_path: Path, names: tuple[str, ...]
) -> None:
    def asked(name: str) -> None:
        assert f"`python -m training {name}" in ran(bare, tmp_path, "python", "-m", "training", name, "--help")
        finished = bare.run(tmp_path, "python", "-m", "training", name)
        (sentence,) = finished.stderr.splitlines()
        assert (finished.returncode, finished.stdout) == (2, ""), sentence
        assert sentence.startswith(f"{name} needs ")
        assert sentence.endswith(": pip install 'leadbid[training]'")

    with ThreadPoolExecutor(2) as both:
        list(both.map(asked, names))
    assert "describe" in ran(bare, tmp_path, "python", "-m", "training", "--help")
    assert "usage: " in ran(bare, tmp_path, "python", "-m", "training", "registry", "--help")
    assert "solar" in ran(bare, tmp_path, "leadbid-training", "registry", "list")


@pytest.mark.long
def test_an_app_of_ones_own_in_the_working_directory_does_no_harm(whole: Installed, tmp_path: Path) -> None:
    for name in ("app", "training"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"raise SystemExit('somebody else has a package {name}')\n")
    said = ran(whole, tmp_path, "leadbid", "demo", "--leads", "12", "--seed", "2")
    assert "Retrained on its own outcomes" in said
    assert "conversion: too few conversions" in said
    assert "pip install" not in said
    assert (tmp_path / "data" / "demo" / "day.html").stat().st_size
    assert "solar" in ran(whole, tmp_path, "leadbid-training", "registry", "list", "--models", "data/demo/models")
    (tmp_path / "training" / "__init__.py").unlink()
    (tmp_path / "training").rmdir()
    assert "solar" in ran(whole, tmp_path, "python", "-m", "training", "registry", "list")


@pytest.mark.long
def test_models_of_ones_own_begin_as_those_that_come_along(whole: Installed, tmp_path: Path) -> None:
    finished = whole.run(tmp_path, "python", "-m", "training", "retrain", "--data", "nowhere")
    assert (finished.returncode, finished.stderr.count("\n")) == (2, 1)
    assert "nowhere holds no export" in finished.stderr
    assert 'solar = "0001"' in (tmp_path / "models" / "current.toml").read_text()

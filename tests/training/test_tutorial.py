"""The page about retraining runs as it stands."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.service import free_port
from training.main import COMMANDS

pytestmark = pytest.mark.long

PAGE = Path(__file__).parents[2] / "docs" / "retraining.md"
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)

PORT = str(free_port())
SHORT = {
    "--seeds 5 --per-seed 20000": "--seeds 1 --per-seed 2000",
    "leadbid serve": f"leadbid serve --port {PORT}",
    "--curl": f"--curl --url http://127.0.0.1:{PORT}",
    "127.0.0.1:8000": f"127.0.0.1:{PORT}",
}
"""What takes minutes or a port that may be in use, and what is run in its place."""

SAYS = {
    "describe": 'name = "call_seconds"  # suspected leak',
    "cat missing.txt": '{ name = "roof_age", type = "integer" }',
    "leadbid check": "No problems.",
    "training train": 'roof_repair = "0001"',
    "leadbid explain": "model 0001",
    "registry list": "shadow",
    "replay": "decided again bit for bit, 0 differently",
    "evaluate": "exit status 2",
    "registry rollback": '"did":"rollback"',
    "simulate": "true_landscape",
}
"""What must stand in the output of the block that runs a command."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each block printed, in order, each in the directory that the one before left behind."""
    folder = tmp_path_factory.mktemp("tutorial")
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    outputs = []
    for block in BLOCKS:
        for long, short in SHORT.items():
            block = block.replace(long, short)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
        outputs.append(done.stdout)
    return outputs


@pytest.mark.parametrize("command", SAYS)
def test_each_step_says_what_the_page_promises(command: str, told: list[str]) -> None:
    said = [output for block, output in zip(BLOCKS, told, strict=True) if command in block]
    assert any(SAYS[command] in output for output in said), said


def test_every_command_of_training_is_shown() -> None:
    shown = {name for name in COMMANDS if f"python -m training {name}" in "".join(BLOCKS)}
    # Two are part of the demo's ending, one takes long; a model of somebody else's is not there to be shown.
    assert set(COMMANDS) - shown <= {"landscape", "retrain", "coverage", "import-model"}

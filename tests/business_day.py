"""The demo's day, lived once for all tests of a run that only look at what a day leaves behind."""

import json
import shutil
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from tests.made_once import made_once

SEED = 4
LEADS = 350
_FIGURES = "figures.json"


def business_day(factory: pytest.TempPathFactory) -> Path:
    """The data of a Friday, of which whoever writes to it takes a copy."""
    return made_once(factory, "business-day", lambda folder: live(folder / "demo", LEADS)) / "demo"


def copied(data: Path, folder: Path) -> Path:
    """A copy of it in this folder."""
    # Whoever else reads the database at this moment has files of his own beside it, which come and go.
    return Path(shutil.copytree(data, folder / "demo", ignore=shutil.ignore_patterns("*.db-*")))


def figures_of(data: Path) -> dict[str, Any]:
    """What its command ended with."""
    figures: dict[str, Any] = json.loads((data / _FIGURES).read_text())
    return figures


def live(data: Path, leads: int) -> None:
    """Live a day by the command."""
    said = StringIO()
    with redirect_stdout(said), redirect_stderr(StringIO()):
        status = main(["demo", "--leads", str(leads), "--seed", str(SEED), "--data", str(data), "--json"])
    assert status == 0, said.getvalue()
    (data / _FIGURES).write_text(said.getvalue().splitlines()[-1])

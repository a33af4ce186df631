"""One business day for all tests that look at it."""

import json
import os
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.config.load import LoadedConfig, load
from app.config.values.zip_table import zip_states
from app.domain.catalogue import Catalogue
from app.journal.lines import AnyLine, PingLine
from app.journal.reader import lines
from app.scoring.load import load as load_models
from app.usecases.reload.reload_catalogue import Sources, first_catalogue
from tests.made_once import made_once
from tests.service import MODELS

SEED = 4
LEADS, LEADS_OF_A_FULL_DAY = 350, 700


@dataclass(frozen=True)
class Day:
    """What `leadbid demo --json` ended with, and what it left behind."""

    data: Path
    figures: dict[str, Any]
    journal: list[AnyLine]
    catalogue: Catalogue

    @property
    def pings(self) -> list[PingLine]:
        """The pings that were decided, in their order."""
        return [line for line in self.journal if isinstance(line, PingLine)]


def live(data: Path, leads: int = LEADS) -> dict[str, Any]:
    """Live a day by the command; the object that it ends with."""
    said = StringIO()
    with redirect_stdout(said), redirect_stderr(StringIO()):
        assert main(["demo", "--leads", str(leads), "--seed", str(SEED), "--data", str(data), "--json"]) == 0
    figures: dict[str, Any] = json.loads(said.getvalue().splitlines()[-1])
    return figures


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """A Friday with 350 leads."""
    return _lived(tmp_path_factory, LEADS)


@pytest.fixture(scope="session")
def full_day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """One with twice as many, which fill caps and bring along sellers of every kind."""
    return _lived(tmp_path_factory, LEADS_OF_A_FULL_DAY)


def _lived(temporary: pytest.TempPathFactory, leads: int) -> Day:
    def make(folder: Path) -> None:
        (folder / "figures.json").write_text(json.dumps(live(folder / "demo", leads)))

    folder = made_once(temporary, f"day-of-{leads}", make)
    data, figures = folder / "demo", json.loads((folder / "figures.json").read_text())
    return Day(data, figures, list(lines(data / "journal")), catalogue_of(data / "config" / "buyer.toml"))


def catalogue_of(config: Path) -> Catalogue:
    """The catalogue of a configuration, with the models as shipped."""
    read = load(config, environ=os.environ)
    assert isinstance(read, LoadedConfig)
    sources = Sources(
        config=lambda _read_file: read, models=lambda: load_models(MODELS), models_dir=MODELS, zip_states=zip_states()
    )
    return first_catalogue(sources, read.declared).catalogue

"""One business day for all tests that look at it."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.config.load import LoadedConfig, load
from app.config.values.zip_table import zip_states
from app.domain.catalogue import Catalogue
from app.journal.lines import AnyLine, PingLine
from app.journal.reader import lines
from app.scoring.load import load as load_models
from app.usecases.reload.reload_catalogue import Sources, first_catalogue
from tests.business_day import LEADS, business_day, figures_of, live
from tests.service import MODELS


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


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """A Friday."""
    return _read(business_day(tmp_path_factory))


@pytest.fixture(scope="session")
def full_day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """One with twice as many leads, which fill caps and bring along sellers of every kind."""
    data = tmp_path_factory.mktemp("full") / "demo"
    live(data, 2 * LEADS)
    return _read(data)


def _read(data: Path) -> Day:
    return Day(data, figures_of(data), list(lines(data / "journal")), catalogue_of(data / "config" / "buyer.toml"))


def catalogue_of(config: Path) -> Catalogue:
    """The catalogue of a configuration, with the models as shipped."""
    read = load(config, environ=os.environ)
    assert isinstance(read, LoadedConfig)
    sources = Sources(
        config=lambda _read_file: read, models=lambda: load_models(MODELS), models_dir=MODELS, zip_states=zip_states()
    )
    return first_catalogue(sources, read.declared).catalogue

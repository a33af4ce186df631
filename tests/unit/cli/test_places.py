"""Each command finds the service's files by its data directory alone."""

import argparse
from pathlib import Path

import pytest

from app.cli.database import add_database
from app.cli.places import add_config, add_models, locate
from app.packaged import MODELS
from app.service_notes import ServicePlaces, note_places
from app.settings import Settings
from tests.table import each_row


def located(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_config(parser)
    add_models(parser)
    add_database(parser)
    args = parser.parse_args(words)
    locate(args)
    return args


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ServicePlaces:
    """A service of `data` in the working directory, whose other files lie elsewhere."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LEADBID_DATABASE_URL", raising=False)
    (tmp_path / "data").mkdir()
    (tmp_path / "etc" / "models").mkdir(parents=True)
    places = ServicePlaces(
        config=tmp_path / "etc" / "buyer.toml",
        models=tmp_path / "etc" / "models",
        keys=tmp_path / "etc" / "keys",
        database="postgresql+psycopg://leadbid@db/leads",
        address="http://127.0.0.1:8000",
        pid=1,
        started_at=1.0,
    )
    note_places(tmp_path / "data", places)
    return places


def test_what_was_noted_fills_in_what_is_not_said(noted: ServicePlaces) -> None:
    for words in ([], ["--data", "data"]):
        args = located(*words)
        assert (args.data, args.config, args.models) == (Path("data"), noted.config, noted.models)
        assert args.database == noted.database


def test_what_is_said_counts_before_what_was_noted(noted: ServicePlaces, monkeypatch: pytest.MonkeyPatch) -> None:
    assert located("--config", "other.toml").config == Path("other.toml")
    assert located("--models", "m", "--database", "sqlite:///x.db").database == "sqlite:///x.db"
    monkeypatch.setenv("LEADBID_DATABASE_URL", "postgresql+psycopg://env@db/leads")
    assert located().database == "postgresql+psycopg://env@db/leads"


def test_a_file_here_counts_before_a_directory_that_nobody_named(noted: ServicePlaces) -> None:
    Path("buyer.toml").touch()
    Path("models").mkdir()
    assert (located().config, located().models) == (Path("buyer.toml"), Path("models"))
    assert located("--data", "data").config == noted.config


def test_where_nothing_was_noted_the_usual_places_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LEADBID_DATABASE_URL", raising=False)
    args = located("--data", "elsewhere")
    assert (args.config, args.models, args.database) == (Path("buyer.toml"), MODELS, "")


@each_row(
    ("url", "noted"),
    [
        ("postgresql+psycopg://ada:s3cret@db:5432/leads", "postgresql+psycopg://ada@db:5432/leads"),
        (
            "postgresql://db/leads?user=ada&password=s3cret&sslmode=require",
            "postgresql://db/leads?sslmode=require&user=ada",
        ),
        ("sqlite:////srv/leads.db", "sqlite:////srv/leads.db"),
    ],
)
def test_a_database_is_noted_without_its_password(url: str, noted: str) -> None:
    settings = Settings(config=Path("buyer.toml"), database_url=url)
    assert settings.places(1, 2.0).database == noted

"""What was promoted, tried or ended is taken back to the letter, unless somebody changed it again."""

from pathlib import Path

import pytest

from app.domain.calendar import utc_text
from app.scoring.pointer import POINTER, Entry
from app.scoring.registry import versions
from app.scoring.registry.changes import Author, NotChanged, changes, entries
from tests.models import add_version, shipped

NOW = 1_795_190_400.0
ME = Author(who="maria", at=NOW, why="it won")
LATER = Author(who="maria", at=NOW + 60.0, why="a slip")


@pytest.fixture
def models(tmp_path: Path) -> Path:
    models = shipped(tmp_path)
    add_version(models, "solar", "0002", shift=0.2)
    return models


def solar(models: Path) -> Entry:
    return entries(models)["solar"]


def test_each_kind_of_change_is_taken_back_to_what_was(models: Path) -> None:
    before = (models / POINTER).read_bytes()
    versions.promote(models, "solar", "0002", ME)
    versions.undo(models, "solar", LATER)
    assert (models / POINTER).read_bytes() == before
    versions.canary(models, "solar", 0.1, ME, version="0002")
    began = solar(models)
    versions.retire(models, "solar", ME)
    versions.undo(models, "solar", LATER)
    assert solar(models) == began, "the canary goes on as it began"
    assert [done.did for done in changes(models)] == ["promote", "undo", "canary", "retire", "undo"]


def test_an_undo_is_undone_too_and_a_first_version_is_not(models: Path, tmp_path: Path) -> None:
    versions.promote(models, "solar", "0002", ME)
    versions.undo(models, "solar", LATER)
    versions.undo(models, "solar", LATER)
    assert solar(models).live == "0002"
    with pytest.raises(NotChanged, match="no change of roofing is recorded"):
        versions.undo(models, "roofing", LATER)


def test_what_was_changed_by_hand_meanwhile_is_left_as_it_is(models: Path) -> None:
    versions.promote(models, "solar", "0002", ME)
    (models / POINTER).write_text('solar = "0003"\n')
    with pytest.raises(NotChanged, match="changed again meanwhile"):
        versions.undo(models, "solar", LATER)
    assert (models / POINTER).read_text() == 'solar = "0003"\n'


def test_a_canary_that_begins_again_is_judged_from_then_on(models: Path) -> None:
    versions.canary(models, "solar", 0.1, ME, version="0002")
    versions.begin_again(models, "solar", "0002", LATER)
    assert solar(models).since == utc_text(LATER.at)
    versions.shadow(models, "solar", "0002", LATER)
    with pytest.raises(NotChanged, match="solar 0002 is no canary"):
        versions.begin_again(models, "solar", "0002", LATER)

"""What the pointer to the models may say, and what is said of one that cannot be meant."""

from collections.abc import Callable
from pathlib import Path

from app.scoring.artefact import Unusable
from app.scoring.load import load
from app.scoring.pointer import POINTER, Entry, entries_in, read_pointer
from tests.table import each_row

Shelve = Callable[..., Path]


def entry(value: str) -> Entry | Unusable:
    return entries_in(f"solar = {value}\n".encode())["solar"]


def test_a_bare_version_is_live_and_nothing_is_tried(tmp_path: Path) -> None:
    (tmp_path / POINTER).write_text('solar = "0003"\n')
    assert read_pointer(tmp_path) == {"solar": Entry(live="0003")}


def test_a_challenger_shadows_unless_it_has_a_share() -> None:
    assert entry('{ live = "0003", challenger = "0004" }') == Entry(live="0003", challenger="0004")
    assert entry('{ live = "0003", before = "0002", challenger = "0004", canary = 1 }') == Entry(
        live="0003", before="0002", challenger="0004", canary=1.0
    )


@each_row(
    ("rest", "why"),
    [
        ('challanger = "0004"', "'challanger' means nothing, there are live, before, challenger, canary"),
        ('challenger = "../0004"', "challenger must name a version"),
        ("before = 2", "before must name a version"),
        ('challenger = "0003"', "challenger is the live version itself"),
        ("canary = 0.1", "canary needs a challenger"),
        ('challenger = "0004", canary = 10', "canary must be a share from 0 to 1"),
        ('challenger = "0004", canary = -0.1', "canary must be a share"),
        ('challenger = "0004", canary = nan', "canary must be a share"),
        ('challenger = "0004", canary = true', "canary must be a share"),
        ('challenger = "0004", canary = "0.1"', "canary must be a share"),
        ('challenger = "0004", canary = 0.1, since = "lately"', "since must be a time"),
        ('challenger = "0004", canary = 0.1, matures_days = -1', "matures_days must be a number of days"),
    ],
)
def test_a_trial_that_cannot_be_meant_leaves_the_live_version_alone(rest: str, why: str) -> None:
    read = entry(f'{{ live = "0003", {rest} }}')
    assert isinstance(read, Entry)
    assert (read.live, read.challenger, read.canary) == ("0003", "", 0.0)
    assert why in read.problem


@each_row("value", ["{ challenger = '0004' }", "{ live = 3 }", "{}", "3", "[]"])
def test_without_a_live_version_there_is_no_entry(value: str) -> None:
    assert "must name a version" in str(entry(value))


def test_a_challenger_loads_beside_the_live_model(shelve: Shelve) -> None:
    shelve()
    models = shelve(version="0002")
    (models / POINTER).write_text('solar = { live = "0001", challenger = "0002", canary = 0.25 }\n')
    loaded = load(models)
    assert loaded.problems == ()
    assert loaded.models["solar"].version == "0001"
    assert loaded.challengers["solar"].model.version == "0002"
    assert loaded.challengers["solar"].canary == 0.25


def test_a_damaged_challenger_is_named_and_left_out_while_the_live_model_loads(shelve: Shelve) -> None:
    shelve()
    models = shelve(version="0002")
    (models / POINTER).write_text('solar = { live = "0001", challenger = "0002" }\n')
    scorer = models / "solar" / "0002" / "scorer.json"
    scorer.write_bytes(scorer.read_bytes()[:-1])
    loaded = load(models)
    assert loaded.models["solar"].version == "0001"
    assert loaded.challengers == {}
    (problem,) = loaded.problems
    assert problem.of_challenger
    assert problem.reason.startswith("models/solar: the challenger is left out: 0002/scorer.json does not have")


def test_a_share_that_cannot_be_meant_is_named_and_the_live_model_loads(shelve: Shelve) -> None:
    models = shelve()
    (models / POINTER).write_text('solar = { live = "0001", challenger = "0002", canary = 7 }\n')
    loaded = load(models)
    assert set(loaded.models) == {"solar"}
    assert "canary must be a share from 0 to 1, such as 0.1; no challenger is tried" in loaded.problems[0].reason


def test_a_damaged_live_model_does_not_take_its_challenger_with_it(shelve: Shelve) -> None:
    shelve()
    models = shelve(version="0002")
    (models / POINTER).write_text('solar = { live = "0404", challenger = "0002" }\n')
    loaded = load(models)
    assert loaded.models == {}
    assert set(loaded.challengers) == {"solar"}
    assert [problem.of_challenger for problem in loaded.problems] == [False]

"""`python -m training registry`: what is live and tried is changed only by a version that is whole and may."""

import json
import time
from functools import partial
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from app.scoring.card import read_card
from app.scoring.load import load
from app.scoring.pointer import POINTER, Entry
from app.scoring.registry.changes import Author, changes, entries, point_at
from app.scoring.registry.versions import canary
from tests.models import add_version, landscape_of, shipped
from tests.service import DEMO_CONFIG
from training.main import main

Said = pytest.CaptureFixture[str]


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """The shipped models, with a second version of solar that passed and a third that did not."""
    models = shipped(tmp_path)
    add_version(models, "solar", "0002", shift=0.2)
    failed = [
        {"name": "level", "passed": False, "found": "1.6"},
        {"name": "enough history", "passed": True, "found": "120"},
    ]
    add_version(models, "solar", "0003", shift=0.9, passed=False, gates=failed)
    return models


def registry(models: Path, action: str, *words: str, vertical: str = "solar") -> int:
    return main(["registry", action, "--models", str(models), "--vertical", vertical, *words])


def solar(models: Path) -> Entry:
    return entries(models)["solar"]


def test_a_version_is_promoted_and_rolled_back(models: Path, capsys: Said) -> None:
    assert registry(models, "promote", "--version", "0002", "--why", "better by .01") == 0
    assert "promote by " in (said := capsys.readouterr().out)
    assert "solar 0001 -> 0002: better by .01" in said
    assert load(models).models["solar"].version == "0002"
    assert registry(models, "rollback") == 0
    assert load(models).models["solar"].version == "0001"
    assert [done.did for done in changes(models)] == ["promote", "rollback"]
    assert registry(models, "rollback") == 1
    assert "no earlier live version of solar is recorded" in capsys.readouterr().err


def test_rollbacks_go_back_through_the_history_and_never_forth(models: Path) -> None:
    add_version(models, "solar", "0004", shift=0.1)
    for version in ("0002", "0004"):
        registry(models, "promote", "--version", version)
    for version in ("0002", "0001"):
        assert registry(models, "rollback") == 0
        assert solar(models).live == version
    assert registry(models, "rollback") == 1
    # Promoted once more it goes back to what was live before this time.
    registry(models, "promote", "--version", "0004")
    registry(models, "rollback")
    assert solar(models) == Entry(live="0001")


def test_what_failed_a_gate_is_promoted_by_force_alone_which_is_noted(models: Path, capsys: Said) -> None:
    before = (models / POINTER).read_bytes()
    for action, words in (("promote", ()), ("canary", ("--share", "0.1"))):
        assert registry(models, action, "--version", "0003", *words) == 1
        assert "solar 0003 may not bid (it failed: level). --force overrides this" in capsys.readouterr().err
    assert (models / POINTER).read_bytes() == before
    assert registry(models, "promote", "--version", "0003", "--force") == 0
    assert ", forced: solar 0001 -> 0003" in capsys.readouterr().out
    assert [done.forced for done in changes(models)] == [True]
    assert registry(models, "shadow", "--version", "0002") == 0
    assert [done.forced for done in changes(models)] == [True, False]


def test_a_version_that_does_not_exist_is_refused_with_those_that_do(models: Path, capsys: Said) -> None:
    for action in ("promote", "shadow", "show"):
        assert registry(models, action, "--version", "0404") == 1
        said = capsys.readouterr().err
        assert f"solar has no version '0404' in {models}; there are: 0001, 0002, 0003" in said
    assert registry(models, "promote", "--version", "../0001") == 1
    assert registry(models, "shadow", "--version", "0001", vertical="boats") == 1
    assert "boats has no version '0001'" in capsys.readouterr().err
    assert not changes(models)


@pytest.mark.parametrize("action", ["promote", "shadow"])
@pytest.mark.parametrize("name", ["scorer.json", "pipeline.joblib", "card.json"])
def test_one_changed_byte_is_refused_and_nothing_changes(models: Path, capsys: Said, action: str, name: str) -> None:
    registry(models, "promote", "--version", "0002")
    before = (models / POINTER).read_bytes()
    path = models / "solar" / "0001" / name
    body = bytearray(path.read_bytes())
    body[body.index(b'"parity"') + 1 if name == "card.json" else len(body) // 2] ^= 1
    path.write_bytes(body)
    assert registry(models, action, "--version", "0001") == 1
    said = capsys.readouterr().err
    assert "0001" in said
    assert "checksum in card.json: restore or retrain it" in said or "is not a model card" in said
    assert registry(models, "rollback") == 1
    assert (models / POINTER).read_bytes() == before


def test_one_changed_byte_of_a_part_beside_the_scorer_is_refused_too(models: Path, capsys: Said) -> None:
    folder = add_version(models, "solar", "0005", parts={"landscape.json": landscape_of("solar", ("acme", "bluebird"))})
    assert registry(models, "shadow", "--version", "0005") == 0
    part = folder / "landscape.json"
    part.write_bytes(part.read_bytes().replace(b"8.0", b"8.1", 1))
    assert registry(models, "promote", "--version", "0005") == 1
    assert "landscape.json does not have the checksum" in capsys.readouterr().err
    loaded = load(models)
    assert loaded.models["solar"].version == "0001"
    assert loaded.challengers == {}
    assert "the challenger is left out: 0005/landscape.json" in loaded.problems[0].reason


def test_a_card_that_contradicts_its_gates_has_not_passed(models: Path, capsys: Said) -> None:
    add_version(models, "solar", "0006", gates=[{"name": "level", "passed": False, "found": "1.6"}])
    assert registry(models, "promote", "--version", "0006") == 1
    assert "it failed: level" in capsys.readouterr().err


def test_a_file_that_is_gone_is_refused(models: Path, capsys: Said) -> None:
    (models / "solar" / "0002" / "scorer.json").unlink()
    assert registry(models, "promote", "--version", "0002") == 1
    assert "scorer.json is missing: restore or retrain it" in capsys.readouterr().err


def test_a_challenger_goes_from_shadow_to_canary_to_live(models: Path, capsys: Said) -> None:
    assert registry(models, "shadow", "--version", "0002") == 0
    assert "solar 0001 -> 0001 with 0002 in shadow" in capsys.readouterr().out
    assert registry(models, "canary", "--share", "0.1") == 0
    began = solar(models)
    assert began == Entry(live="0001", challenger="0002", canary=0.1, since=began.since)
    loaded = load(models).challengers["solar"]
    assert (loaded.canary, loaded.matures_s) == (0.1, 14 * 86_400.0)
    assert loaded.since == pytest.approx(time.time(), abs=60.0)
    assert registry(models, "promote", "--version", "0002") == 0
    assert solar(models) == Entry(live="0002", before="0001")


def test_a_rollback_ends_what_is_tried_and_so_does_retire(models: Path, capsys: Said) -> None:
    registry(models, "promote", "--version", "0002")
    registry(models, "shadow", "--version", "0001")
    assert registry(models, "retire") == 0
    assert solar(models) == Entry(live="0002", before="0001")
    assert registry(models, "retire") == 1
    assert "solar has no challenger" in capsys.readouterr().err
    registry(models, "shadow", "--version", "0003")
    registry(models, "rollback")
    assert solar(models) == Entry(live="0001")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("shadow", "--version", "0001"), "solar 0001 is the live version and cannot be its own challenger"),
        (("canary", "--share", "0.1"), "solar has no challenger: name one"),
        (("canary", "--share", "0", "--version", "0002"), "a share above 0 and at most 1"),
    ],
)
def test_a_trial_that_makes_no_sense_is_refused(models: Path, capsys: Said, words: tuple[str, ...], why: str) -> None:
    assert registry(models, *words) == 1
    assert why in capsys.readouterr().err
    assert not changes(models)


@pytest.mark.parametrize("share", ["10", "nan", "-1"])
def test_a_share_that_is_none_is_refused_by_its_option(models: Path, capsys: Said, share: str) -> None:
    with pytest.raises(SystemExit):
        registry(models, "canary", "--share", share, "--version", "0002")
    assert "--share" in capsys.readouterr().err
    assert not changes(models)


def test_the_list_names_roles_gates_and_what_is_damaged(models: Path, capsys: Said) -> None:
    registry(models, "canary", "--share", "0.25", "--version", "0002")
    scorer = models / "roofing" / "0001" / "scorer.json"
    scorer.write_bytes(scorer.read_bytes() + b" ")
    capsys.readouterr()
    assert main(["registry", "list", "--models", str(models)]) == 0
    said = capsys.readouterr().out
    rows = {tuple(row.split()[:2]): row for row in said.splitlines()}
    assert "live" in rows["solar", "0001"]
    assert "canary 25%" in rows["solar", "0002"]
    assert "FAILED 1: level" in rows["solar", "0003"]
    assert "checksum" in rows["roofing", "0001"]
    assert main(["registry", "list", "--models", str(models), "--vertical", "solar", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(each["version"], each["role"]) for each in told] == [
        ("0001", "live"),
        ("0002", "challenger"),
        ("0003", ""),
    ]


def test_a_bad_line_of_one_vertical_hinders_no_rollback_of_another(models: Path, capsys: Said) -> None:
    registry(models, "promote", "--version", "0002")
    pointer = models / POINTER
    pointer.write_text(pointer.read_text().replace('roofing = "0001"', "roofing = 1"))
    assert registry(models, "rollback") == 0
    assert load(models).models["solar"].version == "0001"
    assert main(["registry", "list", "--models", str(models)]) == 1
    assert "roofing: current.toml must name a version" in capsys.readouterr().err


def test_a_trial_that_cannot_be_meant_is_said_in_the_list(models: Path, capsys: Said) -> None:
    pointer = models / POINTER
    line = 'solar = { live = "0001", chalenger = "0002" }'
    pointer.write_text(pointer.read_text().replace('solar = "0001"', line))
    assert main(["registry", "list", "--models", str(models), "--vertical", "solar"]) == 0
    assert "'chalenger' means nothing" in capsys.readouterr().out
    assert registry(models, "shadow", "--version", "0002") == 0
    assert load(models).problems == ()


def test_a_history_that_cannot_be_written_keeps_all_as_it_is(models: Path, capsys: Said) -> None:
    before = (models / POINTER).read_bytes()
    (models / "history.jsonl").mkdir()
    assert registry(models, "promote", "--version", "0002") == 1
    assert "cannot be used" in capsys.readouterr().err
    assert (models / POINTER).read_bytes() == before


def test_a_version_is_shown_with_its_gates_files_and_changes(models: Path, capsys: Said) -> None:
    registry(models, "shadow", "--version", "0002", "--why", "from October")
    capsys.readouterr()
    assert registry(models, "show", "--version", "0002") == 0
    said = capsys.readouterr().out
    assert said.startswith("solar 0002: passed its gates")
    assert "pass  level: predicted/observed" in said
    assert "files: as they were written" in said
    assert "solar 0001 -> 0001 with 0002 in shadow: from October" in said
    assert registry(models, "show", "--version", "0003") == 0
    assert "DID NOT PASS" in capsys.readouterr().out


def test_where_there_are_no_models_it_says_so(tmp_path: Path, capsys: Said) -> None:
    assert main(["registry", "list", "--models", str(tmp_path / "none")]) == 1
    assert "holds no model" in capsys.readouterr().err


def test_what_a_synthetic_history_taught_replaces_nothing_that_real_outcomes_did(models: Path, capsys: Said) -> None:
    bought = msgspec.to_builtins(read_card(models / "solar" / "0001").history) | {"synthetic": False}
    add_version(models, "solar", "0004", history=bought)
    assert registry(models, "promote", "--version", "0004") == 0
    assert registry(models, "promote", "--version", "0002") == 1
    assert "the live model on real outcomes. --force overrides this and is recorded" in capsys.readouterr().err
    assert solar(models).live == "0004"
    assert registry(models, "rollback") == 0
    assert solar(models).live == "0001"
    registry(models, "promote", "--version", "0004")
    assert registry(models, "promote", "--version", "0002", "--force") == 0
    assert [done.forced for done in changes(models)] == [False, False, False, True]


def test_a_card_of_another_version_is_refused_by_name(models: Path, capsys: Said) -> None:
    add_version(models, "solar", "0005", schema=2)
    assert registry(models, "promote", "--version", "0005") == 1
    assert "card.json has schema 2, this service reads 3: train again or upgrade" in capsys.readouterr().err
    assert solar(models).live == "0001"


def test_a_canary_that_goes_on_as_it_is_began_when_it_began_and_one_that_changes_begins_anew(models: Path) -> None:
    who, later = Author(who="me", at=1_790_000_000.0), Author(who="me", at=1_790_090_000.0)
    solar_canary = partial(canary, models, "solar", version="0002", matures_days=3.0)
    first = solar_canary(0.1, who).after
    assert (first.since, first.matures_days) == ("2026-09-21T14:13:20Z", 3.0)
    assert solar_canary(0.1, later).after == first
    assert solar_canary(0.2, later).after.since == "2026-09-22T15:13:20Z"
    # What it bought until now was compared with another live model.
    assert point_at(models, "solar", "0003", who, forced=True).after == replace(
        solar(models), live="0003", before="0001", since=first.since
    )


@pytest.mark.parametrize(
    ("card", "told", "days"), [(21.0, (), 21.0), (None, (), 14.0), (21.0, ("--maturity-days", "3"), 3.0)]
)
def test_a_canary_is_judged_by_leads_as_old_as_its_history_took_to_mature(
    models: Path, card: float | None, told: tuple[str, ...], days: float
) -> None:
    add_version(models, "solar", "0006", shift=0.1, maturity_days=card)
    assert registry(models, "canary", "--version", "0006", "--share", "0.1", *told) == 0
    assert solar(models).matures_days == days


def test_old_versions_that_never_bid_are_removed_and_no_other(models: Path, capsys: Said) -> None:
    for number in range(4, 10):
        add_version(models, "solar", f"{number:04d}")
    add_version(models, "solar", "spring")
    registry(models, "canary", "--version", "0004", "--share", "0.1", "--force")
    registry(models, "retire")
    registry(models, "shadow", "--version", "0005")
    capsys.readouterr()
    assert registry(models, "prune", "--keep", "2", "--why", "disk") == 0
    assert capsys.readouterr().out == "removed 0002, 0003, 0006, 0007\n"
    left = sorted(path.name for path in (models / "solar").iterdir())
    # Live, once a canary, shadowing, the last two, and what somebody has named.
    assert left == ["0001", "0004", "0005", "0008", "0009", "spring"]
    done = changes(models)[-1]
    assert (done.did, done.before) == ("prune", done.after)
    assert (
        done.why
        == "disk; removed 0002, 0003, 0006, 0007: they never bid, and 2 newer ones that did not either are kept"
    )
    assert registry(models, "prune", "--keep", "2") == 0
    assert capsys.readouterr().out == "nothing to remove\n"


def renamed(folder: Path) -> Path:
    """The demo's configuration, in which solar calls one field otherwise than the models."""
    path = folder / "buyer.toml"
    path.write_text(DEMO_CONFIG.read_text().replace('name = "monthly_bill"', 'name = "power_bill"'))
    return path


@pytest.mark.parametrize("action", ["promote", "shadow", "canary"])
def test_a_version_that_reads_an_undeclared_field_is_refused_also_by_force(
    models: Path, tmp_path: Path, capsys: Said, action: str
) -> None:
    before = (models / POINTER).read_bytes()
    words = ["--share", "0.1"] if action == "canary" else []
    words += ["--force"] if action != "shadow" else []
    assert registry(models, action, "--version", "0002", "--config", str(renamed(tmp_path)), *words) == 1
    said = capsys.readouterr().err
    assert "solar: model 0002 reads 'monthly_bill', which vertical 'solar' does not declare" in said
    assert (models / POINTER).read_bytes() == before
    assert registry(models, action, "--version", "0002", "--config", str(DEMO_CONFIG), *words) == 0


def test_a_rollback_to_what_no_longer_fits_is_refused(models: Path, tmp_path: Path, capsys: Said) -> None:
    registry(models, "promote", "--version", "0002")
    assert registry(models, "rollback", "--config", str(renamed(tmp_path))) == 1
    assert "model 0001 reads 'monthly_bill'" in capsys.readouterr().err
    assert solar(models).live == "0002"


def test_a_vertical_that_is_not_declared_is_refused_with_those_that_are(
    models: Path, tmp_path: Path, capsys: Said
) -> None:
    config = tmp_path / "buyer.toml"
    config.write_text(DEMO_CONFIG.read_text().replace('name = "solar"', 'name = "solar_roofs"'))
    assert registry(models, "promote", "--version", "0002", "--config", str(config)) == 1
    said = capsys.readouterr().err
    assert "no vertical 'solar' is declared; did you mean 'solar_roofs'?" in said
    assert "describe --config" in said


def test_without_a_configuration_it_is_said_that_fields_are_not_checked(models: Path, capsys: Said) -> None:
    assert registry(models, "promote", "--version", "0002") == 0
    assert "is not checked" in capsys.readouterr().err

"""A version is renewed: the champion's scorer under a new number, with what was learned beside it."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.scoring.card import Gate, read_card
from app.scoring.load import load_version
from app.scoring.registry.changes import NotChanged
from app.scoring.registry.versions import whole
from app.wire.ping import Value
from tests.models import shipped
from training.retraining.renew import Parts, completed, renewed

WEEK = (1.0,) * 168
PARTS = Parts(
    files={"traffic.json": msgspec.json.encode(WEEK)},
    gates=(Gate(name="foretells wins", passed=True, found="loses .51 instead of .60"),),
    told={"traffic": "an even week"},
)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def card(folder: Path) -> Any:
    return msgspec.json.decode((folder / "card.json").read_bytes())


def test_it_says_what_the_champion_says_and_the_service_loads_it(tmp_path: Path) -> None:
    models = shipped(tmp_path)
    before = files(models / "solar" / "0001")
    assert renewed(models, "solar", "0001", PARTS) == "0002"
    whole(models, "solar", "0002")
    champion, fresh = load_version(models, "solar", "0001")[0], load_version(models, "solar", "0002")[0]
    facts: dict[str, Value] = {"state": "TX", "monthly_bill": 210.0, "credit_tier": "good"}
    assert fresh.probability(facts) == champion.probability(facts)
    assert (fresh.version, fresh.traffic, champion.traffic) == ("0002", WEEK, ())
    assert files(models / "solar" / "0001") == before
    assert not list((models / "solar").glob(".*"))


def test_its_card_says_where_it_comes_from_and_vouches_for_every_file(tmp_path: Path) -> None:
    models = shipped(tmp_path)
    folder = models / "solar" / renewed(models, "solar", "0001", PARTS)
    told = card(folder)
    assert (told["version"], told["renews"], told["passed"]) == ("0002", "0001", True)
    assert told["gates"][-1]["name"] == "foretells wins"
    assert set(told["sha256"]) == {"pipeline.joblib", "scorer.json", "traffic.json"}
    page = (folder / "card.md").read_text()
    assert page.startswith("# solar 0002:")
    assert "The scorer is that of 0001." in page
    assert "- traffic: an even week" in page
    assert page.count("## Files") == 1
    (folder / "traffic.json").write_bytes(b"[]")
    with pytest.raises(NotChanged, match="checksum"):
        whole(models, "solar", "0002")


def test_renewed_again_parts_stay_or_are_replaced_and_gates_stand_once(tmp_path: Path) -> None:
    models = shipped(tmp_path)
    first = renewed(models, "solar", "0001", PARTS)
    failed = Gate(name="foretells wins", passed=False, found="it does not")
    more = Parts(files={"reference.json": b"{}"}, gates=(failed,), told={"window": "none"})
    folder = models / "solar" / renewed(models, "solar", first, more)
    told = card(folder)
    assert set(told["sha256"]) == {"pipeline.joblib", "scorer.json", "traffic.json", "reference.json"}
    assert [gate["found"] for gate in told["gates"] if gate["name"] == "foretells wins"] == ["it does not"]
    assert not told["passed"]
    assert told["parts"] == {"traffic": "an even week", "window": "none"}
    assert (folder / "card.md").read_text().count("## Beside the scorer") == 1


def test_a_version_that_was_just_learned_gets_its_parts_in_place(tmp_path: Path) -> None:
    models = shipped(tmp_path)
    completed(models / "solar" / "0001", read_card(models / "solar" / "0001"), PARTS)
    whole(models, "solar", "0001")
    assert load_version(models, "solar", "0001")[0].traffic == WEEK
    assert card(models / "solar" / "0001")["renews"] == ""


def test_what_a_killed_renewal_left_is_in_nobodys_way(tmp_path: Path) -> None:
    models = shipped(tmp_path)
    (models / "solar" / ".0002.unfinished").mkdir()
    (models / "solar" / ".0002.unfinished" / "rest").write_text("half")
    assert renewed(models, "solar", "0001", PARTS) == "0002"
    assert not (models / "solar" / "0002" / "rest").exists()

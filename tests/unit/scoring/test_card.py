"""One card tells everybody the same of a model, and a card of another form is refused by name."""

from pathlib import Path

import msgspec
import pytest

from app.scoring.artefact import Unusable
from app.scoring.card import CARD, CARD_SCHEMA, Gate, check_sum, read_card, write_card
from tests.cards import model_card

ROOT = Path(__file__).parents[3]
PASS = Gate(name="level", passed=True, found="1.02")
FAIL = Gate(name="level", passed=False, found="1.62", figure=1.62, remedy="train on a more recent stretch")
OPEN = Gate(name="wins", passed=None, found="no auctions")


def test_what_is_written_is_read_back_and_every_file_is_vouched_for(tmp_path: Path) -> None:
    (tmp_path / "scorer.json").write_bytes(b"{}")
    (tmp_path / "card.md").write_text("for people")
    card = write_card(tmp_path, model_card(gates=(PASS, OPEN)))
    assert read_card(tmp_path) == card
    assert set(card.sha256) == {"scorer.json"}
    check_sum(tmp_path, card, "scorer.json", b"{}")
    for name, body in (("scorer.json", b"{ }"), ("habits.json", b"{}")):
        with pytest.raises(Unusable, match=rf"/{name} does not have the checksum in card\.json: restore or retrain it"):
            check_sum(tmp_path, card, name, body)


@pytest.mark.parametrize("schema", [CARD_SCHEMA - 1, CARD_SCHEMA + 1, None])
def test_a_card_of_another_version_is_named_with_both_and_what_to_do(tmp_path: Path, schema: int | None) -> None:
    told = msgspec.to_builtins(model_card()) | {"schema": schema}
    (tmp_path / CARD).write_bytes(msgspec.json.encode(told))
    said = f"card.json has schema {schema}, this service reads {CARD_SCHEMA}: train again or upgrade"
    with pytest.raises(Unusable, match=said):
        read_card(tmp_path)


def test_a_gate_has_one_result_the_latest() -> None:
    card = model_card(gates=(PASS, Gate(name="ranking kept", passed=True, found=".66"))).judged([FAIL])
    assert [gate.line for gate in card.gates] == [
        "pass  ranking kept: .66",
        "FAIL  level: 1.62. train on a more recent stretch",
    ]
    assert (card.passed, card.failed, card.cleared) == (False, ("level",), False)
    assert card.judged([PASS]).cleared


def test_what_nobody_looked_at_has_not_passed() -> None:
    card = model_card(gates=(PASS,)).judged([OPEN])
    assert (OPEN.result, card.passed, card.failed) == ("open", False, ("wins",))
    # A card that contradicts its gates does not pass either.
    assert not model_card(passed=True, gates=(OPEN,)).cleared


def test_real_outcomes_are_in_a_model_of_bought_leads_or_with_parts_of_its_own_bids() -> None:
    real = model_card()
    made_up = msgspec.structs.replace(real, history=msgspec.structs.replace(real.history, synthetic=True))
    renewed = msgspec.structs.replace(made_up, parts={"habits": "of acme"})
    assert (real.learned_from_real, made_up.learned_from_real, renewed.learned_from_real) == (True, False, True)


def test_one_module_names_the_file() -> None:
    modules = [path for top in ("app", "training") for path in (ROOT / top).rglob("*.py")]
    assert [path.name for path in modules if "card.json" in path.read_text(encoding="utf-8")] == ["card.py"]

"""A retrained model is learned as its champion was specified: its fields of text, trust and settings go on."""

from msgspec import to_builtins
from msgspec.structs import replace

from app.domain.catalogue import FactRead
from app.domain.vertical import Field, Vertical
from tests.cards import model_card
from training.histories.declared import spec_of
from training.retraining.successor import successor_spec

VERTICAL = Vertical(
    name="solar",
    title="Solar",
    fields=(Field(name="city", type="text"), Field(name="remark", type="text"), Field(name="bill", type="number")),
)


def test_a_field_of_text_that_the_champion_reads_is_read_again() -> None:
    card = model_card(reads=(FactRead(name="city", kind="category"), FactRead(name="bill", kind="number")))
    found = {field.name: field for field in successor_spec(VERTICAL, card).fields}
    assert (found["city"].type, found["city"].read) == ("choice", True)
    assert not found["remark"].read
    assert found["bill"].type == "number"


def test_what_the_specification_of_the_champion_says_of_the_fit_holds_again() -> None:
    told = spec_of(VERTICAL)
    fields = tuple(replace(field, trusted=field.name == "bill") for field in told.fields)
    before = replace(
        told, fields=fields, half_life_days=90.0, calibrator="beta", candidates=({"model": "logistic", "c": (0.1,)},)
    )
    found = successor_spec(VERTICAL, model_card(spec=to_builtins(before)))
    assert (found.half_life_days, found.calibrator, found.candidates) == (90.0, "beta", before.candidates)
    assert [field.name for field in found.fields if field.trusted] == ["bill"]


def test_without_a_champion_or_with_one_of_another_version_the_declaration_alone_counts() -> None:
    assert successor_spec(VERTICAL, None) == spec_of(VERTICAL)
    assert successor_spec(VERTICAL, model_card(spec={"odd": 1})) == spec_of(VERTICAL)

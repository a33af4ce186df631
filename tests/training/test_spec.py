"""A specification is read to the letter: what it says wrongly is refused by key, with what may have been meant."""

from pathlib import Path

import pytest

from app.domain.vertical import Field, Vertical
from training.errors import TrainingError
from training.histories.declared import spec_of
from training.histories.spec import SpecField, missing_columns, read_spec

GOOD = """
vertical = "solar"
label = "status"
positive = ["sold", "funded"]
order = "created"
maturity_days = 30

[[fields]]
name = "bill"
column = "Monthly Bill"
type = "number"

[[fields]]
name = "call_length"
type = "integer"
known_at_ping = false
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "spec.toml"
    path.write_text(text)
    return path


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    spec = read_spec(written(tmp_path, GOOD))
    assert (spec.vertical, spec.positive, spec.maturity_days) == ("solar", ("sold", "funded"), 30.0)
    assert spec.fields[0] == SpecField(name="bill", type="number", column="Monthly Bill")
    assert spec.named == {
        "Monthly Bill": "fields.bill",
        "call_length": "fields.call_length",
        "status": "label",
        "created": "order",
    }


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('label = "status"', 'lable = "status"', "unknown key 'lable'; did you mean 'label'?"),
        ("known_at_ping", "known_at_pings", "field 2 (call_length): unknown key 'known_at_pings'"),
        ('label = "status"', "", "`label`"),
        ('type = "number"', 'type = "money"', "Invalid enum value 'money'"),
        ('"solar"', '"Solar leads"', "vertical: 'Solar leads' must be of lower-case letters"),
        ('order = "created"', 'order = "row"', "rows without times have no age"),
        ("maturity_days = 30", "maturity_days = -1", "maturity_days: must not be negative"),
        ("maturity_days = 30", 'time_zone = "Mars/Base"', "time_zone: 'Mars/Base' is unknown"),
        ('name = "call_length"', 'name = "bill"', "fields.bill: named twice"),
        ('column = "Monthly Bill"', 'column = "status"', "'status' is the outcome, which no ping knows"),
        ('type = "number"', 'type = "text"', "none is known at ping time and of a type that a model reads"),
        ("[[fields]]", "[[fields", "is not TOML"),
        ("maturity_days = 30", "half_life_days = -1", "half_life_days: must not be negative"),
        ("maturity_days = 30", 'weight = "status"', "weight: 'status' is the outcome"),
        ("maturity_days = 30", 'calibrator = "platt"', "Invalid enum value 'platt'"),
        ("maturity_days = 30", "candidates = [{ trees = 9 }]", "candidates: each names its model"),
        ("maturity_days = 30", 'value = { field = "bill", rate = "much" }', "value: rate 'much' is no share above 0"),
        ("maturity_days = 30", 'value = { feild = "bill", rate = 1 }', "unknown key 'feild'; did you mean 'field'?"),
    ],
)
def test_what_is_said_wrongly_is_refused_by_name(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(TrainingError) as refused:
        read_spec(written(tmp_path, GOOD.replace(old, new, 1)))
    assert says in str(refused.value)
    assert "spec.toml" in str(refused.value)


def test_a_specification_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"nowhere\.toml cannot be read"):
        read_spec(tmp_path / "nowhere.toml")


def test_every_missing_column_is_told_with_its_key_and_what_may_be_meant(tmp_path: Path) -> None:
    spec = read_spec(written(tmp_path, GOOD))
    assert missing_columns(spec, ["created", "call_length", "Monthly_Bill", "Status"]) == [
        "fields.bill: there is no column 'Monthly Bill'; did you mean 'Monthly_Bill'?",
        "label: there is no column 'status'; did you mean 'Status'?",
    ]


def test_a_declared_vertical_is_a_specification_too() -> None:
    fields = (
        Field(name="tier", type="choice", values=("good",)),
        Field(name="sale", type="number", known_at_ping=False),
    )
    spec = spec_of(Vertical(name="solar", title="Solar", fields=fields))
    assert [field.name for field in spec.fields] == ["tier", "sale", "state", "local_hour", "weekday"]
    assert [field.known_at_ping for field in spec.fields] == [True, False, True, True, True]

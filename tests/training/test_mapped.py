"""The draft of a history in a buyer's own words: declared names, types and spellings, and what is not declared yet."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config.load import LoadedConfig, load
from app.domain.vertical import Field, Vertical
from training.histories.declared import DeclaredVerticals, declared
from training.histories.draft import draft, written
from training.histories.mapped import MappedDraft, chosen_vertical, lacking, mapped
from training.histories.spec import SpecField, read_spec
from training.histories.specified import read_history
from training.histories.tables import open_table
from training.main import main

FIELDS = (
    Field(name="roof_age", type="integer", aliases=("age_of_roof",)),
    Field(name="material", type="choice", values=("tile", "metal", "flat_roof")),
    Field(name="owner", type="boolean"),
    Field(name="bill", type="number"),
    Field(name="size", type="integer"),
    Field(name="call_seconds", type="integer", known_at_ping=False),
    Field(name="market", type="text"),
)
KNOWN = DeclaredVerticals(
    verticals={"roof": Vertical(name="roof", title="Roof", fields=FIELDS)}, zone="America/Chicago"
)
COLUMNS = (
    "Created At,Age of Roof,MATERIAL,Owner,BILL,Size,Call-Seconds,Market,State,Zip Code,City,Basement Kind,"
    "% Credit,bought"
)
STATES, KINDS = ("Texas", "FL"), ("Full", "Half", "None at all")


def lines() -> Iterator[str]:
    yield COLUMNS
    for n in range(400):
        material = ("Tile", "METAL", "Flat Roof", "Slate")[n % 4]
        size = "small" if n % 2 else "large"
        yield (
            f"2026-0{1 + n // 100}-0{1 + n % 9}T0{n % 10}:00:00,{n % 31},{material},{'yes' if n % 3 else 'no'},"
            f"{50 + n % 37}.5,{size},{n % 90},M{n % 5},{STATES[n % 2]},7870{n % 9},Tampa{n % 3},{KINDS[n % 3]},"
            f"{n % 13},{'yes' if n * 7919 % 11 < 2 else 'no'}"
        )


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mapped") / "roof.csv"
    path.write_text("\n".join(lines()))
    return path


@pytest.fixture(scope="module")
def fitted(path: Path) -> MappedDraft:
    with open_table(path) as table:
        return mapped(draft(table, label="bought", vertical=""), KNOWN, table)


@pytest.fixture(scope="module")
def fields(fitted: MappedDraft) -> dict[str, SpecField]:
    return {field.name: field for field in fitted.draft.spec.fields}


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("roof_age", "Age of Roof"),
        ("material", "MATERIAL"),
        ("owner", "Owner"),
        ("bill", "BILL"),
        ("call_seconds", "Call-Seconds"),
        ("state", "State"),
        ("zip", "Zip Code"),
        ("basement_kind", "Basement Kind"),
        ("credit", "% Credit"),
    ],
)
def test_a_column_has_the_name_of_the_field_and_stays_named_as_the_column(
    fields: dict[str, SpecField], name: str, column: str
) -> None:
    assert fields[name].column == column


def test_types_are_the_declared_ones_and_choices_are_spelled_so(fields: dict[str, SpecField]) -> None:
    assert fields["material"].type == "choice"
    assert fields["material"].values == ("tile", "metal", "flat_roof")
    assert (fields["owner"].type, fields["bill"].type, fields["roof_age"].type) == ("boolean", "number", "integer")


def test_what_the_file_holds_otherwise_than_declared_is_withheld_with_the_reason(fields: dict[str, SpecField]) -> None:
    assert not fields["size"].known_at_ping
    assert "declared as integer, and the file holds something else" in fields["size"].reason


def test_what_is_declared_for_later_is_withheld(fields: dict[str, SpecField]) -> None:
    assert not fields["call_seconds"].known_at_ping
    assert fields["call_seconds"].reason.startswith("declared as unknown at ping time")


def test_a_name_that_pings_use_for_something_else_gets_another_with_the_alias_to_declare(
    fields: dict[str, SpecField],
) -> None:
    assert fields["lead_city"].column == "City"
    assert 'aliases = { city = "lead_city" }' in fields["lead_city"].reason


def test_of_two_columns_for_one_field_the_exact_one_is_read(tmp_path: Path) -> None:
    path = tmp_path / "roof.csv"
    path.write_text("Roof Age,roof_age,y\n" + "".join(f"{n % 9},{n % 7},{n % 3}\n" for n in range(300)))
    with open_table(path) as table:
        spec = mapped(draft(table, label="y", vertical=""), KNOWN, table).draft.spec
    first, second = spec.fields
    assert (second.name, second.column, second.known_at_ping) == ("roof_age", "", True)
    assert (first.name, first.known_at_ping) == ("roof_age_2", False)
    assert first.reason == "'roof_age' is read from 'roof_age' already"


def test_hours_count_on_the_buyers_clock(fitted: MappedDraft) -> None:
    assert fitted.draft.spec.time_zone == "America/Chicago"


def test_the_draft_reads_the_file_in_the_words_of_pings(fitted: MappedDraft, path: Path, tmp_path: Path) -> None:
    spec = tmp_path / "spec.toml"
    spec.write_text(written(fitted.draft, ["A draft."]))
    history = read_history(path, read_spec(spec), tell=lambda _: None)
    assert {*history.columns["material"]} == {"tile", "metal", "flat_roof", None}
    assert {*history.columns["state"]} == {"TX", "FL"}
    assert "material: none of its values, and read as missing: 'Slate' in 100 rows" in history.notes


def test_only_what_is_lacking_is_drafted(fitted: MappedDraft) -> None:
    block = lacking(fitted)
    assert block.splitlines() == [
        "# Add these to the fields of vertical 'roof' in buyer.toml:",
        '  { name = "lead_city", type = "choice", values = ["Tampa0", "Tampa1", "Tampa2"] },',
        '  { name = "basement_kind", type = "choice", values = ["Full", "Half", "None at all"] },',
        '  { name = "credit", type = "integer" },',
    ]


def test_a_vertical_that_is_not_declared_is_drafted_whole_and_loads(path: Path, tmp_path: Path) -> None:
    config = tmp_path / "buyer.toml"
    head = '[buyer]\nlegal_name = "A"\nbrands = ["A"]\ntime_zone = "America/Chicago"\n'
    config.write_text(head)
    with open_table(path) as table:
        fresh = mapped(draft(table, label="bought", vertical=""), declared(config), table)
    config.write_text(f"{head}\n{lacking(fresh)}")
    read = load(config, environ={})
    assert isinstance(read, LoadedConfig)
    (vertical,) = read.declared.verticals
    assert vertical.name == "roof"
    assert {"age_of_roof", "material", "owner", "lead_city"} <= {field.name for field in vertical.fields}
    # Once it is declared, nothing is lacking, and the draft says the same.
    with open_table(path) as table:
        again = mapped(draft(table, label="bought", vertical=""), declared(config), table)
    assert lacking(again) == ""
    assert {each.name for each in again.draft.spec.fields} == {each.name for each in fresh.draft.spec.fields}


@pytest.mark.parametrize(
    ("drafted", "asked", "chosen"), [("leads", "", "roof"), ("leads", "siding", "siding"), ("roof", "", "roof")]
)
def test_the_only_declared_vertical_is_meant_unless_one_is_named(drafted: str, asked: str, chosen: str) -> None:
    assert chosen_vertical(KNOWN, drafted, asked) == chosen


@pytest.mark.long
def test_the_command_writes_the_draft_and_prints_what_the_configuration_lacks(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, out = tmp_path / "buyer.toml", tmp_path / "spec.toml"
    config.write_text(
        '[buyer]\nlegal_name = "A"\nbrands = ["A"]\ntime_zone = "America/Chicago"\n'
        '[[verticals]]\nname = "roof"\nfields = [{ name = "age_of_roof", type = "integer" }]\n'
    )
    words = ["describe", "--data", str(path), "--label", "bought", "--config", str(config)]
    assert main([*words, "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("# Add these to the fields of vertical 'roof' in buyer.toml:\n  { name = ")
    assert "age_of_roof" not in said
    assert read_spec(out).vertical == "roof"
    assert out.read_text().endswith("".join(f"# {line.removeprefix('# ')}\n" for line in said.splitlines()))
    assert main(words) == 0
    assert tomllib.loads(capsys.readouterr().out)["vertical"] == "roof"

"""The documentation of the configuration says what the schema says, key for key."""

from pathlib import Path

import msgspec

from app.config.reference import DESTINATIONS, LEAD_MEANINGS, reference
from app.config.schema import Table
from app.domain.delivery.sold_lead import LEAD_PATHS
from tests.table import each_row

REMEDY = "write it anew: what stands above the marker stays, below it comes `leadbid check --reference`"


def tables() -> list[type[Table]]:
    return [kind for kind in Table.__subclasses__() if kind.__name__ != "BuyerFile"]


def test_the_documented_keys_are_those_of_the_schema() -> None:
    written = (Path(__file__).parents[3] / "docs/configuration.md").read_text(encoding="utf-8")
    _, _, keys = written.partition("<!-- From here on: leadbid check --reference -->\n\n")
    assert keys == reference(), REMEDY


@each_row("table", tables())
def test_every_table_of_the_schema_is_documented(table: type[Table]) -> None:
    headline = (table.__doc__ or "").split("\n")[0].rstrip(".")
    section = reference().partition(f"## {headline}\n")[2].partition("\n## ")[0]
    for field in msgspec.structs.fields(table):
        assert f"| `{field.encode_name}` |" in section or field.name == "at"


@each_row("kind", DESTINATIONS)
def test_every_key_of_a_destination_is_documented(kind: type[msgspec.Struct]) -> None:
    _, rows = DESTINATIONS[kind]
    assert {*rows} == {field.encode_name for field in msgspec.structs.fields(kind)}


def test_every_path_of_a_lead_is_explained() -> None:
    assert set(LEAD_MEANINGS) == {*LEAD_PATHS, "fields.NAME"}

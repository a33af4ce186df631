"""What a model may read: fields known at ping time, each as it was declared, and missing as the service sees it."""

from math import isnan

from app.domain.vertical import Field, Vertical
from app.scoring.card import LeftOut
from training.conversion.features import Column, columns_of, table

VERTICAL = Vertical(
    name="solar",
    title="Solar",
    fields=(
        Field(name="bill", type="number"),
        Field(name="tier", type="choice", values=("good", "poor")),
        Field(name="owner", type="boolean"),
        Field(name="roof_age", type="integer"),
        Field(name="notes", type="text"),
        Field(name="moved_in", type="date"),
        Field(name="sale_value", type="number", known_at_ping=False),
    ),
)


def test_columns_are_what_a_ping_knows_with_categories_first() -> None:
    columns, _ = columns_of(VERTICAL)
    assert [column.name for column in columns if column.kind == "category"] == ["tier", "state"]
    assert [column.name for column in columns if column.kind == "number"] == [
        "bill",
        "owner",
        "roof_age",
        "local_hour",
        "weekday",
    ]
    assert [column.kind for column in columns] == ["category"] * 2 + ["number"] * 5


def test_what_no_model_reads_is_listed_with_its_reason() -> None:
    _, left_out = columns_of(VERTICAL)
    assert left_out == (
        LeftOut("notes", "text: no model reads it"),
        LeftOut("moved_in", "date: no model reads it"),
        LeftOut("sale_value", "not known at ping time"),
    )


def test_what_the_service_calls_missing_is_missing_in_the_table() -> None:
    columns = (Column("tier", "category"), Column("bill", "number"))
    rows = table(columns, [{"tier": "good", "bill": 3}, {}, {"tier": "", "bill": "3"}, {"tier": 7, "bill": True}])
    assert rows[0].tolist() == ["good", 3.0]
    assert all(isnan(cell) for cell in (*rows[1], *rows[2], rows[3][0]))
    assert rows[3][1] == 1.0

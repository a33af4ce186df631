"""A model that reads what its vertical does not declare is named field by field, with what to do."""

from typing import Any, Literal

from app.domain.auction.features import OF_EVERY_LEAD
from app.domain.catalogue import FactRead
from app.domain.vertical import Field, Vertical
from app.scoring.fit import unfit
from app.scoring.load import load
from app.scoring.registry.changes import Author, point_at
from tests.build import model
from tests.models import add_version, landscape_of, shipped
from tests.service import DEMO_CONFIG
from tests.table import each_row
from training.histories.declared import declared

ROOF = Vertical(
    name="roof",
    title="Roof",
    fields=(
        Field(name="city_code", type="text", aliases=("plz_code",)),
        Field(name="material", type="choice", values=("tile", "metal", "1-5")),
        Field(name="age", type="integer"),
        Field(name="owner", type="boolean"),
        Field(name="built", type="date"),
        Field(name="call_seconds", type="integer", known_at_ping=False),
    ),
)
Kind = Literal["category", "number"]


def told(name: str, kind: Kind = "category", *values: str) -> str:
    return "; ".join(unfit(model(vertical="roof", reads=(FactRead(name=name, kind=kind, values=values),)), ROOF))


@each_row(
    ("name", "kind", "values"),
    [
        ("city_code", "category", ("A1", "B2")),
        ("material", "category", ("tile", "slate")),
        ("material", "category", ()),
        ("age", "number", ()),
        ("owner", "number", ()),
        ("built", "category", ("2020-01-01",)),
        ("state", "category", ("TX", "FL")),
        ("zip", "category", ("78701",)),
        ("zip3", "category", ("787",)),
        ("sub_id", "category", ("s-1",)),
        ("local_hour", "number", ()),
        ("weekday", "number", ()),
    ],
)
def test_what_a_ping_can_tell_fits(name: str, kind: Kind, values: tuple[str, ...]) -> None:
    assert told(name, kind, *values) == ""


def test_every_fact_that_every_lead_has_is_known() -> None:
    kinds: tuple[Kind, ...] = ("category", "number")
    assert all(any(told(name, kind) == "" for kind in kinds) for name in (*OF_EVERY_LEAD, "zip", "sub_id"))


@each_row("name", ["City_Code", "CITY-CODE", "city code", "PLZ_Code"])
def test_another_spelling_is_refused_and_the_declared_one_is_named(name: str) -> None:
    said = told(name)
    assert said.startswith(f"model 1 reads {name!r}, which vertical 'roof' does not declare; it declares 'city_code'")
    assert f'(name = "city_code", column = "{name}")' in said
    assert "alias of 'city_code'" in said


def test_the_other_spelling_of_a_fact_of_every_lead_is_named_too() -> None:
    assert "it declares 'state': rename it" in told("State")
    assert "it declares 'local_hour': rename it" in told("Local Hour", "number")


def test_a_field_that_nobody_declares_is_refused_with_both_remedies() -> None:
    said = told("basement", "number")
    assert "'basement', which vertical 'roof' does not declare; there are: city_code, material, age" in said
    assert "Declare it there, or" in said
    assert 'column = "basement"' in said
    assert "describe --config" in said


def test_a_name_that_is_near_a_declared_one_is_asked_about() -> None:
    assert "does not declare; did you mean 'material'? Declare it there" in told("materials")


def test_what_is_told_after_the_ping_is_refused() -> None:
    assert "known_at_ping = false, so that no ping has it" in told("call_seconds", "number")


@each_row(
    ("name", "kind", "declared_type"),
    [
        ("material", "number", "choice"),
        ("city_code", "number", "text"),
        ("built", "number", "date"),
        ("age", "category", "integer"),
        ("owner", "category", "boolean"),
    ],
)
def test_one_kind_against_another_is_refused(name: str, kind: Kind, declared_type: str) -> None:
    said = told(name, kind)
    assert f"{name!r} as a" in said
    assert f"declares as type {declared_type!r}: it would always be missing" in said


def test_choices_of_which_none_is_declared_are_refused() -> None:
    said = told("material", "category", "slate", "wood")
    assert "'material' as 'slate', 'wood', which vertical 'roof' declares as 'tile', 'metal', '1-5'" in said


def test_a_choice_that_is_spelled_otherwise_is_refused_though_others_fit() -> None:
    said = told("material", "category", "tile", "Metal", "1 - 5")
    assert "('Metal' for 'metal'" in said
    assert "declared spellings" in said


@each_row(
    ("name", "kind", "values", "words"),
    [
        ("state", "category", ("Texas", "Florida"), "two letters, as TX"),
        ("zip3", "category", ("78701",), "three digits"),
        ("weekday", "category", ("Monday",), "a number"),
        ("state", "number", (), "two letters"),
    ],
)
def test_a_fact_of_every_lead_is_written_as_pings_have_it(
    name: str, kind: Kind, values: tuple[str, ...], words: str
) -> None:
    assert f"a ping has it as {words}" in told(name, kind, *values)


def test_every_trouble_is_said() -> None:
    reads = (FactRead(name="City_Code", kind="category"), FactRead(name="owner", kind="category"))
    assert len(unfit(model(vertical="roof", reads=reads), ROOF)) == 2


def test_the_facts_that_only_a_landscape_reads_count(tmp_path: Any) -> None:
    models = shipped(tmp_path)
    add_version(models, "roofing", "0002", parts={"landscape.json": landscape_of("roofing", ["acme", "bluebird"])})
    point_at(models, "roofing", "0002", Author(who="a test", at=0.0))
    (why,) = unfit(load(models).models["roofing"], declared(DEMO_CONFIG).verticals["roofing"])
    assert "'monthly_bill', which vertical 'roofing' does not declare" in why


def test_the_shipped_models_fit_the_demo() -> None:
    verticals = declared(DEMO_CONFIG).verticals
    shipped_models = load(DEMO_CONFIG.parents[2] / "models").models
    assert {name: unfit(each, verticals[name]) for name, each in shipped_models.items()} == dict.fromkeys(verticals, ())

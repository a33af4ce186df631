"""What may price, what may not and why, and that one vertical's damage stays its own."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import msgspec
import pytest

from app.scoring.artefact import BYTES_MAX, LEAVES_MAX
from app.scoring.load import LoadedModels, load, load_version
from app.scoring.pointer import POINTER

ENCODED = {
    "kind": "encoded",
    "name": "city",
    "values": ["Bonn", "Kiel"],
    "encodings": [0.1, 0.2],
    "missing": 0.1,
    "unknown": 0.1,
}
Shelve = Callable[..., Path]


def reason(loaded: LoadedModels) -> str:
    """The one reason for the one refusal."""
    assert loaded.models == {}
    (problem,) = loaded.problems
    return problem.reason


def test_a_whole_artefact_loads_and_prices(shelve: Shelve, written: dict[str, Any]) -> None:
    loaded = load(shelve())
    assert loaded.problems == ()
    model = loaded.models["solar"]
    assert {fact.name: fact.kind for fact in model.reads} == {
        **dict.fromkeys(("state", "tier", "city"), "category"),
        **dict.fromkeys(("age", "bill", "owner"), "number"),
    }
    assert next(fact.values for fact in model.reads if fact.name == "tier") == ("excellent", "fair", "good", "poor")
    assert (model.vertical, model.version) == ("solar", "0001")
    for row in written["parity"]:
        assert model.probability(row["facts"]) == pytest.approx(row["probability"], abs=1e-9)


def test_a_version_loads_that_nothing_points_at(shelve: Shelve) -> None:
    models = shelve()
    (models / POINTER).unlink()
    model, reads = load_version(models, "solar", "0001")
    assert (model.version, reads[0]) == ("0001", "state")


def test_one_damaged_vertical_leaves_the_others_loaded(shelve: Shelve) -> None:
    shelve(vertical="solar")
    models = shelve(vertical="roofing", card={"sha256": {}})
    loaded = load(models)
    assert set(loaded.models) == {"solar"}
    assert [problem.vertical for problem in loaded.problems] == ["roofing"]


def test_a_changed_byte_is_a_wrong_checksum(shelve: Shelve) -> None:
    models = shelve()
    scorer = models / "solar" / "0001" / "scorer.json"
    scorer.write_bytes(scorer.read_bytes().replace(b'"baseline":-', b'"baseline":', 1))
    assert "checksum" in reason(load(models))


def test_a_truncated_scorer_is_named_also_where_its_checksum_fits(shelve: Shelve, written: dict[str, Any]) -> None:
    body = msgspec.json.encode(written["scorer"])
    assert "scorer.json is not a scorer" in reason(load(shelve(body=body[: len(body) // 2])))


@pytest.mark.parametrize("leaf", ["NaN", "Infinity", "1e999", "-1e999", "1e300", "null", "true", '"0.5"', "[]", "{}"])
def test_a_leaf_that_is_no_plain_number_is_refused(shelve: Shelve, written: dict[str, Any], leaf: str) -> None:
    body = msgspec.json.encode({**written["scorer"], "trees": ["LEAF"]}).replace(b'"LEAF"', leaf.encode())
    assert "scorer.json" in reason(load(shelve(body=body)))


@pytest.mark.parametrize(
    ("altered", "why"),
    [
        ({"schema": 1}, "schema 1, this service reads 2: train again"),
        ({"trees": [["oblique", 0, 0.5, True, 0.1, 0.2]]}, "Invalid value 'oblique'"),
        ({"trees": [["number", 3, 0.5, True, 0.1]]}, "is not a scorer"),
        ({"trees": [["number", 99, 0.5, True, 0.1, 0.2]]}, "is no feature"),
        ({"trees": [["number", -1, 0.5, True, 0.1, 0.2]]}, "is no feature"),
        ({"trees": [["number", 0, 0.5, True, 0.1, 0.2]]}, "is no feature"),
        ({"trees": [["category", 3, [0], True, 0.1, 0.2]]}, "is no feature"),
        ({"trees": [["category", 1, [9], True, 0.1, 0.2]]}, "does not have"),
        ({"trees": [["category", 1, [-1], True, 0.1, 0.2]]}, "does not have"),
        ({"calibrator": {"kind": "pickle", "path": "pipeline.joblib"}}, "Invalid value 'pickle'"),
        ({"calibrator": {"kind": "sigmoid", "slope": -1.0, "intercept": 0.0}}, "best leads lowest"),
        ({"calibrator": {"kind": "isotonic", "scores": [1.0, 0.0], "probabilities": [0.1, 0.2]}}, "rising curve"),
        ({"calibrator": {"kind": "isotonic", "scores": [0.0, 1.0], "probabilities": [0.2, 0.1]}}, "rising curve"),
        ({"calibrator": {"kind": "isotonic", "scores": [0.0], "probabilities": [1.5]}}, "rising curve"),
        ({"calibrator": {"kind": "isotonic", "scores": [0.0], "probabilities": []}}, "rising curve"),
        ({"calibrator": {"kind": "isotonic", "scores": [], "probabilities": []}}, "rising curve"),
        ({"calibrator": {"kind": "isotonic", "scores": [0.0, 1e-9], "probabilities": [0.1, 0.2]}}, "rising curve"),
        ({"calibrator": {"kind": "beta", "a": -0.1, "b": 1.0, "c": 0.0}}, "best leads lowest"),
        ({"calibrator": {"kind": "beta", "a": 0.0, "b": 0.0, "c": 0.0}}, "best leads lowest"),
        ({"calibrator": {"kind": "beta", "a": 1.0, "b": 1.0, "c": 1e9}}, "a number of the calibrator"),
        ({"baseline": 1e9}, "baseline"),
        ({"terms": [["number", 1, 0.0, 1.0, 0.0, 0.1, 0.0]]}, "weighs a number which is no feature"),
        ({"terms": [["number", 99, 0.0, 1.0, 0.0, 0.1, 0.0]]}, "weighs a number which is no feature"),
        ({"terms": [["number", 3, 1.0, 0.0, 0.0, 0.1, 0.0]]}, "terms[0] has no bounds"),
        ({"terms": [["number", 3, 0.0, 1e9, 0.0, 0.1, 0.0]]}, "adds at a bound"),
        ({"terms": [["number", 3, 0.0, 1.0, 0.0, 0.1, 1e9]]}, "adds for a missing fact"),
        ({"terms": [["category", 3, [0.1], 0.0, 0.0]]}, "not one weight a value"),
        ({"terms": [["category", 1, [0.1], 0.0, 0.0]]}, "not one weight a value"),
        ({"terms": [["category", 1, [0.1, 0.1, 0.1, 1e9], 0.0, 0.0]]}, "a weight of terms[0]"),
        ({"terms": [["category", 1, [0.1, 0.1, 0.1, 0.1], 0.0, 1e9]]}, "a weight of terms[0]"),
        ({"terms": [["product", 1, 2, 0.5]]}, "Invalid value 'product'"),
        ({"features": [{**ENCODED, "encodings": [0.1]}]}, "not one encoding a value"),
        ({"features": [{**ENCODED, "encodings": [0.1, 1e9]}]}, "an encoding of 'city'"),
        ({"features": [{**ENCODED, "unknown": 1e9}]}, "an encoding of 'city'"),
        ({"features": [{**ENCODED, "values": ["a", "a"]}]}, "repeats"),
        ({"features": [{"kind": "number", "name": "age"}] * 2}, "twice"),
        ({"features": [{"kind": "category", "name": "tier", "values": ["a", "a"]}]}, "repeats"),
        ({"features": [{"kind": "category", "name": "tier", "values": ["a"], "unknown": 1}]}, "is none of its values"),
        ({"features": [{"kind": "category", "name": "tier", "values": ["a"], "unknown": -1}]}, "is none of its values"),
        ({"code": "import os"}, "unknown field"),
        ({"vertical": "roofing"}, "is of 'roofing'"),
        ({"version": "0002"}, "'0002'"),
    ],
)
def test_a_scorer_that_training_never_writes_is_refused(shelve: Shelve, altered: dict[str, Any], why: str) -> None:
    assert why in reason(load(shelve(scorer=altered)))


def test_a_tree_with_too_many_leaves_is_refused(shelve: Shelve) -> None:
    tree: Any = 0.1
    for at in range(LEAVES_MAX):
        tree = ["number", 3, float(at), False, 0.2, tree]
    assert f"more than {LEAVES_MAX}" in reason(load(shelve(scorer={"trees": [tree]})))


def test_a_tree_nested_without_end_is_refused(shelve: Shelve, written: dict[str, Any]) -> None:
    nested = b'["number",3,0.5,false,0.1,' * 20_000
    body = msgspec.json.encode({**written["scorer"], "trees": ["TREE"]}).replace(b'"TREE"', nested)
    assert "scorer.json" in reason(load(shelve(body=body)))


def test_a_scorer_that_says_anything_else_than_the_pipeline_is_refused(shelve: Shelve, written: dict[str, Any]) -> None:
    moved = written["scorer"]["baseline"] + 1e-6
    assert "differs from the trained pipeline" in reason(load(shelve(scorer={"baseline": moved})))


def test_too_few_parity_rows_prove_nothing(shelve: Shelve, written: dict[str, Any]) -> None:
    assert "parity rows" in reason(load(shelve(card={"parity": written["parity"][:49]})))


@pytest.mark.parametrize(
    ("altered", "why"),
    [
        ({"schema": 7}, "card.json has schema 7, this service reads 3: train again"),
        ({"sha256": {}}, "checksum"),
        ({"parity": "none"}, "is not a model card"),
        ({"version": "0009"}, "'0009'"),
        ({"vertical": "roofing"}, "'roofing'"),
    ],
)
def test_a_card_of_something_else_is_refused(shelve: Shelve, altered: dict[str, Any], why: str) -> None:
    assert why in reason(load(shelve(card=altered)))


@pytest.mark.parametrize("part", ["scorer.json", "card.json"])
def test_a_missing_file_is_named(shelve: Shelve, part: str) -> None:
    models = shelve()
    (models / "solar" / "0001" / part).unlink()
    assert f"{part} cannot be read" in reason(load(models))


def test_a_file_too_large_for_an_artefact_is_not_even_read(shelve: Shelve) -> None:
    models = shelve()
    with (models / "solar" / "0001" / "scorer.json").open("ab") as scorer:
        scorer.truncate(BYTES_MAX + 1)
    assert "larger than" in reason(load(models))


@pytest.mark.parametrize(
    "version",
    [
        '"../../etc"',
        '".."',
        '"."',
        '""',
        '"/etc"',
        '"0001/pipeline.joblib"',
        '"pipeline.joblib"',
        '"0001\\u0000"',
        '"0001\\n"',
        "1",
        "[]",
        "{ path = '0001' }",
    ],
)
def test_a_pointer_that_is_no_version_is_refused(shelve: Shelve, version: str) -> None:
    models = shelve()
    (models / POINTER).write_text(f"solar = {version}\n")
    assert "must name a version" in reason(load(models))


@pytest.mark.parametrize("vertical", ["../solar", "..", "Solar", "so lar", ""])
def test_a_pointer_whose_vertical_is_no_name_is_refused(shelve: Shelve, vertical: str) -> None:
    models = shelve()
    (models / POINTER).write_text(f'"{vertical}" = "0001"\n')
    assert "no plain name" in reason(load(models))


def test_a_version_that_does_not_exist_is_named(shelve: Shelve) -> None:
    models = shelve()
    (models / POINTER).write_text('solar = "0404"\n')
    assert "0404 does not exist" in reason(load(models))


def test_a_pickled_pipeline_in_a_version_s_place_is_refused(shelve: Shelve) -> None:
    models = shelve()
    joblib.dump({"anything": 1}, models / "solar" / "0002")
    (models / POINTER).write_text('solar = "0002"\n')
    assert "0002 does not exist" in reason(load(models))


def test_a_pickled_pipeline_in_the_scorer_s_place_is_refused_unread(shelve: Shelve, tmp_path: Path) -> None:
    joblib.dump({"anything": 1}, tmp_path / "pipeline.joblib")
    assert "is not a scorer" in reason(load(shelve(body=(tmp_path / "pipeline.joblib").read_bytes())))


@pytest.mark.parametrize("what", ["0001", "0001/scorer.json"])
def test_a_link_out_of_the_models_directory_is_refused(shelve: Shelve, tmp_path: Path, what: str) -> None:
    models = shelve()
    inside, outside = models / "solar" / what, tmp_path / "elsewhere"
    inside.rename(outside)
    inside.symlink_to(outside)
    assert "leads out of the models directory" in reason(load(models))


def test_a_folder_that_is_a_link_to_itself_is_refused_by_name(shelve: Shelve, tmp_path: Path) -> None:
    models = shelve()
    version = models / "solar" / "0001"
    version.rename(tmp_path / "elsewhere")
    version.symlink_to(version)
    assert "0001 does not exist" in reason(load(models))


@pytest.mark.parametrize("content", [b"solar = ", b"\xff\xfe", b"solar = 0001\nsolar = 0002"])
def test_a_pointer_that_is_no_toml_is_refused_as_a_whole(shelve: Shelve, content: bytes) -> None:
    models = shelve()
    (models / POINTER).write_bytes(content)
    loaded = load(models)
    assert re.match(r"current\.toml is not TOML", reason(loaded))
    assert loaded.problems[0].vertical == ""


def test_a_missing_models_directory_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    loaded = load(tmp_path / "nowhere")
    assert "current.toml cannot be read" in reason(loaded)

"""`import-model`: what others fitted is read by their library and judged by the same gates, or it is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from app.scoring.artefact import CategorySplit, Node, NumberSplit
from app.scoring.load import load_version
from training.conversion.features import Column
from training.conversion.imported.foreign import (
    WantedFields,
    last_at_most,
    last_below,
    leaves,
    named_fields,
    small_trees,
)
from training.errors import TrainingError
from training.main import main

Capture = pytest.CaptureFixture[str]
Rows = np.ndarray[Any, Any]

SPEC = """
vertical = "windows"
label = "bought"
positive = "yes"
order = "at"

[[fields]]
name = "age"
type = "integer"

[[fields]]
name = "bill"
column = "Monthly Bill"
type = "number"

[[fields]]
name = "owner"
type = "boolean"
"""
NAMES = ["age", "Monthly Bill", "owner"]


def made(rows: int = 4_000) -> tuple[Rows, Rows]:
    """Leads, some facts of which are missing, and which of them bought."""
    random = np.random.default_rng(6)
    age, bill = random.integers(18, 80, rows).astype(float), random.lognormal(5.0, 0.5, rows).round(2)
    owner = (random.random(rows) < 0.6).astype(float)
    odds = -2.5 + 0.03 * age + 0.8 * owner * (bill > 150.0)
    bought = (random.random(rows) < 1.0 / (1.0 + np.exp(-odds))).astype(int)
    X = np.column_stack([age, bill, owner])  # noqa: N806
    X[random.random(X.shape) < 0.08] = np.nan
    return X, bought


@pytest.fixture(scope="module")
def leads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with those leads as a file, and its specification."""
    folder = tmp_path_factory.mktemp("leads")
    lines = ["at,age,Monthly Bill,owner,bought"]
    for number, (row, bought) in enumerate(zip(*made(), strict=True)):
        at = np.datetime64("2026-01-01T00:00:00") + np.timedelta64(number, "h")
        age, bill, owner = ("" if np.isnan(value) else f"{value:g}" for value in row)
        lines.append(f"{at},{age},{'' if not bill else row[1]},{owner},{'yes' if bought else 'no'}")
    (folder / "leads.csv").write_text("\n".join(lines))
    (folder / "spec.toml").write_text(SPEC)
    return folder


def imported(leads: Path, file: Path, out: Path, spec: Path | None = None, *words: str) -> int:
    told = ["--spec", str(spec or leads / "spec.toml"), "--data", str(leads / "leads.csv"), "--out", str(out)]
    return main(["import-model", "--file", str(file), *told, *words])


def check_served(models: Path, said: Callable[[Rows], Rows], tolerance: float) -> None:
    """The service says what the library says, of leads with gaps and of numbers at and beside thresholds."""
    card = json.loads((models / "windows" / "0001" / "card.json").read_text())
    model, fields = load_version(models, "windows", "0001")
    assert set(fields) == {"age", "bill", "owner"}
    assert card["calibrator"] == "none"
    (gate,) = [each for each in card["gates"] if each["name"] == "scorer equals pipeline"]
    assert gate["passed"]
    X, _ = made(600)  # noqa: N806
    X[:, 1] = np.where(np.arange(600) % 3 == 0, np.float32(X[:, 1]).astype(float), X[:, 1])
    wanted = said(X)
    for row, probability in zip(X, wanted, strict=True):
        facts: dict[str, Any] = dict(zip(("age", "bill", "owner"), row.tolist(), strict=True))
        known = {name: value for name, value in facts.items() if value == value}
        assert model.probability(known) == pytest.approx(float(probability), abs=tolerance)


def uncalibrated(leads: Path, folder: Path) -> Path:
    spec = folder / "spec.toml"
    spec.write_text('calibrator = "none"\n' + (leads / "spec.toml").read_text())
    return spec


def test_a_lightgbm_file_is_served_as_it_predicts(leads: Path, tmp_path: Path, capsys: Capture) -> None:
    lightgbm = pytest.importorskip("lightgbm", reason="the extra `import` is not installed")
    X, y = made()  # noqa: N806
    data = lightgbm.Dataset(X, y, feature_name=[name.replace(" ", "_") for name in NAMES])
    booster = lightgbm.train({"objective": "binary", "verbosity": -1, "num_leaves": 63}, data, 20)
    booster.save_model(tmp_path / "m.txt")
    assert imported(leads, tmp_path / "m.txt", tmp_path / "models", uncalibrated(leads, tmp_path), "--promote") == 0
    assert "LightGBM file" in (tmp_path / "models" / "windows" / "0001" / "card.md").read_text()
    assert "imported from m.txt" in capsys.readouterr().out
    check_served(tmp_path / "models", booster.predict, 1e-12)
    assert (tmp_path / "models" / "current.toml").read_text().endswith('windows = "0001"\n')
    kept = (tmp_path / "models" / "windows" / "0001" / "imported.txt").read_bytes()
    assert kept == (tmp_path / "m.txt").read_bytes()


def test_a_lightgbm_file_with_categories_of_a_frame_knows_their_values(leads: Path, tmp_path: Path) -> None:
    lightgbm = pytest.importorskip("lightgbm", reason="the extra `import` is not installed")
    pandas = pytest.importorskip("pandas", reason="a frame of categories is one of pandas'")
    X, y = made()  # noqa: N806
    tier = np.where(y == (np.random.default_rng(2).random(len(y)) < 0.8), "good", "poor")
    frame = pandas.DataFrame({"tier": pandas.Categorical(tier), "age": X[:, 0]})
    lightgbm.LGBMClassifier(n_estimators=5, verbosity=-1).fit(frame, y).booster_.save_model(tmp_path / "m.txt")
    lines = (leads / "leads.csv").read_text().splitlines()
    told = [f"{lines[0]},tier", *(f"{line},{value}" for line, value in zip(lines[1:], tier, strict=True))]
    (tmp_path / "leads.csv").write_text("\n".join(told))
    known = '[[fields]]\nname = "tier"\ntype = "choice"\ntrusted = true\nreason = "the form asks for it"\n'
    (tmp_path / "spec.toml").write_text(SPEC + known)
    assert imported(tmp_path, tmp_path / "m.txt", tmp_path / "models") in (0, 1)
    model, fields = load_version(tmp_path / "models", "windows", "0001")
    # What it does not read is in none of its figures.
    assert set(fields) == {"tier", "age"}
    assert model.probability({"tier": "good"}) > model.probability({"tier": "poor"})


def test_an_xgboost_file_is_served_to_the_last_bit_of_its_thresholds(leads: Path, tmp_path: Path) -> None:
    xgboost = pytest.importorskip("xgboost", reason="the extra `import` is not installed")
    X, y = made()  # noqa: N806
    matrix = xgboost.DMatrix(X, y, feature_names=NAMES)
    booster = xgboost.train({"objective": "binary:logistic", "max_depth": 6, "eta": 0.2}, matrix, 15)
    for ending in ("json", "ubj"):
        booster.save_model(tmp_path / f"m.{ending}")
        out = tmp_path / ending
        assert imported(leads, tmp_path / f"m.{ending}", out, uncalibrated(leads, tmp_path)) == 0
        # The library adds up with 32 bits.
        check_served(out, lambda rows: booster.predict(xgboost.DMatrix(rows, feature_names=NAMES)), 1e-6)


def test_a_catboost_file_is_served_as_it_predicts(leads: Path, tmp_path: Path) -> None:
    catboost = pytest.importorskip("catboost", reason="the extra `import` is not installed")
    X, y = made()  # noqa: N806
    model = catboost.CatBoostClassifier(iterations=20, verbose=0, allow_writing_files=False, thread_count=1)
    model.fit(catboost.Pool(X, y, feature_names=NAMES))
    model.save_model(str(tmp_path / "m.cbm"))
    assert imported(leads, tmp_path / "m.cbm", tmp_path / "models", uncalibrated(leads, tmp_path)) == 0
    check_served(tmp_path / "models", lambda rows: model.predict_proba(rows)[:, 1], 1e-9)


@pytest.mark.parametrize("kind", ["boosting", "logistic"])
def test_a_scikit_learn_file_is_served_as_it_predicts(leads: Path, tmp_path: Path, kind: str) -> None:
    io = pytest.importorskip("skops.io", reason="the extra `import` is not installed")
    X, y = made()  # noqa: N806
    linear = make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression())
    model = HistGradientBoostingClassifier(max_iter=20) if kind == "boosting" else linear
    io.dump(model.fit(X, y), tmp_path / "m.skops")
    assert imported(leads, tmp_path / "m.skops", tmp_path / "models", uncalibrated(leads, tmp_path)) == 0
    check_served(tmp_path / "models", lambda rows: model.predict_proba(rows)[:, 1], 1e-9)


def test_a_scikit_learn_file_of_anything_else_is_refused_by_name(leads: Path, tmp_path: Path, capsys: Capture) -> None:
    io = pytest.importorskip("skops.io", reason="the extra `import` is not installed")
    X, y = made()  # noqa: N806
    full = np.nan_to_num(X)
    for model, why in (
        (make_pipeline(StandardScaler(), PolynomialFeatures(), LogisticRegression()), "its step polynomialfeatures is"),
        (make_pipeline(StandardScaler(), LogisticRegression()), "it takes no missing values, and pings lack fields"),
        (LogisticRegression(), "LogisticRegression cannot be written down exactly"),
    ):
        io.dump(model.fit(full, y), tmp_path / "m.skops")
        assert imported(leads, tmp_path / "m.skops", tmp_path / "models") == 2
        assert why in capsys.readouterr().err
    assert not (tmp_path / "models" / "windows").exists()


@pytest.mark.parametrize(
    ("name", "body", "why"),
    [
        ("m.pkl", b"\x80\x04", "is a pickle, which can run any code when it is read"),
        ("m.joblib", b"", "is a pickle"),
        ("m.onnx", b"", "files of models end in .cbm, .json, .skops, .txt, .ubj"),
    ],
)
def test_a_file_of_another_kind_is_refused_before_anything_reads_it(
    leads: Path, tmp_path: Path, capsys: Capture, name: str, body: bytes, why: str
) -> None:
    (tmp_path / name).write_bytes(body)
    assert imported(leads, tmp_path / name, tmp_path / "models") == 2
    assert why in capsys.readouterr().err
    assert imported(leads, tmp_path / "nowhere.txt", tmp_path / "models") == 2
    assert "is no file: name a model" in capsys.readouterr().err


@pytest.mark.parametrize(("package", "name"), [("lightgbm", "m.txt"), ("xgboost", "m.json"), ("skops", "m.skops")])
def test_a_damaged_file_is_refused_by_its_name(
    leads: Path, tmp_path: Path, capsys: Capture, package: str, name: str
) -> None:
    pytest.importorskip(package, reason="the extra `import` is not installed")
    (tmp_path / name).write_bytes(b"this is no model")
    assert imported(leads, tmp_path / name, tmp_path / "models") == 2
    assert f"{name} cannot be read by {package}: " in capsys.readouterr().err


def wanted(*names: str) -> WantedFields:
    columns = tuple(Column(name, "number") for name in names)
    return WantedFields(columns=columns, sources={name: f"Column of {name}" for name in names})


def test_features_are_fields_by_name_or_column_or_in_order() -> None:
    assert named_fields(["b", "Column of a"], wanted("a", "b")) == ("b", "a")
    assert named_fields(["Column_of_a"], wanted("a", "b")) == ("a",)
    assert named_fields(["f0", "f1"], wanted("a", "b")) == ("a", "b")
    with pytest.raises(TrainingError, match=r"reads z, which no field .* it has: a, b"):
        named_fields(["a", "z"], wanted("a", "b"))
    with pytest.raises(TrainingError, match=r"3 features without names, and the specification 2 fields \(a, b\)"):
        named_fields(["0", "1", "2"], wanted("a", "b"))
    with pytest.raises(TrainingError, match="two features of the model are the same field"):
        named_fields(["a", "Column of a"], wanted("a", "b"))


def reached(tree: Node, row: list[float]) -> float:
    while not isinstance(tree, float):
        assert not isinstance(tree, CategorySplit)
        tree = tree.left if row[tree.feature] <= (tree.at_most or 0.0) else tree.right
    return tree


def test_a_large_tree_is_the_sum_of_small_ones() -> None:
    random = np.random.default_rng(1)

    def grown(depth: int) -> Node:
        if depth == 0:
            return float(random.normal())
        return NumberSplit(int(random.integers(4)), float(random.normal()), True, grown(depth - 1), grown(depth - 1))

    tree = grown(7)
    parts = small_trees(tree, 32)
    assert leaves(tree) == 128
    assert max(map(leaves, parts)) <= 32
    for row in random.normal(size=(200, 4)).tolist():
        assert sum(reached(part, row) for part in parts) == pytest.approx(reached(tree, row), abs=1e-12)
    assert small_trees(0.5) == [0.5]


@pytest.mark.parametrize("threshold", [0.1, 67.0, 129.34700012207031, -3.25, 1e-30, 45.3105507])
def test_thresholds_are_where_32_bits_turn(threshold: float) -> None:
    here = np.float32(threshold)
    below, at_most = last_below(threshold), last_at_most(threshold)
    assert np.float32(below) < here <= np.float32(np.nextafter(below, np.inf))
    assert np.float32(at_most) <= here < np.float32(np.nextafter(at_most, np.inf))

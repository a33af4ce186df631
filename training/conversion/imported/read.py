"""Reads a model file by its own library, or refuses it with the reason. Nothing that may carry code is unpickled."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from math import log, nan
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np

from app.scoring.artefact import Node, NumberSplit, NumberTerm
from training.conversion.export import light_node, node
from training.conversion.imported.foreign import (
    ForeignModel,
    WantedFields,
    last_at_most,
    last_below,
    named_fields,
    small_trees,
)
from training.errors import TrainingError
from training.statistics import Array

TRUSTED = (
    "functools.partial",
    "numpy.dtype",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.utils.validation.check_array",
)
"""What a scikit-learn file may hold besides what skops itself trusts; never what the file asks for."""

_LINEAR = ("SimpleImputer", "StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler")
_PICKLES = (".pkl", ".pickle", ".joblib", ".sav", ".dill", ".cloudpickle")


def read_model(path: Path, wanted: WantedFields) -> ForeignModel:
    """The model of this file. Raises `TrainingError`, also of one that the service cannot compute exactly."""
    if not path.is_file():
        raise TrainingError(f"{path} is no file: name a model that LightGBM, XGBoost, CatBoost or skops saved")
    kind = path.suffix.lower()
    if kind in _PICKLES:
        raise TrainingError(
            f"{path.name} is a pickle, which can run any code when it is read: save the model as its library does "
            "(LightGBM .txt, XGBoost .json or .ubj, CatBoost .cbm), or a scikit-learn one with skops.io.dump (.skops)"
        )
    if kind not in _READERS:
        raise TrainingError(f"{path.name}: files of models end in {', '.join(sorted(_READERS))}")
    package, read = _READERS[kind]
    if find_spec(package) is None:
        raise TrainingError(f"{path.name} is read by {package}: pip install 'leadbid[import]'")
    try:
        return read(import_module(package), path, wanted)
    except TrainingError as error:
        raise TrainingError(f"{path.name}: {error}") from None
    except Exception as error:  # noqa: BLE001 - each library has its own, and a damaged file may raise any
        line = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise TrainingError(f"{path.name} cannot be read by {package}: {line}") from None


def _lightgbm(lightgbm: Any, path: Path, wanted: WantedFields) -> ForeignModel:
    booster = lightgbm.Booster(model_file=str(path))
    told = booster.dump_model()
    if not str(told["objective"]).startswith("binary") or told["average_output"]:
        raise TrainingError(f"its objective is {told['objective'] or 'unknown'}: the service computes binary boosting")
    if str(told["objective"]) not in ("binary", "binary sigmoid:1"):
        raise TrainingError(f"its objective is {told['objective']}: only sigmoid:1 gives log-odds")
    names = named_fields(told["feature_names"], wanted)
    infos = told["feature_infos"]
    categories = [at for at, name in enumerate(told["feature_names"]) if infos.get(name, {}).get("values")]
    known = told["pandas_categorical"] or []
    split_by = {place for tree in told["tree_info"] for place in _categorical(tree["tree_structure"])}
    if split_by - set(categories) or (split_by and len(known) != len(categories)):
        raise TrainingError("it splits by categories that it does not name: fit it to a data frame of categories")
    values = {names[at]: tuple(map(str, known[place])) for place, at in enumerate(categories)} if known else {}
    order = list(range(len(names)))
    return ForeignModel(
        kind="LightGBM file",
        library="lightgbm",
        names=names,
        values=values,
        baseline=0.0,
        trees=_summed(light_node(tree["tree_structure"], order) for tree in told["tree_info"]),
        margin=lambda rows: np.asarray(booster.predict(rows, raw_score=True, validate_features=False)),
    )


def _categorical(tree: Mapping[str, Any]) -> list[int]:
    if "leaf_value" in tree:
        return []
    here = [int(tree["split_feature"])] if tree["decision_type"] == "==" else []
    return [*here, *_categorical(tree["left_child"]), *_categorical(tree["right_child"])]


def _xgboost(xgboost: Any, path: Path, wanted: WantedFields) -> ForeignModel:
    booster = xgboost.Booster(model_file=str(path))
    learner = json.loads(booster.save_config())["learner"]
    objective, booster_kind = learner["objective"]["name"], learner["gradient_booster"]["name"]
    if objective not in ("binary:logistic", "binary:logitraw") or booster_kind != "gbtree":
        raise TrainingError(f"it is {booster_kind} with {objective}: the service computes gbtree with binary:logistic")
    if "c" in (booster.feature_types or ()):
        raise TrainingError("it splits by categories: give it numbers, or a boolean field for each value")
    own = booster.feature_names or [f"f{at}" for at in range(booster.num_features())]
    names = named_fields(own, wanted)
    share = float(np.float32(str(learner["learner_model_param"]["base_score"]).strip("[]")))
    baseline = log(share / (1.0 - share)) if objective == "binary:logistic" else share
    places = {name: at for at, name in enumerate(own)}
    dumped = [json.loads(tree) for tree in booster.get_dump(dump_format="json")]
    by_leaf = [dict(_xgb_leaves(tree)) for tree in dumped]

    def margin(rows: Array) -> Array:
        # Which leaf is the library's word; it would add up what they say with 32 bits.
        matrix = xgboost.DMatrix(rows, feature_names=booster.feature_names, feature_types=booster.feature_types)
        reached = booster.predict(matrix, pred_leaf=True).reshape(len(rows), len(dumped)).astype(int)
        total = np.full(len(rows), baseline)
        for at, known in enumerate(by_leaf):
            total += [known[leaf] for leaf in reached[:, at]]
        return total

    return ForeignModel(
        kind="XGBoost file",
        library="xgboost",
        names=names,
        baseline=baseline,
        trees=_summed(_xgb_node(tree, places) for tree in dumped),
        margin=margin,
    )


def _xgb_leaves(tree: Mapping[str, Any]) -> list[tuple[int, float]]:
    if "leaf" in tree:
        return [(int(tree["nodeid"]), float(np.float32(tree["leaf"])))]
    return [each for child in tree["children"] for each in _xgb_leaves(child)]


def _xgb_node(tree: Mapping[str, Any], places: Mapping[str, int]) -> Node:
    """A node as XGBoost dumps it: `yes` is below the condition, and numbers are read with 32 bits."""
    if "leaf" in tree:
        return float(np.float32(tree["leaf"]))
    children = {child["nodeid"]: child for child in tree["children"]}
    left, right = (_xgb_node(children[tree[side]], places) for side in ("yes", "no"))
    missing_left = tree.get("missing", tree["no"]) == tree["yes"]
    at_most = last_below(float(tree["split_condition"])) if "split_condition" in tree else 0.5
    return NumberSplit(places[tree["split"]], at_most, missing_left, left, right)


def _catboost(catboost: Any, path: Path, wanted: WantedFields) -> ForeignModel:
    model = catboost.CatBoost().load_model(str(path))
    with TemporaryDirectory(prefix="catboost-") as folder:
        model.save_model(f"{folder}/model.json", format="json")
        told = json.loads(Path(folder, "model.json").read_bytes())
    if others := [kind for kind in told["features_info"] if kind != "float_features" and told["features_info"][kind]]:
        raise TrainingError(f"it reads {', '.join(others)}: give it numbers, or a boolean field for each value")
    if "oblivious_trees" not in told:
        raise TrainingError("its trees are not symmetric ones, which alone CatBoost writes down exactly")
    scale, (bias, *more) = told["scale_and_bias"]
    if more or len(told["oblivious_trees"][0]["leaf_values"]) != 2 ** len(told["oblivious_trees"][0]["splits"]):
        raise TrainingError("it tells more than two classes apart: the service computes one that says yes or no")
    names = named_fields(model.feature_names_, wanted)
    floats = told["features_info"]["float_features"]
    places = {each["feature_index"]: each["flat_feature_index"] for each in floats}
    above = {each["feature_index"] for each in floats if each["nan_value_treatment"] == "AsTrue"}

    def grown(tree: Mapping[str, Any], level: int, leaf: int) -> Node:
        if level < 0:
            return float(tree["leaf_values"][leaf]) * float(scale)
        split = tree["splits"][level]
        index = split["float_feature_index"]
        left, right = grown(tree, level - 1, leaf), grown(tree, level - 1, leaf | 1 << level)
        return NumberSplit(places[index], last_at_most(split["border"]), index not in above, left, right)

    return ForeignModel(
        kind="CatBoost file",
        library="catboost",
        names=names,
        baseline=float(bias),
        trees=_summed(grown(tree, len(tree["splits"]) - 1, 0) for tree in told["oblivious_trees"]),
        margin=lambda rows: np.asarray(model.predict(rows, prediction_type="RawFormulaVal")),
    )


def _sklearn(skops: Any, path: Path, wanted: WantedFields) -> ForeignModel:
    io = import_module(f"{skops.__name__}.io")
    if strange := sorted({*io.get_untrusted_types(file=path)} - {*TRUSTED}):
        raise TrainingError(f"it holds {', '.join(strange[:5])}, and only what scikit-learn itself needs is read")
    model = io.load(path, trusted=list(TRUSTED))
    if not hasattr(model, "classes_") or len(model.classes_) != 2:
        raise TrainingError(f"{type(model).__name__} is no classifier of two classes")
    own = [str(name) for name in getattr(model, "feature_names_in_", range(model.n_features_in_))]
    names = named_fields(own, wanted)
    if type(model).__name__ == "Pipeline" and type(model.steps[-1][1]).__name__ == "LogisticRegression":
        return _weighed(model, own, names, wanted)
    if type(model).__name__ != "HistGradientBoostingClassifier":
        raise TrainingError(
            f"{type(model).__name__} cannot be written down exactly: a HistGradientBoostingClassifier without steps "
            "before it can, and a Pipeline of imputing and scaling that ends in LogisticRegression"
        )
    if model.is_categorical_ is not None and np.any(model.is_categorical_):
        raise TrainingError("it has categorical features: give it numbers, or a boolean field for each value")
    order = list(range(len(own)))
    return ForeignModel(
        kind="scikit-learn file",
        library="scikit-learn",
        names=names,
        baseline=float(model._baseline_prediction[0, 0]),
        trees=_summed(node(predictor, 0, order) for (predictor,) in model._predictors),
        margin=partial(_decided, model),
    )


def _weighed(model: Any, own: Sequence[str], names: Sequence[str], wanted: WantedFields) -> ForeignModel:
    """A sum has no interactions: it is asked what each number adds to a lead of which nothing is known.

    A number beyond those of the history is read as the last of them, as in models of our own.
    """
    if strange := [name for name, each in model.steps[:-1] if type(each).__name__ not in _LINEAR]:
        raise TrainingError(
            f"its step {', '.join(strange)} is not one of {', '.join(_LINEAR)}: no plain sum of numbers"
        )
    ends = np.array([wanted.bounds.get(name, (0.0, 0.0)) for name in names])

    def margin(rows: Array) -> Array:
        return _decided(model, np.clip(rows, ends[:, 0], ends[:, 1]))

    blank = np.full((1, len(own)), nan)
    try:
        baseline = float(margin(blank)[0])
    except ValueError:
        raise TrainingError("it takes no missing values, and pings lack fields: add a SimpleImputer before") from None
    terms = []
    for place, (low, high) in enumerate(ends):
        rows = np.repeat(blank, 2, axis=0)
        rows[:, place] = low, high
        at_low, at_high = margin(rows) - baseline
        weight = (at_high - at_low) / (high - low) if high > low else 0.0
        terms.append(NumberTerm(place, float(low), float(high), float(at_low), float(weight), missing=0.0))
    return ForeignModel(
        kind="scikit-learn file",
        library="scikit-learn",
        names=tuple(names),
        baseline=baseline,
        terms=tuple(terms),
        margin=margin,
    )


def _decided(model: Any, rows: Array) -> Array:
    """What scikit-learn says of rows; it warns where they have no names and it was fitted to a frame."""
    with catch_warnings():
        simplefilter("ignore")
        return np.asarray(model.decision_function(rows))


def _summed(trees: Iterable[Node]) -> tuple[Node, ...]:
    """Each tree in parts that the service's tables can hold."""
    return tuple(part for tree in trees for part in small_trees(tree))


_Reader = Callable[[Any, Path, WantedFields], ForeignModel]
_READERS: dict[str, tuple[str, _Reader]] = {
    ".txt": ("lightgbm", _lightgbm),
    ".json": ("xgboost", _xgboost),
    ".ubj": ("xgboost", _xgboost),
    ".cbm": ("catboost", _catboost),
    ".skops": ("skops", _sklearn),
}
"""By the end of a file's name: the library that reads it, and how."""

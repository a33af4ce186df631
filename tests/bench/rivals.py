"""What one row of a hundred trees costs us, and the libraries that others serve with, where these are installed."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from itertools import count
from math import nan
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import numpy as np

from app.scoring.artefact import Node, Scorer
from app.scoring.compile import compiled
from tests.bench.scorers import microseconds
from training.conversion.candidates import Estimator, boosting, chance
from training.conversion.export import scorer_of
from training.conversion.features import Column
from training.statistics import expit

TREES, LEAVES, FIELDS, AMOUNTS = 100, 15, 12, 3
LEADS, ROWS, ROUNDS = 12_000, 1_000, 9
SAME = 1e-4
"""Rivals sum with 32 bits."""

Predict = Callable[[Any], float]


class RowCosts(msgspec.Struct, frozen=True, kw_only=True):
    """Microseconds a row, from the facts of a lead to a probability; `made_us` where a rival's row was made before."""

    ours_us: float
    rivals_us: Mapping[str, float]
    made_us: Mapping[str, float]
    missing: tuple[str, ...]

    @property
    def ratio(self) -> float | None:
        """How many of our rows take as long as one of the fastest rival's; none where no rival is installed."""
        return min(self.rivals_us.values()) / self.ours_us if self.rivals_us else None


def row_costs() -> RowCosts:
    """All of the same trees, taking turns."""
    random = np.random.default_rng(1)
    leads = random.normal(size=(LEADS, FIELDS))
    # As in most verticals: ages, counts, hours and choices more than amounts.
    leads[:, AMOUNTS:] = np.round(5.0 * leads[:, AMOUNTS:])
    leads = leads.astype(np.float32)
    y = (random.random(LEADS) < expit(leads[:, :6] @ [0.8, 0.8, 0.8, 0.2, 0.2, 0.2])).astype(np.int8)
    names = [f"field_{number}" for number in range(FIELDS)]
    columns = [Column(name, "number") for name in names]
    model = boosting(columns, seed=1, trees=TREES, leaves=LEAVES).fit(leads.astype(float), y)
    scorer = scorer_of(model, model, columns, vertical="bench", version="0001")
    facts = [dict(zip(names, map(_told, row), strict=True)) for row in leads[:ROWS].tolist()]

    def row_of(lead: Mapping[str, float]) -> Any:
        return np.array([[lead.get(name, nan) for name in names]], dtype=np.float32)

    true = chance(model, leads[:ROWS].astype(float))
    ours, rivals, missing = compiled(scorer), dict[str, Predict](), list[str]()
    with TemporaryDirectory() as folder:
        for name, make in {"treelite": _treelite, "ONNX Runtime": _onnx}.items():
            try:
                rivals[name] = make(scorer, model[-1], Path(folder))
            except ImportError as error:
                missing.append(f"{name} ({error})")
        rows = [row_of(lead) for lead in facts]
        for name, rival in rivals.items():
            assert all(abs(rival(row) - each) < SAME for row, each in zip(rows, true, strict=True)), name
        taken: dict[tuple[str, bool], list[float]] = {}
        for _ in range(ROUNDS):
            taken.setdefault(("ours", False), []).append(microseconds(ours, facts))
            for name, rival in rivals.items():
                taken.setdefault((name, True), []).append(microseconds(rival, rows))
                both = partial(_composed, row_of, rival)
                taken.setdefault((name, False), []).append(microseconds(both, facts))
    costs = {key: median(each) for key, each in taken.items()}
    return RowCosts(
        ours_us=costs["ours", False],
        rivals_us={name: costs[name, False] for name in rivals},
        made_us={name: costs[name, True] for name in rivals},
        missing=tuple(missing),
    )


def _told(number: float) -> float:
    """As JSON tells it."""
    return int(number) if number.is_integer() else number


def _composed(row_of: Callable[[Mapping[str, float]], Any], rival: Predict, lead: Mapping[str, float]) -> float:
    return rival(row_of(lead))


def _treelite(_scorer: Scorer, trees: Estimator, folder: Path) -> Predict:
    """Compiled to C where its compiler is installed too, which is faster."""
    model = import_module("treelite").sklearn.import_model(trees)
    try:
        tl2cgen = import_module("tl2cgen")
    except ImportError:
        predict = import_module("treelite.gtil").predict
        return lambda row: float(predict(model, row, nthread=1).item())
    library = str(folder / "trees.so")
    tl2cgen.export_lib(model, toolchain="gcc", libpath=library, params={"parallel_comp": 4})
    predictor = tl2cgen.Predictor(library, nthread=1)
    return lambda row: float(predictor.predict(tl2cgen.DMatrix(row)).item())


def _onnx(scorer: Scorer, _trees: Estimator, _folder: Path) -> Predict:
    runtime, onnx = import_module("onnxruntime"), import_module("onnx")
    make, float32 = onnx.helper, onnx.TensorProto.FLOAT
    ends = {
        name: make.make_tensor_value_info(name, float32, [None, width]) for name, width in (("x", FIELDS), ("y", 1))
    }
    trees = make.make_node("TreeEnsembleRegressor", ["x"], ["odds"], domain="ai.onnx.ml", **_nodes(scorer))
    graph = make.make_graph([trees, make.make_node("Sigmoid", ["odds"], ["y"])], "trees", [ends["x"]], [ends["y"]])
    opsets = [make.make_opsetid("ai.onnx.ml", 3), make.make_opsetid("", 17)]
    made = make.make_model(graph, opset_imports=opsets, ir_version=8)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    run = runtime.InferenceSession(made.SerializeToString(), options).run
    return lambda row: float(run(None, {"x": row})[0].item())


def _nodes(scorer: Scorer) -> dict[str, Any]:
    """The trees as ONNX lists them: each node's tree, number, split and children; and what its leaf adds."""
    split: list[tuple[int, int, int, float, str, int, int]] = []
    leaves: list[tuple[int, int, float]] = []

    def walk(tree: int, node: Node, numbers: Iterator[int]) -> int:
        number = next(numbers)
        if isinstance(node, float):
            split.append((tree, number, 0, 0.0, "LEAF", 0, 0))
            leaves.append((tree, number, node))
        else:
            place = len(split)
            split.append((tree, number, 0, 0.0, "", 0, 0))
            left, right = walk(tree, node.left, numbers), walk(tree, node.right, numbers)
            at_most = float(getattr(node, "at_most", 0.0))
            split[place] = tree, number, node.feature, at_most, "BRANCH_LEQ", left, right
        return number

    for tree, root in enumerate(scorer.trees):
        walk(tree, root, count())
    keys = ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids")
    told = {f"nodes_{key}": list(column) for key, column in zip(keys, zip(*split, strict=True), strict=True)}
    trees, numbers, weights = (list(column) for column in zip(*leaves, strict=True))
    target = {"target_treeids": trees, "target_nodeids": numbers, "target_weights": weights}
    return told | target | {"target_ids": [0] * len(leaves), "n_targets": 1, "base_values": [scorer.baseline]}

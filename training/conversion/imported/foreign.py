"""A model fitted elsewhere: what it reads, its trees, and what its own library says of a lead."""

from collections.abc import Callable, Mapping, Sequence
from math import nan
from typing import Any

import msgspec
import numpy as np

from app.scoring.artefact import LEAVES_MAX, Category, Feature, Node, Number, NumberTerm
from training.conversion.features import Column
from training.errors import TrainingError
from training.statistics import Array, expit


class ForeignModel(msgspec.Struct, frozen=True, kw_only=True):
    """`names` are what it reads, in its order; `values` those of its categories, by name, whose codes are places.

    `trees` read features by their place in `names`. `margin` gives the log-odds of rows of numbers and codes, as the
    library computes them; `library` is its package, `kind` what the model is called.
    """

    kind: str
    library: str
    names: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]] = {}
    baseline: float
    terms: tuple[NumberTerm, ...] = ()
    trees: tuple[Node, ...] = ()
    margin: Callable[[Array], Array]


class WantedFields(msgspec.Struct, frozen=True, kw_only=True):
    """What a specification offers a model: its columns, in what columns of the file they stand, in its order.

    `bounds` are the lowest and the highest number of each in the history.
    """

    columns: tuple[Column, ...]
    sources: Mapping[str, str]
    bounds: Mapping[str, tuple[float, float]] = {}


class ForeignEstimator:
    """It is asked like any other model: by rows of facts, in the order of these columns."""

    def __init__(self, model: ForeignModel, columns: Sequence[Column]) -> None:
        self.kind = model.kind
        self._margin = model.margin
        places = {column.name: place for place, column in enumerate(columns)}
        self._places = [places[name] for name in model.names]
        self._codes = [
            {value: float(code) for code, value in enumerate(model.values[name])} if name in model.values else None
            for name in model.names
        ]

    def decision_function(self, X: Array) -> Array:
        """The log-odds of each row."""
        told = np.full((len(X), len(self._places)), nan)
        for to, (place, codes) in enumerate(zip(self._places, self._codes, strict=True)):
            column = X[:, place]
            told[:, to] = column if codes is None else [codes.get(value, nan) for value in column]
        return self._margin(told)

    def predict_proba(self, X: Array) -> Array:
        """The two classes' probabilities."""
        converted = expit(self.decision_function(X))
        return np.column_stack([1.0 - converted, converted])


def named_fields(names: Sequence[str], wanted: WantedFields) -> tuple[str, ...]:
    """The fields that a file's features are, by their name or by their column's.

    A file that names none (`f0`, `Column_0`, `0`) has them in the order of the specification.
    """
    fields, sources = [column.name for column in wanted.columns], wanted.sources
    in_order = [name for name in sources if name in fields]
    if all(name in (f"f{at}", f"Column_{at}", str(at), f"x{at}") for at, name in enumerate(names)):
        if len(names) != len(in_order):
            raise TrainingError(
                f"the model has {len(names)} features without names, and the specification {len(in_order)} fields "
                f"({', '.join(in_order)}): they must be the same, in the same order"
            )
        return tuple(in_order)
    by_column = {**{sources[name]: name for name in in_order}, **{name: name for name in in_order}}
    # LightGBM writes names without spaces.
    by_column |= {column.replace(" ", "_"): name for column, name in by_column.items()}
    lacking = [name for name in names if name not in by_column]
    if lacking:
        raise TrainingError(
            f"the model reads {', '.join(lacking)}, which no field of the specification is that a ping knows; it has: "
            f"{', '.join(in_order)}"
        )
    found = tuple(by_column[name] for name in names)
    if len(set(found)) != len(found):
        raise TrainingError("two features of the model are the same field of the specification")
    return found


def features_of(model: ForeignModel, columns: Sequence[Column]) -> tuple[Feature, ...]:
    """The scorer's features, in the model's order. A category must be one to both, and so must a number."""
    kinds = {column.name: column.kind for column in columns}
    for name in model.names:
        kind = "category" if name in model.values else "number"
        if kinds[name] != kind:
            raise TrainingError(
                f"fields.{name}: the model reads it as a {kind}, and the specification as a {kinds[name]}: say another "
                "type, or fit the model anew"
            )
    return tuple(Category(name, model.values[name]) if name in model.values else Number(name) for name in model.names)


def small_trees(tree: Node, leaves_max: int = LEAVES_MAX) -> list[Node]:
    """The tree as a sum of trees of so many leaves at most: each has a part of it, and 0 in the place of the rest."""
    if isinstance(tree, float) or leaves(tree) <= leaves_max:
        return [tree]
    lefts = [msgspec.structs.replace(tree, left=part, right=0.0) for part in small_trees(tree.left, leaves_max - 1)]
    rights = [msgspec.structs.replace(tree, left=0.0, right=part) for part in small_trees(tree.right, leaves_max - 1)]
    return [*lefts, *rights]


def leaves(tree: Node) -> int:
    """How many leaves it has."""
    return 1 if isinstance(tree, float) else leaves(tree.left) + leaves(tree.right)


def last_below(threshold: float) -> float:
    """The largest number that a library which reads it as one of 32 bits finds to be below the threshold."""
    here = np.float32(threshold)
    return _last_that_rounds_to(np.nextafter(here, np.float32(-np.inf)), here)


def last_at_most(threshold: float) -> float:
    """The largest number that a library which reads it as one of 32 bits finds to be the threshold or less."""
    here = np.float32(threshold)
    return _last_that_rounds_to(here, np.nextafter(here, np.float32(np.inf)))


def _last_that_rounds_to(low: Any, high: Any) -> float:
    """Of two neighbors of 32 bits: halfway between, a number goes to the one whose last bit is 0."""
    middle = (float(low) + float(high)) / 2.0
    return middle if np.float32(middle) == low else float(np.nextafter(middle, -np.inf))

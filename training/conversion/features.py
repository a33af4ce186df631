"""What of a lead a model reads: columns chosen by declaration alone, and the table of values that scikit-learn sees."""

from collections.abc import Mapping, Sequence
from math import nan
from typing import Literal

import msgspec
import numpy as np

from app.domain.vertical import Vertical
from app.scoring.card import LeftOut
from app.scoring.facts import as_number
from app.wire.ping import Value
from training.histories.declared import spec_of
from training.histories.spec import SpecField
from training.statistics import Array

APART = "\x1f"
"""Between two values that are read as one: the sign that ASCII has for it. A column that holds it is not crossed."""

Rows = Sequence[Mapping[str, Value]]


class Column(msgspec.Struct, frozen=True):
    """One fact as the model sees it, or two categories `of` a lead that it sees as one."""

    name: str
    kind: Literal["category", "number"]
    of: tuple[str, str] | None = None


def cross(one: str, other: str) -> Column:
    """These two categories as one column, whose values are pairs of theirs."""
    return Column(f"{one} × {other}", "category", (one, other))


def columns_of(vertical: Vertical) -> tuple[tuple[Column, ...], tuple[LeftOut, ...]]:
    """The columns of a declared vertical's model, and the fields that are none."""
    return columns_among(spec_of(vertical).fields)


def columns_among(fields: Sequence[SpecField]) -> tuple[tuple[Column, ...], tuple[LeftOut, ...]]:
    """The columns of a model, categories first, and the fields that are none."""
    columns = [Column(field.name, "category" if field.type == "choice" else "number") for field in fields if field.read]
    unread = "{}: no model reads it".format
    left_out = [
        LeftOut(field.name, unread(field.type) if field.known_at_ping else field.reason or "not known at ping time")
        for field in fields
        if not field.read
    ]
    return tuple(sorted(columns, key=lambda column: column.kind)), tuple(left_out)


def table(columns: Sequence[Column], rows: Rows) -> Array:
    """The rows as an array of objects, text or float, with NaN wherever the service would call a fact missing."""
    return np.array([[_cell_of(column, row) for column in columns] for row in rows], dtype=object)


def crossed(columns: Sequence[Column], X: Array, crosses: Sequence[Column]) -> Array:
    """The table of the columns with that of their crosses at its right."""
    place = {column.name: position for position, column in enumerate(columns)}
    pairs = [[X[:, place[name]] for name in each.of] for each in crosses if each.of]
    joined = [np.array([*map(joined_values, one, other)], dtype=object) for one, other in pairs]
    return np.column_stack([X, *joined]) if joined else X


def joined_values(one: object, other: object) -> str:
    """A pair of values as one; what is missing stands in it as nothing at all."""
    return APART.join(value if isinstance(value, str) else "" for value in (one, other))


def stacked(columns: Sequence[Column], values: Mapping[str, Array], rows: int) -> Array:
    """The same for leads given by column; a field that none of them has is missing from all."""
    told = np.full((rows, len(columns)), nan, dtype=object)
    for position, column in enumerate(columns):
        found = values.get(column.name)
        if found is None:
            continue
        # Numbers that are an array of numbers already are what `_cell` would make of each.
        plain = found.dtype != object and column.kind == "number"
        told[:, position] = _shared(found) if plain else [_cell(column, value) for value in found]
    return told


def _shared(numbers: Array) -> Array:
    """Numbers as objects, each in memory once however often it occurs: of a million leads that is half of all."""
    different, places = np.unique(numbers, return_inverse=True)
    return np.asarray(different.astype(float).astype(object)[places])


def _cell_of(column: Column, row: Mapping[str, Value]) -> str | float:
    if column.of is None:
        return _cell(column, row.get(column.name))
    return joined_values(*(row.get(name) for name in column.of))


def _cell(column: Column, value: Value | None) -> str | float:
    if column.kind == "number":
        return as_number(value)
    return value if isinstance(value, str) and value else nan

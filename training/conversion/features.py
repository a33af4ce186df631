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

Rows = Sequence[Mapping[str, Value]]


class Column(msgspec.Struct, frozen=True):
    """One fact as the model sees it."""

    name: str
    kind: Literal["category", "number"]


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
    return np.array([[_cell(column, row.get(column.name)) for column in columns] for row in rows], dtype=object)


def stacked(columns: Sequence[Column], values: Mapping[str, Array], rows: int) -> Array:
    """The same for leads given by column; a field that none of them has is missing from all."""
    told = np.full((rows, len(columns)), nan, dtype=object)
    for position, column in enumerate(columns):
        found = values.get(column.name)
        if found is None:
            continue
        # Numbers that are an array of numbers already are what `_cell` would make of each.
        plain = found.dtype != object and column.kind == "number"
        told[:, position] = found if plain else [_cell(column, value) for value in found]
    return told


def _cell(column: Column, value: Value | None) -> str | float:
    if column.kind == "number":
        return as_number(value)
    return value if isinstance(value, str) and value else nan

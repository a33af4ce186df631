"""What of a lead a model reads: columns chosen by declaration alone, and the table of values that scikit-learn sees."""

from collections.abc import Mapping, Sequence
from math import nan
from typing import Any, Literal

import msgspec
import numpy as np

from app.domain.vertical import Vertical
from app.scoring.compile import as_number
from app.wire.ping import Value

Rows = Sequence[Mapping[str, Value]]


class Column(msgspec.Struct, frozen=True):
    """One fact as the model sees it."""

    name: str
    kind: Literal["category", "number"]


class LeftOut(msgspec.Struct, frozen=True):
    """One declared field that the model does not see, and why."""

    name: str
    reason: str


OF_EVERY_LEAD = (Column("state", "category"), Column("local_hour", "number"), Column("weekday", "number"))
"""`zip3` is left out: it helped one vertical of three by .001 of log-loss and hurt another as much, and the country has
more prefixes than a category of the trees may have values."""

_KINDS: dict[str, Literal["category", "number"]] = {
    "choice": "category",
    "boolean": "number",
    "integer": "number",
    "number": "number",
}


def columns_of(vertical: Vertical) -> tuple[tuple[Column, ...], tuple[LeftOut, ...]]:
    """The columns of a vertical's model, categories first, and the declared fields that are none."""
    known = [field for field in vertical.fields if field.known_at_ping and field.type in _KINDS]
    columns = [*(Column(field.name, _KINDS[field.type]) for field in known), *OF_EVERY_LEAD]
    left_out = [
        LeftOut(field.name, f"{field.type}: no model reads it" if field.known_at_ping else "not known at ping time")
        for field in vertical.fields
        if field not in known
    ]
    return tuple(sorted(columns, key=lambda column: column.kind)), tuple(left_out)


def table(columns: Sequence[Column], rows: Rows) -> np.ndarray[Any, Any]:
    """The rows as an array of objects, text or float, with NaN wherever the service would call a fact missing."""
    return np.array([[_cell(column, row.get(column.name)) for column in columns] for row in rows], dtype=object)


def _cell(column: Column, value: Value | None) -> str | float:
    if column.kind == "number":
        return as_number(value)
    return value if isinstance(value, str) and value else nan

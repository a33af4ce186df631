"""What the schema says of its tables: which keys each has, which tables stand within it, and how a value is written."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo

from app.config.file.problem import KeyPath
from app.config.schema import BuyerFile, Table


@lru_cache
def keys_of(kind: type[Table]) -> dict[str, FieldInfo]:
    """The keys that a table may have, as they are written."""
    return {field.encode_name: field for field in msgspec.structs.fields(kind) if field.name != "at"}


def tables_of(kind: Any) -> tuple[type[Table], ...]:
    """The tables of the schema that stand at a key of this type."""
    bare = _bare(kind)
    if isinstance(bare, type) and issubclass(bare, Table):
        return (bare,)
    return tuple([table for part in get_args(bare) for table in tables_of(part)])


def is_list(kind: Any) -> bool:
    """Whether several values stand at a key of this type."""
    return get_origin(_bare(kind)) is tuple


def keys_around(at: KeyPath) -> Mapping[str, FieldInfo]:
    """The keys of the table that holds the one at this place; none where that is the file."""
    kind: type[Table] = BuyerFile
    around: type[Table] = Table
    for name in [part for part in at if isinstance(part, str)]:
        around, kind = kind, next(iter(tables_of(keys_of(kind)[name].type)), Table)
    return {} if around is BuyerFile else keys_of(around)


@lru_cache
def repeated_tables() -> frozenset[str]:
    """The dotted names of all tables of which there may be several: "campaigns", "campaigns.schedule"."""
    return frozenset(_repeated(BuyerFile, ""))


def example_of(field: FieldInfo) -> str:
    """How its value may be written; empty where that is a table of its own."""
    meta = next(mark for mark in get_args(field.type) if isinstance(mark, msgspec.Meta))
    example = str((meta.examples or [""])[0])
    return "" if example == "see below" else example


def _repeated(kind: type[Table], within: str) -> list[str]:
    names = []
    for key, field in keys_of(kind).items():
        names += [within + key] if is_list(field.type) and (key == "destinations" or tables_of(field.type)) else []
        names += [name for table in tables_of(field.type) for name in _repeated(table, f"{within}{key}.")]
    return names


def _bare(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind

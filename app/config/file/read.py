"""Reads parsed TOML into the tables of the schema, and reports all mismatches instead of stopping at the first."""

from collections.abc import Mapping
from contextlib import suppress
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from app.config.file.problem import Findings, KeyPath, did_you_mean
from app.config.file.remedies import for_missing_key, for_no_list, for_no_table, for_unknown_key
from app.config.file.shape import example_of, keys_of
from app.config.schema import Table
from app.config.structs import read_struct
from app.config.values.kind import Kind, UnreadableValue, shown

T = TypeVar("T", bound=Table)

_FAILED = object()
"""Stands for a value that could not be read; what was wrong with it is reported already."""

_BASIC: dict[type, tuple[str, str]] = {
    bool: ("neither true nor false", "write true or false, without quotes"),
    int: ("not a whole number", "write it in digits, without quotes"),
    str: ("not text", "write it in quotes"),
}


def read_table(kind: type[T], raw: object, at: KeyPath, findings: Findings) -> T | None:
    """A table of this kind; `None` where it lacks a required key or has one that cannot be read.

    Other keys that cannot be read are reported and stand at their default, so that the rest can still be checked.
    """
    if not isinstance(raw, Mapping):
        findings.error(at, f"{shown(raw)} is not a table", for_no_table(kind, raw, at))
        return None
    keys = keys_of(kind)
    for name in raw:
        if name not in keys:
            findings.error((*at, name), f"there is no key `{name}` here", for_unknown_key(name, kind, at))
    values: dict[str, Any] = {"at": at}
    complete = True
    for name, field in keys.items():
        if name in raw:
            value = _read(field.type, raw[name], (*at, name), findings, example_of(field))
            if value is not _FAILED:
                values[field.name] = value
        elif field.required:
            findings.error(at, f"`{name}` is missing", for_missing_key(name, field))
        complete = complete and (field.name in values or not field.required)
    return kind(**values) if complete else None


def _read(kind: Any, raw: object, at: KeyPath, findings: Findings, example: str = "") -> Any:
    """A value of any type of the schema, or `_FAILED`; `example` is how one may be written."""
    reader = _reader_of(kind)
    if reader is not None:
        return _convert(reader, raw, at, findings)
    bare = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    if get_origin(bare) in (Union, UnionType):
        return _read(_alternative(bare, raw), raw, at, findings, example)
    if get_origin(bare) is tuple:
        return _read_list(get_args(bare)[0], raw, at, findings, example)
    if get_origin(bare) is dict:
        return _read_map(get_args(bare)[1], raw, at, findings)
    if get_origin(bare) is Literal:
        return _read_word(get_args(bare), raw, at, findings)
    if issubclass(bare, Table):
        table = read_table(bare, raw, at, findings)
        return _FAILED if table is None else table
    if issubclass(bare, msgspec.Struct):
        value = read_struct(bare, raw, at, findings)
        return _FAILED if value is None else value
    if type(raw) is bare:
        return raw
    wrong, remedy = _BASIC[bare]
    findings.error(at, f"{shown(raw)} is {wrong}", remedy)
    return _FAILED


def _reader_of(kind: Any) -> Kind | None:
    marks = get_args(kind)[1:] if get_origin(kind) is Annotated else ()
    return next((mark for mark in reversed(marks) if isinstance(mark, Kind)), None)


def _convert(kind: Kind, raw: object, at: KeyPath, findings: Findings) -> Any:
    try:
        return kind.read(raw)
    except UnreadableValue as wrong:
        findings.error(at, wrong.reason, wrong.remedy)
        return _FAILED


def _alternative(union: Any, raw: object) -> Any:
    """The member of a union that fits: the table for a table, the other for anything else."""
    members = [member for member in get_args(union) if member is not NoneType]
    tables = [member for member in members if isinstance(member, type) and issubclass(member, Table)]
    others = [member for member in members if member not in tables]
    return tables[0] if tables and (isinstance(raw, Mapping) or not others) else others[0]


def _read_list(kind: Any, raw: object, at: KeyPath, findings: Findings, example: str) -> Any:
    if not isinstance(raw, list):
        findings.error(at, f"{shown(raw)} is not a list", for_no_list(kind, raw, at, example))
        return _FAILED
    if reader := _reader_of(kind):
        with suppress(UnreadableValue):
            # Lists of thousands of ZIPs; where one of them cannot be read, each is looked at with its place.
            return tuple(map(reader.read, raw))
    values = [_read(kind, one, (*at, position), findings) for position, one in enumerate(raw)]
    return tuple(value for value in values if value is not _FAILED)


def _read_map(kind: Any, raw: object, at: KeyPath, findings: Findings) -> Any:
    if not isinstance(raw, Mapping):
        findings.error(at, f"{shown(raw)} is not a table", "write it as { key = value }")
        return _FAILED
    values = {name: _read(kind, one, (*at, name), findings) for name, one in raw.items()}
    return {name: value for name, value in values.items() if value is not _FAILED}


def _read_word(words: tuple[str, ...], raw: object, at: KeyPath, findings: Findings) -> Any:
    if isinstance(raw, str) and raw in words:
        return raw
    findings.error(at, f"{shown(raw)} is not one of the allowed values", did_you_mean(str(raw), words))
    return _FAILED

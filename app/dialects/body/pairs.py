"""Fields that form builders write as objects of a name and a value are those names with those values."""

from collections.abc import Iterable
from typing import Any

_NAMES = ("name", "key", "column_id", "field", "field_id", "id", "label", "title", "question")
"""Where the name stands, the plainest first."""

_VALUES = ("value", "values", "string_value", "answer", "")
_MARKS = frozenset({*_VALUES, *map(str.title, _VALUES), *map(str.upper, _VALUES)})
_BESIDE = frozenset({*_NAMES, *_VALUES, "column_name", "order", "raw_value", "ref", "required", "text", "type"})
_TAGS = "answer attribute data entry field input item param parameter property question variable"
_ELEMENTS = frozenset(_TAGS.split())
"""Elements of XML that hold a value and have its name as an attribute."""

_ONE = frozenset({"field", "param", "parameter", "property", "attribute"})
"""Those that say so where there is one alone."""


def pairs_of(tag: str, node: dict[str, Any] | list[Any]) -> dict[str, Any] | None:
    """What stands in such objects below this tag, by name; `None` where any of it is something else.

    It is a list of them (`[{"name": "zip", "value": "10002"}]`) or, by number or as an element, one.
    """
    if isinstance(node, dict):
        if not ("" in node or tag.isdigit() or tag.lower() in _ONE):
            return None
        node = [node]
    if not node or not all(isinstance(child, dict) for child in node) or all(map(_MARKS.isdisjoint, node)):
        return None
    pairs = [_pair(child, tag) for child in node]
    return _joined(pair for pair in pairs if pair is not None) if None not in pairs else None


def _pair(child: Any, tag: str) -> tuple[str, Any] | None:
    child = {name.lower(): value for name, value in child.items()} if isinstance(child, dict) else {}
    if not _BESIDE.issuperset(child):
        return None
    name = next((child[name] for name in _NAMES if isinstance(child.get(name), str) and child[name]), "")
    where = next((name for name in _VALUES if name in child), None)
    # An element without text has no value at all, and some programs leave out what is empty.
    value = None if where is None else child[where]
    if not name or isinstance(value, dict) or (where == "" and tag.lower() not in _ELEMENTS):
        return None
    return name, value


def _joined(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Values of one name one behind the other, so that the last that is filled counts."""
    joined: dict[str, Any] = {}
    for name, value in pairs:
        joined[name] = [*_listed(joined[name]), *_listed(value)] if name in joined else value
    return joined


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]

"""Nested documents become one flat mapping with dotted keys, within limits that no honest lead reaches."""

from typing import Any

from app.dialects.text import Scalar

DEPTH_MAX = 32
FIELDS_MAX = 400
TEXT_MAX = 16_384
"""Characters of one value; the longest honest one is a consent text."""

_WRAPPERS_MAX = 4


class TooMuch(Exception):
    """A document beyond the limits; the message is the remedy."""


def flatten(tree: dict[str, Any]) -> dict[str, Scalar]:
    """Dotted keys over scalars; objects in an array get their index, as in `drivers.0.age`.

    Of an array of scalars the last that is filled counts, as of a repeated form field.
    """
    flat: dict[str, Scalar] = {}
    _put_all(flat, unwrapped(tree), "", 0)
    return flat


def unwrapped(tree: dict[str, Any]) -> dict[str, Any]:
    """Without the objects that only wrap another, as `{"Request": {...}}` does."""
    for _ in range(_WRAPPERS_MAX):
        inner = next(iter(tree.values())) if len(tree) == 1 else None
        if not isinstance(inner, dict):
            break
        tree = inner
    return tree


def put(flat: dict[str, Scalar], path: str, value: Scalar) -> None:
    """Add one value. The last of a repeated name counts, but an empty one never displaces a filled one."""
    if isinstance(value, str) and len(value) > TEXT_MAX:
        raise TooMuch(f"send values of at most {TEXT_MAX} characters")
    if path in flat and (value is None or value == ""):
        return
    if path not in flat and len(flat) >= FIELDS_MAX:
        raise TooMuch(f"send at most {FIELDS_MAX} fields")
    flat[path] = value


def _put_all(flat: dict[str, Scalar], node: dict[str, Any], path: str, depth: int) -> None:
    for name, child in node.items():
        # An XML element may hold text beside its attributes; that text is nameless.
        inner = f"{path}.{name}" if path and name else path or name
        if isinstance(child, (dict, list)):
            _put_nested(flat, inner, child, depth + 1)
        else:
            put(flat, inner, child)


def _put_nested(flat: dict[str, Scalar], path: str, node: dict[str, Any] | list[Any], depth: int) -> None:
    if depth > DEPTH_MAX:
        raise TooMuch(f"nest at most {DEPTH_MAX} levels")
    if isinstance(node, dict):
        _put_all(flat, node, path, depth)
        return
    for index, child in enumerate(node):
        if isinstance(child, (dict, list)):
            _put_nested(flat, f"{path}.{index}", child, depth + 1)
        else:
            put(flat, path, child)

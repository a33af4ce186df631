"""Nested documents become one flat mapping with dotted keys, within limits that no honest lead reaches."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.dialects.body.pairs import pairs_of
from app.dialects.text import Scalar, alike, is_absent

DEPTH_MAX = 32
FIELDS_MAX = 1_000
NODES_MAX = 2_000
"""Values of a document in all, also those of one list, of which only the last counts."""

_WRAPPERS_MAX = 4
_LINES_MAX = 4
_ADDRESS_LINES = frozenset(["address", "addressline", "addresslines", "line", "lines", "street", "streetaddress"])
_PHONES, _PHONE_LENGTHS = frozenset(["phone", "phonenumber", "mobile", "cell", "telephone"]), (10, 11)
_NAME_PARTS = frozenset(["name", "fullname", "given"])
_DAY_LENGTH, _MOMENT_LENGTHS = 3, frozenset({3, 5, 6, 7})
_FIRST_YEAR, _LAST_YEAR = 1900, 2100


class TooMuch(Exception):
    """A document beyond the limits; the message is the remedy."""


def flatten(tree: dict[str, Any]) -> dict[str, Scalar]:
    """Dotted keys over scalars; objects in an array get their index, as in `drivers.0.age`.

    Of an array of scalars the last that is filled counts, as of a form field. The lines of one address are one.
    """
    return flattened(unwrapped(tree))


def flattened(tree: dict[str, Any]) -> dict[str, Scalar]:
    """The same of an object whose single name means something."""
    flattening = _Flattening()
    flattening.put_all(tree, "", 0)
    return flattening.flat


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
    if path in flat:
        if is_blank(value):
            return
    elif len(flat) >= FIELDS_MAX:
        raise TooMuch(f"send at most {FIELDS_MAX} fields")
    flat[path] = value


def laid_over(below: dict[str, Scalar], above: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """Both: what stands above counts, but where that is empty and something stands below."""
    return below | {name: value for name, value in above.items() if name not in below or not is_blank(value)}


def is_blank(value: object) -> bool:
    """Whether a value of a document is there and says nothing: it is empty, or a variable that was left unfilled."""
    if isinstance(value, str):
        return is_absent(value.strip())
    return value is None or value == {} or value == []


def _in_one(name: str, node: list[Any]) -> str:
    """The lines of an address or the parts of a name or phone; empty where a list may hold several of them, or else."""
    name, texts = alike(name), [text for each in node if isinstance(each, str | int) and (text := str(each).strip())]
    if name in _PHONES:
        digits = "".join(texts)
        return digits if len(texts) > 1 and digits.isdecimal() and len(digits) in _PHONE_LENGTHS else ""
    if name in _NAME_PARTS:
        return " ".join(dict.fromkeys(texts)) if not any(" " in text for text in texts) else ""
    if name not in _ADDRESS_LINES:
        return ""
    is_one = texts and texts[0][0].isdecimal() and not any(text[0].isdecimal() for text in texts[1:])
    return ", ".join(texts) if is_one else ""


def _moment_in(node: list[Any]) -> str:
    """The day, with its time or without, that Java prints as a list of numbers; empty for any other list."""
    if len(node) not in _MOMENT_LENGTHS or not all(each.__class__ is int for each in node):
        return ""
    year, month, day, hour, minute, second = [*node, 0, 0, 0][:6]
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return ""
    try:
        at = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - it names no zone
    except ValueError:
        return ""
    return at.date().isoformat() if len(node) == _DAY_LENGTH else at.isoformat()


class _Flattening:
    """A document on its way into `flat`; what is too much is noticed before it is looked at."""

    def __init__(self) -> None:
        self.flat: dict[str, Scalar] = {}
        self._nodes = 0

    def put_all(self, node: dict[str, Any], path: str, depth: int) -> None:
        self._count(node)
        for name, child in node.items():
            # An XML element may hold text beside its attributes; that text is nameless.
            inner = f"{path}.{name}" if path and name else path or name
            if isinstance(child, (dict, list)):
                self._put_nested(inner, child, depth + 1, pairs_of(name, child))
            else:
                put(self.flat, inner, child)

    def _put_nested(
        self, path: str, node: dict[str, Any] | list[Any], depth: int, pairs: dict[str, Any] | None = None
    ) -> None:
        if depth > DEPTH_MAX:
            raise TooMuch(f"nest at most {DEPTH_MAX} levels")
        if pairs is not None:
            self.put_all(pairs, path.rpartition(".")[0], depth)
        elif isinstance(node, dict):
            self.put_all(node, path, depth)
        else:
            self._put_list(path, node, depth)

    def _put_list(self, path: str, node: list[Any], depth: int) -> None:
        self._count(node)
        whole = _in_one(path.rpartition(".")[2], node) if len(node) <= _LINES_MAX else ""
        whole = whole or _moment_in(node)
        if whole:
            put(self.flat, path, whole)
            return
        for index, child in enumerate(node):
            if isinstance(child, (dict, list)):
                self._put_nested(f"{path}.{index}", child, depth + 1)
            else:
                put(self.flat, path, child)

    def _count(self, node: dict[str, Any] | list[Any]) -> None:
        self._nodes += len(node)
        if self._nodes > NODES_MAX:
            raise TooMuch(f"send at most {FIELDS_MAX} fields")

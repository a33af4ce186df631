"""A JSON document as one flat mapping: quickly where it is flat and whole, patiently where it is not quite JSON."""

import json
import math
import re
from typing import Any

import msgspec

from app.dialects.body.charset import text_in
from app.dialects.body.tree import FIELDS_MAX, NODES_MAX, TooMuch, flatten, is_blank
from app.dialects.body.unreadable import UnreadableBody
from app.dialects.text import Scalar

NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError)
_PLACE = re.compile(r"\(byte (\d+)\)")
_NAME = re.compile(rb'"([^"\\]*+)"\s*+:')
_DIGITS_MAX = 18
_FLOAT_LENGTH_MAX = 64
_COMMAS_MAX = 2 * NODES_MAX
"""Commas of a document outside its texts."""

_EMPTY_MAX = 40
"""Empty fields whose names are looked for again, one by one."""

_REMEDY = "send one JSON object, with every string and bracket closed"

_ONE_A_REQUEST = "send one JSON object a request, no list of several"

_PIECES = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.?)*+(?:"|\Z))"""
    r"""|'(?P<single>(?:[^'\\]|\\.?)*+)(?:'|\Z)"""
    r"""|(?P<trailing>,)(?=\s*+[}\]])"""
    r"""|(?P<name>[A-Za-z_$][\w$]*+)(?=\s*+:)"""
    r"""|(?P<word>[A-Za-z_$][\w$]*+)""",
    re.DOTALL,
)
"""What programs that print their own values, instead of JSON, write in other ways."""

_PIECES_MAX = 2 * NODES_MAX

_BEHIND = " \r\n\t=;"
"""What a form or a script leaves behind a document."""

_WORDS = {"None": "null", "True": "true", "False": "false", "undefined": "null", "nan": "NaN", "inf": "Infinity"}


def read_json(body: bytes) -> dict[str, Scalar] | UnreadableBody:
    """Dotted keys over scalars. Of a repeated name the last that is filled counts."""
    # Numbers and brackets take a hundred times as long to read as the same bytes of text.
    if body.count(b",") > _COMMAS_MAX and _outside_texts(body).count(b",") > _COMMAS_MAX:
        return UnreadableBody(encoding="json", remedy=f"send at most {FIELDS_MAX} fields")
    tree, place = _tree_of(body)
    if isinstance(tree, str) and tree.lstrip()[:1] in ("{", "["):
        tree, place = _tree_of(tree.encode("utf-8", "replace"))
    if isinstance(tree, list) and len(tree) == 1:
        tree = tree[0]
    if not isinstance(tree, dict):
        several = isinstance(tree, list) and len(tree) > 1
        return UnreadableBody(encoding="json", place=place, remedy=_ONE_A_REQUEST if several else _REMEDY)
    try:
        return flatten(tree)
    except TooMuch as error:
        return UnreadableBody(encoding="json", remedy=str(error))


def _outside_texts(body: bytes) -> bytes:
    return b"".join(body.replace(rb"\\", b"").replace(rb"\"", b"").split(b'"')[::2])


def strict_tree(text: str) -> Any:
    """What a text says as JSON; `None` for anything else."""
    try:
        return _ANY.decode(text)
    except NOT_JSON:
        return None


def _tree_of(body: bytes) -> tuple[Any, str]:
    """What a document says, `None` for what is none, and then where it breaks."""
    try:
        tree = _ANY.decode(body)
    except NOT_JSON as error:
        match = _PLACE.search(str(error))
        return _forgiving(text_in(body)), f"byte {match[1]}" if match else ""
    if isinstance(tree, dict) and (b'""' in body or b"null" in body) and hides_a_value(tree, body):
        return _forgiving(text_in(body)), ""
    return tree, ""


def hides_a_value(tree: dict[str, Any], body: bytes) -> bool:
    """Whether a name that is empty may have stood before with a value, which a decoder forgets."""
    if body.count(b'":') == len(tree) and b'" :' not in body:
        return False
    empty = [name for name, value in tree.items() if value is None or value == ""]
    if len(empty) <= _EMPTY_MAX and all(value.__class__ not in (dict, list) for value in tree.values()):
        return any(body.count(f'"{name}"'.encode("utf-8", "replace")) > 1 for name in empty)
    names = _NAME.findall(body)
    return len(set(names)) < len(names)


def _forgiving(text: str) -> Any:
    """JSON with raw line breaks in its strings, foreign encodings or impossible numbers; then as JavaScript or Python
    print their own values, or with a comma behind the last.

    A number that is none stays text, so that the field it stands in can be named.
    """
    try:
        return _loads(text)
    except (ValueError, RecursionError):
        pass
    text = text.rstrip(_BEHIND)
    if not text.endswith(("}", "]")):
        return None
    try:
        return _loads(_PIECES.sub(_as_json, text, count=_PIECES_MAX))
    except (ValueError, RecursionError):
        return None


def _loads(text: str) -> Any:
    return json.loads(
        text,
        strict=False,
        object_pairs_hook=_filled,
        parse_constant=str,
        parse_float=_float,
        parse_int=lambda digits: int(digits) if len(digits) <= _DIGITS_MAX else digits,
    )


def _filled(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a repeated name the last that is filled."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        if name not in tree or not is_blank(value):
            tree[name] = value
    return tree


def _as_json(piece: re.Match[str]) -> str:
    kind, text = piece.lastgroup, piece[0]
    if kind == "single":
        return '"' + piece["single"].replace(r"\'", "'").replace(r"\"", '"').replace('"', r"\"") + '"'
    if kind == "trailing":
        return ""
    if kind == "name":
        return f'"{text}"'
    return _WORDS.get(text, text) if kind == "word" else text


def _float(digits: str) -> float | str:
    """The number, or its digits where it is none that anybody could mean."""
    number = float(digits) if len(digits) <= _FLOAT_LENGTH_MAX else math.inf
    return number if math.isfinite(number) else digits


_ANY = msgspec.json.Decoder(float_hook=_float)

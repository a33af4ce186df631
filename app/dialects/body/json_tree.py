"""A JSON document as one flat mapping: quickly where it is flat and whole, patiently where it is not quite JSON."""

import json
import math
import re
from typing import Any

import msgspec

from app.dialects.body.charset import text_in
from app.dialects.body.pairs import pairs_of
from app.dialects.body.tree import FIELDS_MAX, NODES_MAX, TooMuch, flatten, is_blank
from app.dialects.body.unreadable import UnreadableBody
from app.dialects.text import Scalar

NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError)
_PLACE = re.compile(r"\(byte (\d+)\)")
_DIGITS_MAX = 18
_FLOAT_LENGTH_MAX = 64
_COMMAS_MAX = 2 * NODES_MAX
"""Commas of a document outside its texts."""

_DOCUMENTS_MAX = 200
"""Documents in one body that are looked at: more than one is too much of leads, more than half of it of reports."""

_NESTED = frozenset({dict, list})

_ONE_A_REQUEST = "send one JSON object a request, no list of several"
_REMEDY = "send one JSON object, with every string and bracket closed"

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

_BETWEEN = re.compile(r"\}\s*[\x1e,]?\s*\{")
_RECORD = "\x1e"
_APART = re.compile(r"[\s\x1e,]*")
"""A document a line, or each behind this mark: NDJSON, JSON Lines and JSON text sequences."""

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
    if isinstance(tree, list):
        tree = _lead_in(tree)
    if not isinstance(tree, dict):
        several = isinstance(tree, list) and len(tree) > 1
        if several:
            return UnreadableBody(encoding="json", remedy=_ONE_A_REQUEST)
        return UnreadableBody(encoding="json", place=place, remedy=_REMEDY)
    try:
        return flatten(tree)
    except TooMuch as error:
        return UnreadableBody(encoding="json", remedy=str(error))


def _lead_in(trees: list[Any]) -> Any:
    """The one lead of a list: what stands there alone, or a form's names with their values, as jQuery serializes them.

    An empty list is PHP's empty object. Any other is itself.
    """
    if len(trees) == 1:
        return trees[0]
    pairs = pairs_of("", trees)
    return {} if not trees else trees if pairs is None else pairs


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
        text = text_in(body)
        documents = documents_in(text) if _BETWEEN.search(text) or text[:1] == _RECORD else []
        tree = documents if len(documents) > 1 else documents[0] if documents else _forgiving(text)
        return tree, f"byte {match[1]}" if match else ""
    if isinstance(tree, dict | list) and says_twice(_names_in(tree), body):
        return _forgiving(text_in(body)), ""
    return tree, ""


def documents_in(text: str) -> list[Any]:
    """The documents that stand one behind the other, less empty ones; none where anything else does."""
    documents, at = list[Any](), 0
    try:
        for _ in range(_DOCUMENTS_MAX):
            at = _APART.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing at all, too
            if at == len(text):
                break
            document, at = _PATIENT.raw_decode(text, at)
            documents += [] if is_blank(document) else [document]
    except (ValueError, RecursionError):
        return []
    return documents


def says_twice(names: int, body: bytes) -> bool:
    """Whether one of so many names may stand twice, of which a decoder forgets the first though only that may have a
    value.
    """
    said = body.count(b'":') - (body.count(b'\\":') if b"\\" in body else 0)
    return said != names or b'" :' in body


def _names_in(node: Any) -> int:
    if isinstance(node, dict):
        return len(node) + sum(_names_in(each) for each in node.values() if each.__class__ in _NESTED)
    return sum(_names_in(each) for each in node if each.__class__ in _NESTED)


def _forgiving(text: str) -> Any:
    """JSON with raw line breaks in its strings, foreign encodings or impossible numbers; then as JavaScript or Python
    print their own values, or with a comma behind the last.

    A number that is none stays text, so that the field it stands in can be named.
    """
    try:
        return _PATIENT.decode(text)
    except (ValueError, RecursionError):
        pass
    text = text.rstrip(_BEHIND)
    if not text.endswith(("}", "]")):
        return None
    try:
        return _PATIENT.decode(_PIECES.sub(_as_json, text, count=_PIECES_MAX))
    except (ValueError, RecursionError):
        return None


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
_PATIENT = json.JSONDecoder(
    strict=False,
    object_pairs_hook=_filled,
    parse_constant=str,
    parse_float=_float,
    parse_int=lambda digits: int(digits) if len(digits) <= _DIGITS_MAX else digits,
)

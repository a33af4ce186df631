"""A request's body and query string become one flat mapping, whatever encoding the seller's platform chose."""

import json
import math
import re
from itertools import product
from string import hexdigits
from typing import Annotated, Any, Literal
from urllib.parse import unquote

import msgspec

from app.dialects.body.tree import FIELDS_MAX, NODES_MAX, TEXT_MAX, TooMuch, flatten, put
from app.dialects.body.xml_tree import NotXml, read_rows, read_xml
from app.dialects.text import Scalar, alike
from app.domain.reasons import Refusal

Encoding = Literal["json", "xml", "form", "other"]

_FLAT = msgspec.json.Decoder(dict[str, Annotated[str, msgspec.Meta(max_length=TEXT_MAX)] | int | float | bool | None])
_FLAT_LENGTH_MAX = 4_096
"""Bytes of a body that is first read as flat. Its decoder takes microseconds for a number like 5e-324."""

_NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError)
_PLACE = re.compile(r"\(byte (\d+)\)")
_DIGITS_MAX = 18
_FLOAT_LENGTH_MAX = 64
_COMMAS_MAX = 2 * NODES_MAX
"""Commas of a document: between its values, and as many again in its texts."""

_ESCAPES_MAX = 16_384
"""Percent signs in a form: five times what a document that was stuffed into one of its fields has."""

_BYTES = {digits.encode(): bytes.fromhex(digits) for digits in map("".join, product(hexdigits, repeat=2))}
"""Bytes by the two digits that stand for them after a percent sign."""

_JSON_REMEDY = "send one JSON object, with every string and bracket closed"
_XML_REMEDY = "send one well-formed XML document"
_STUFFED = (
    "xml json data payload body request lead leaddata leadxml leadjson xmldata jsondata xmldoc document post ping"
)
_ENVELOPES = frozenset(_STUFFED.split())
"""Form fields in which platforms stuff a whole document."""


class UnreadableBody(msgspec.Struct, frozen=True, kw_only=True):
    """A body that is not a lead in any encoding: which one it seemed to be, where it breaks, and what to do.

    `unsupported` is a content type that is never read (HTTP 415); everything else is a bad request (HTTP 400).
    """

    encoding: Encoding
    remedy: str
    place: str = ""
    unsupported: bool = False

    @property
    def refusal(self) -> Refusal:
        """The same as a seller reads it; nothing of the body is in it."""
        kind = "body" if self.encoding == "other" else f"{self.encoding} body"
        where = f" at {self.place}" if self.place else ""
        return Refusal("invalid_field", f"{kind}{where}: {self.remedy}")


def read_body(body: bytes, content_type: str, query: bytes | str = b"") -> dict[str, Scalar] | UnreadableBody:
    """Dotted keys over scalars; the query string fills what the body leaves empty.

    The first character decides between JSON and XML, since content types are often wrong; everything else is a form.
    Of a repeated name (form field, XML element, array of scalars) the last that is filled counts; of a JSON key, the
    last, filled or not.
    """
    flat = _read(body, content_type)
    if not query or isinstance(flat, UnreadableBody):
        return flat
    below = _read_form(query.encode("utf-8", "replace") if isinstance(query, str) else query)
    if isinstance(below, UnreadableBody):
        return below
    return below | {name: value for name, value in flat.items() if name not in below or value not in (None, "")}


def encoding_of(body: bytes, content_type: str) -> Encoding:
    """What a body seems to be; an empty one is an empty form."""
    start = body[:64].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1]
    if start in (b"{", b"["):
        return "json"
    if start == b"<":
        return "xml"
    if not start:
        return "form"
    kind = content_type.partition(";")[0].strip().lower()
    if "json" in kind:
        return "json"
    if "xml" in kind:
        return "xml"
    if kind == "application/x-www-form-urlencoded":
        return "form"
    plain = kind in ("", "text/plain", "text/html", "application/octet-stream")
    return "form" if plain and b"=" in body and body.isascii() else "other"


def _read(body: bytes, content_type: str) -> dict[str, Scalar] | UnreadableBody:
    if body[:1] == b"{" and len(body) <= _FLAT_LENGTH_MAX:
        try:
            flat: dict[str, Scalar] = _FLAT.decode(body)
        except _NOT_JSON:
            return _read_json(body)
        return flat if len(flat) <= FIELDS_MAX else _read_json(body)
    encoding = encoding_of(body, content_type)
    if encoding == "json":
        return _read_json(body)
    if encoding == "xml":
        return _read_xml(body)
    if encoding == "form":
        return _read_form(body)
    return UnreadableBody(encoding="other", remedy="send JSON, XML or a urlencoded form", unsupported=True)


def _read_json(body: bytes) -> dict[str, Scalar] | UnreadableBody:
    # Numbers and brackets take a hundred times as long to read as the same bytes of text.
    if body.count(b",") > _COMMAS_MAX:
        return UnreadableBody(encoding="json", remedy=f"send at most {FIELDS_MAX} fields")
    place = ""
    try:
        tree = _ANY.decode(body)
    except _NOT_JSON as error:
        match = _PLACE.search(str(error))
        place = f"byte {match[1]}" if match else ""
        tree = _forgiving_json(body)
    if isinstance(tree, list) and len(tree) == 1:
        tree = tree[0]
    if not isinstance(tree, dict):
        return UnreadableBody(encoding="json", place=place, remedy=_JSON_REMEDY)
    try:
        return flatten(tree)
    except TooMuch as error:
        return UnreadableBody(encoding="json", remedy=str(error))


def _forgiving_json(body: bytes) -> Any:
    """JSON with a byte order mark, raw line breaks in its strings, foreign encodings or impossible numbers.

    A number that is none stays text, so that the field it stands in can be named.
    """
    try:
        return json.loads(
            _decoded(body),
            strict=False,
            parse_constant=str,
            parse_float=_float,
            parse_int=lambda digits: int(digits) if len(digits) <= _DIGITS_MAX else digits,
        )
    except (ValueError, RecursionError):
        return None


def _float(digits: str) -> float | str:
    """The number, or its digits where it is none that anybody could mean."""
    number = float(digits) if len(digits) <= _FLOAT_LENGTH_MAX else math.inf
    return number if math.isfinite(number) else digits


_ANY = msgspec.json.Decoder(float_hook=_float)


def _decoded(body: bytes) -> str:
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", "replace").rstrip("\x00")
    try:
        return body.decode("utf-8-sig").rstrip("\x00")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def _read_xml(body: bytes) -> dict[str, Scalar] | UnreadableBody:
    body = body.lstrip()
    rows = read_rows(body)
    try:
        if rows is None:
            return flatten(read_xml(body))
        flat: dict[str, Scalar] = {}
        for name, text in rows:
            put(flat, name, text.strip())
    except NotXml as error:
        return UnreadableBody(encoding="xml", place=f"line {error.line}", remedy=_XML_REMEDY)
    except TooMuch as error:
        return UnreadableBody(encoding="xml", remedy=str(error))
    return flat


def _read_form(body: bytes) -> dict[str, Scalar] | UnreadableBody:
    text = _decoded(body).strip()
    pairs = [pair for pair in text.replace("+", " ").split("&") if pair]
    flat: dict[str, Scalar] = {}
    try:
        if len(pairs) > FIELDS_MAX * 2 or text.count("%") > _ESCAPES_MAX:
            raise TooMuch
        for pair in pairs:
            name, _, value = pair.partition("=")
            put(flat, _unescaped(name), _unescaped(value))
    except TooMuch:
        return UnreadableBody(encoding="form", remedy=f"send at most {FIELDS_MAX} fields of {TEXT_MAX} characters each")
    return _unstuffed(flat)


def _unescaped(text: str) -> str:
    """Without percent signs. A document in a field has hundreds, nearly all of them in its tags."""
    if "%" not in text:
        return text
    head, *rest = text.replace("%3C", "<").replace("%3E", ">").replace("%2F", "/").encode().split(b"%")
    plain = head + b"".join([code + each[2:] if (code := _BYTES.get(each[:2])) else b"%" + each for each in rest])
    try:
        return plain.decode()
    except UnicodeDecodeError:
        return (
            plain.decode("cp1252", "replace") if text.isascii() else unquote(text, encoding="cp1252", errors="replace")
        )


def _unstuffed(flat: dict[str, Scalar]) -> dict[str, Scalar] | UnreadableBody:
    """With the fields of a whole document that was stuffed into one form field; they count before those around it."""
    for name, value in flat.items():
        start = value.lstrip("\ufeff \t\r\n")[:1] if isinstance(value, str) else None
        if start not in ("{", "<") or (len(flat) > 1 and alike(name) not in _ENVELOPES):
            continue
        document = str(value).encode("utf-8", "replace")
        inner = _read_json(document) if start == "{" else _read_xml(document)
        if isinstance(inner, UnreadableBody):
            return inner
        return {outer: beside for outer, beside in flat.items() if outer != name} | inner
    return flat

"""A request's body and query string become one flat mapping, whatever encoding the seller's platform chose."""

from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

import msgspec

from app.dialects.body.documents import with_documents_opened
from app.dialects.body.form import begins_with_brackets, is_form, read_form
from app.dialects.body.json_tree import NOT_JSON, read_json, says_twice
from app.dialects.body.multipart import is_multipart, read_multipart
from app.dialects.body.one_lead import of_one_lead
from app.dialects.body.tree import FIELDS_MAX, laid_over
from app.dialects.body.unreadable import Encoding, UnreadableBody
from app.dialects.body.xml_tree import read_xml
from app.dialects.text import ABSENT_SPELLINGS, Scalar

_FLAT = msgspec.json.Decoder(dict[str, str | int | float | bool | None])
_FLAT_LENGTH_MAX = 4_096
"""Bytes of a body that is first read as flat. Its decoder takes microseconds for a number like 5e-324."""

_BACKSLASH, _LESS = b"\\<"
"""As numbers, since Python raises an exception and forgets it again before it looks for bytes in bytes."""

_OPENS = b"{[$%<#*@|~!"
"""Signs with which a variable begins that a template left unfilled; an object has but its own bracket."""

_WHOLE_DOCUMENT = (b"%7B", b"%7b", b"%3C", b"%3c", b"%5B", b"%5b")
"""How a document begins that was escaped like a form and has no field to stand in."""

_UNREAD = UnreadableBody(
    encoding="other", remedy="send JSON, XML, a urlencoded form or a multipart form", unsupported=True
)


def read_body(body: bytes, content_type: str, query: bytes | str = b"") -> dict[str, Scalar] | UnreadableBody:
    """Dotted keys over scalars; the query string fills what the body leaves empty.

    The first character decides between JSON and XML, since content types are often wrong; what is neither is a form.
    Of a repeated name (of a form field, an element, a JSON key or in an array of scalars) the last that is filled
    counts.
    """
    flat = _read(body, content_type)
    if not query or isinstance(flat, UnreadableBody):
        return flat
    below = _opened(read_form(query.encode("utf-8", "replace") if isinstance(query, str) else query))
    if isinstance(below, UnreadableBody):
        return below
    return laid_over(below, flat)


def encoding_of(body: bytes, content_type: str) -> Encoding:
    """What a body seems to be; an empty one is an empty form."""
    start = body[:64].lstrip(b"\xef\xbb\xbf\xff\xfe\x00\x1e \t\r\n")[:1]
    if start in (b"{", b"[", b'"'):
        return "form" if start == b"[" and begins_with_brackets(body.lstrip()) else "json"
    if start == b"<":
        return "xml"
    if not start:
        return "form"
    kind = content_type.partition(";")[0].strip().lower()
    if is_multipart(body):
        return "multipart"
    if kind == "application/x-www-form-urlencoded" or is_form(body):
        return "form"
    if "json" in kind:
        return "json"
    if "xml" in kind:
        return "xml"
    if kind.startswith("multipart/"):
        return "multipart"
    plain = kind in ("", "text/plain", "text/html", "application/octet-stream")
    return "form" if plain and b"=" in body and body.isascii() else "other"


def _read(body: bytes, content_type: str) -> dict[str, Scalar] | UnreadableBody:
    flat = _read_flat(body) if body[:1] == b"{" else None
    if flat is not None:
        return with_documents_opened(flat) if _BACKSLASH in body or _LESS in body else flat
    encoding = encoding_of(body, content_type)
    fields = decoded(body, content_type, encoding)
    return of_one_lead(fields, encoding) if isinstance(fields, dict) else fields


def decoded(body: bytes, content_type: str, encoding: Encoding) -> dict[str, Scalar] | UnreadableBody:
    """The fields as they are numbered in the body, be they of one lead or of several."""
    if encoding == "json":
        return _opened(read_json(body), may_hold=_BACKSLASH in body or _LESS in body)
    if encoding == "xml":
        return _opened(read_xml(body), may_hold=b"&" in body or b"<![CDATA[" in body or b">{" in body)
    if encoding == "multipart":
        return _opened(read_multipart(body, content_type))
    if encoding == "other":
        return _UNREAD
    if body.startswith(_WHOLE_DOCUMENT) and not begins_with_brackets(body):
        return _read(unquote_to_bytes(body.replace(b"+", b" ")).rstrip(b"= \r\n"), "")
    return _opened(read_form(body))


def _read_flat(body: bytes) -> dict[str, Scalar] | None:
    """An object of plain values, which nearly every request is; `None` for whatever else begins with a brace."""
    if len(body) > _FLAT_LENGTH_MAX:
        return None
    try:
        flat: dict[str, Scalar] = _FLAT.decode(body)
    except NOT_JSON:
        return None
    return None if len(flat) > FIELDS_MAX or (says_twice(len(flat), body) and _may_hide(flat, body)) else flat


def _may_hide(flat: Mapping[str, Scalar], body: bytes) -> bool:
    """Whether something may be forgotten behind a name that stands twice: not where nothing is absent or unfilled."""
    return not ABSENT_SPELLINGS.isdisjoint(flat.values()) or len(body.translate(None, _OPENS)) < len(body) - 1


def _opened(flat: dict[str, Scalar] | UnreadableBody, *, may_hold: bool = True) -> dict[str, Scalar] | UnreadableBody:
    """With the documents in its fields opened; JSON and XML escape or quote what a document cannot do without."""
    return with_documents_opened(flat) if may_hold and isinstance(flat, dict) else flat

"""Whole documents that platforms and form builders put into one field, opened where they stand."""

from html import unescape

from app.dialects.body.form import is_form, read_form
from app.dialects.body.json_tree import read_json, strict_tree
from app.dialects.body.tree import FIELDS_MAX, TooMuch, flattened, laid_over
from app.dialects.body.unreadable import UnreadableBody
from app.dialects.body.xml_tree import read_xml
from app.dialects.text import Scalar, alike

_STUFFED = (
    "xml json data payload body request lead leaddata leadxml leadjson xmldata jsondata xmldoc document post ping "
    "content entry form formdata input leadinfo params postdata rawbody rawrequest record submission"
)
_ENVELOPES = frozenset(_STUFFED.split())
"""Fields in which platforms stuff a whole document."""

_ENDINGS = ("json", "xml", "jsonstring", "xmlstring", "jsonbody", "xmlbody", "xmlrequest")
_DEPTH_MAX = 3
_TRIED_MAX = 16
"""Fields of other names that are looked into."""

_ESCAPED = ("&lt;", "{&quot;", "[{&quot;")
"""How a document begins that was escaped for a page."""

_BLANK = "\ufeff \t\r\n"

Opened = dict[str, Scalar] | UnreadableBody


def with_documents_opened(flat: dict[str, Scalar], depth: int = 1) -> Opened:
    """With the fields of each document that was stuffed into a field; they count before those around it.

    JSON in a field of any other name is what it would be without its quotes: its fields stand below that name.
    """
    whole, tried = dict(flat), 0
    for name, value in flat.items():
        if isinstance(value, str) and value.startswith(_ESCAPED) and _is_envelope(name):
            value = unescape(value)
        start = value.lstrip(_BLANK)[:1] if isinstance(value, str) else ""
        if start not in ("{", "[", "<") and not _holds_a_form(name, value):
            continue
        is_envelope = _is_envelope(name)
        if len(flat) == 1 or is_envelope or str(value).lstrip(_BLANK)[:5] == "<?xml":
            inner = _document(str(value), start, must_be_one=is_envelope)
        else:
            tried += 1
            whole = laid_over(whole, _below(name, str(value)) if tried <= _TRIED_MAX else {})
            continue
        if isinstance(inner, dict) and depth < _DEPTH_MAX:
            inner = with_documents_opened(inner, depth + 1)
        if isinstance(inner, UnreadableBody):
            return inner
        if inner is not None:
            whole.pop(name, None)
            whole = laid_over(whole, inner)
    if len(whole) > FIELDS_MAX:
        return UnreadableBody(encoding="form", remedy=f"send at most {FIELDS_MAX} fields")
    return whole


def _is_envelope(name: str) -> bool:
    plain = alike(name.rpartition(".")[2])
    return plain in _ENVELOPES or plain.endswith(_ENDINGS)


def _holds_a_form(name: str, value: Scalar) -> bool:
    return isinstance(value, str) and "&" in value and _is_envelope(name) and is_form(value[:256].encode())


def _document(text: str, start: str, *, must_be_one: bool) -> Opened | None:
    """The fields of a document; where it need not be one, what is broken is text like any other."""
    body = text.encode("utf-8", "replace")
    inner = read_json(body) if start in ("{", "[") else read_xml(body) if start == "<" else read_form(body)
    return inner if must_be_one or isinstance(inner, dict) else None


def _below(name: str, text: str) -> dict[str, Scalar]:
    tree = strict_tree(text)
    if not isinstance(tree, (dict, list)):
        return {}
    try:
        return flattened({name: tree})
    except TooMuch:
        return {}

"""An XML document as one flat mapping: elements and attributes alike, no namespaces, no DTD, no entities."""

import re
from html.entities import html5
from typing import Any, NoReturn
from xml.parsers import expat

from app.dialects.body.charset import text_in
from app.dialects.body.tree import DEPTH_MAX, NODES_MAX, TooMuch, flatten, put, unwrapped
from app.dialects.body.unreadable import UnreadableBody
from app.dialects.text import Scalar

_NAME = "([A-Za-z_][A-Za-z0-9_]*+)"
_TEXT = r"[ -%'-;=?-\\^-~]*+"
"""Printable, and nothing that means more than itself to XML."""

_BLANK = r"[ \t\r\n]*+"
_ROW = re.compile(rf"<{_NAME}>({_TEXT})</\1>")
_ROWS = re.compile(rf"<{_NAME}>{_BLANK}(?:<{_NAME}>{_TEXT}</\2>{_BLANK})*+</\1>{_BLANK}")

_BEFORE = " \t\r\n\ufeff"
"""What programs put before a declaration, which XML allows nothing before."""

_DECLARED = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s{0,9}=\s{0,9}["']([\w.:-]{1,40})""")
_SECTION, _SECTION_END = "<![CDATA[", "]]>"
_UNESCAPED = re.compile(r"&(?:([A-Za-z][A-Za-z0-9]{1,31};)|(?!#\d|#x))|<(?=[\s\d=])|[\x01-\x08\x0b\x0c\x0e-\x1f]")
"""A bare ampersand or a named entity, a "less than", and control characters."""

_UNESCAPED_MAX = 2_000

_OWN = frozenset({"amp;", "lt;", "gt;", "quot;", "apos;"})
_REMEDY = "send one well-formed XML document"


class NotXml(Exception):
    """A body that is not well-formed XML; `line` says where, counted from 1."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


def read_xml(body: bytes) -> dict[str, Scalar] | UnreadableBody:
    """Dotted keys over texts. Of a repeated name the last that is filled counts."""
    body = body.lstrip()
    rows = read_rows(body)
    try:
        if rows is None:
            return flatten(xml_tree(body))
        flat: dict[str, Scalar] = {}
        for name, text in rows:
            put(flat, name, text.strip())
    except NotXml as error:
        return UnreadableBody(encoding="xml", place=f"line {error.line}", remedy=_REMEDY)
    except TooMuch as error:
        return UnreadableBody(encoding="xml", remedy=str(error))
    return flat


def read_rows(body: bytes) -> list[tuple[str, str]] | None:
    """What a row of plain elements holds, for a third of what a parser takes; `None` for any other document.

    Platforms send little else. Whatever means more than itself, as attributes and entities do, is for the parser.
    """
    if body.count(b"</") > NODES_MAX:
        return None
    text = body.decode("ascii", "replace")
    match = _ROWS.fullmatch(text)
    return _ROW.findall(text, match.end(1)) if match is not None else None


def xml_tree(body: bytes) -> dict[str, Any]:
    """What the root element holds, or in an envelope of SOAP its body. Raises NotXml or TooMuch.

    A document type or an entity is TooMuch. What string-built documents forget to escape is read on a second try.
    """
    declared = _DECLARED.search(body[:200])
    text = text_in(body, declared[1].decode() if declared else "").lstrip(_BEFORE)
    try:
        return _parsed(text)
    except NotXml as fault:
        escaped = _escaped(text) if text.count("&") <= _UNESCAPED_MAX else text
        if escaped == text:
            raise
        try:
            return _parsed(escaped)
        except NotXml:
            raise fault from None


def _parsed(text: str) -> dict[str, Any]:
    builder = _Builder()
    # The bytes and their mark say how a document is written; what it declares of itself is often another's habit.
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)  # noqa: FBT003 - it is taken by position only
    except (expat.ExpatError, ValueError, LookupError):
        raise NotXml(parser.ErrorLineNumber) from None
    return _out_of_its_envelope(builder.root) if builder.name == "Envelope" else builder.root


def _out_of_its_envelope(envelope: dict[str, Any]) -> dict[str, Any]:
    """The lead in SOAP's Body. Its Header is no part of it, but a key may stand there."""
    body = envelope.get("Body")
    if not isinstance(body, dict):
        return envelope
    elements = [child for child in body.values() if isinstance(child, dict)]
    lead = unwrapped(elements[0] if len(elements) == 1 else body)
    header = envelope.get("Header")
    return lead | {"Header": header} if isinstance(header, dict) else lead


def _escaped(text: str) -> str:
    """With each sign escaped that cannot be meant as markup. In a section they stand for themselves."""
    first, *rest = text.split(_SECTION)
    pieces, is_open = [_UNESCAPED.sub(_meant, first)], False
    for piece in rest:
        inside, end, outside = piece.partition(_SECTION_END)
        pieces.append(_SECTION + inside + end + (_UNESCAPED.sub(_meant, outside) if end else ""))
        is_open = not end
    return text if is_open else "".join(pieces)


def _meant(sign: re.Match[str]) -> str:
    name = sign[1]
    if name is None:
        return {"&": "&amp;", "<": "&lt;"}.get(sign[0], " ")
    # An entity that nobody knows stays a fault.
    return sign[0] if name in _OWN or name not in html5 else html5[name]


def _refuse(*_declaration: object) -> NoReturn:
    raise TooMuch("send XML without DTD and entities")


class _Builder:
    """Elements under construction, the outermost first; each with its children by name and its pieces of text."""

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self.name = ""
        self._open: list[tuple[str, dict[str, Any], list[str]]] = []
        self._nodes = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._nodes += 1 + len(attributes)
        if self._nodes > NODES_MAX or len(self._open) >= DEPTH_MAX:
            raise TooMuch(f"send at most {NODES_MAX} elements, nested at most {DEPTH_MAX} deep")
        self._open.append((_local(name), _attributes(attributes) if attributes else {}, []))

    def text(self, text: str) -> None:
        self._open[-1][2].append(text)

    def end(self, _name: str) -> None:
        name, children, pieces = self._open.pop()
        text = "".join(pieces).strip()
        if children and text:
            children[""] = text
        if not self._open:
            # A document that was escaped into another is all the text of its root.
            self.root, self.name = children or ({name: text} if text else {}), name
        else:
            _add(self._open[-1][1], name, children or text)


def _attributes(attributes: dict[str, str]) -> dict[str, Any]:
    return {_local(key): value for key, value in attributes.items() if not key.startswith("xmlns")}


def _add(children: dict[str, Any], name: str, node: Any) -> None:
    """A second element of one name makes a list of it."""
    if name not in children:
        children[name] = node
    elif isinstance(children[name], list):
        children[name].append(node)
    else:
        children[name] = [children[name], node]


def _local(name: str) -> str:
    return name.rpartition(":")[2] if ":" in name else name

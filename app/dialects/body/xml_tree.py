"""An XML document as a tree of plain values: elements and attributes alike, no namespaces, no DTD, no entities."""

import re
from typing import Any, NoReturn
from xml.parsers import expat

from app.dialects.body.tree import DEPTH_MAX, NODES_MAX, TooMuch

_NAME = "([A-Za-z_][A-Za-z0-9_]*+)"
_TEXT = r"[ -%'-;=?-\\^-~]*+"
"""Printable, and nothing that means more than itself to XML."""

_BLANK = r"[ \t\r\n]*+"
_ROW = re.compile(rf"<{_NAME}>({_TEXT})</\1>")
_ROWS = re.compile(rf"<{_NAME}>{_BLANK}(?:<{_NAME}>{_TEXT}</\2>{_BLANK})*+</\1>{_BLANK}")


class NotXml(Exception):
    """A body that is not well-formed XML; `line` says where, counted from 1."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


def read_rows(body: bytes) -> list[tuple[str, str]] | None:
    """What a row of plain elements holds, for a third of what a parser takes; `None` for any other document.

    Platforms send little else. Whatever means more than itself, as attributes and entities do, is for the parser.
    """
    if body.count(b"</") > NODES_MAX:
        return None
    text = body.decode("ascii", "replace")
    match = _ROWS.fullmatch(text)
    return _ROW.findall(text, match.end(1)) if match is not None else None


def read_xml(body: bytes) -> dict[str, Any]:
    """What the root element holds. Raises NotXml or TooMuch; a document type or an entity is TooMuch."""
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(_encoded(body), True)  # noqa: FBT003 - it is taken by position only
    except (expat.ExpatError, ValueError, LookupError):
        raise NotXml(parser.ErrorLineNumber) from None
    return builder.root


def _encoded(body: bytes) -> bytes:
    """Undeclared Windows text, which old platforms send, as UTF-8; everything else as it is."""
    try:
        body.decode()
    except UnicodeDecodeError:
        if b"encoding=" not in body[:200] and body[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            return body.decode("cp1252", "replace").encode()
    return body


def _refuse(*_declaration: object) -> NoReturn:
    raise TooMuch("send XML without DTD and entities")


class _Builder:
    """Elements under construction, the outermost first; each with its children by name and its pieces of text."""

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
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
            self.root = children
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

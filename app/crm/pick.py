"""Reads one place of a CRM's answer: JSON, XML, header or text."""

import re
from typing import Any
from xml.etree import ElementTree

import msgspec

from app.domain.delivery.outcome_rule import Pick
from app.domain.delivery.pattern import pattern_of
from app.outbound.message import OutboundAnswer

_DOCTYPE = re.compile(r"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


def picked(pick: Pick, answer: OutboundAnswer) -> str | None:
    """The text at this place; `None` where it is absent. JSON's true, false and numbers are as JSON writes them."""
    if pick.json:
        return _in_json(pick.json, answer.body)
    if pick.xml:
        return _in_xml(pick.xml, text_of(answer))
    if pick.header:
        return answer.headers.get(pick.header.lower())
    if pick.regex:
        return pattern_of(pick.regex).search(text_of(answer))
    return text_of(answer)


def text_of(answer: OutboundAnswer) -> str:
    """The body as text; what is not UTF-8 becomes a question mark."""
    return answer.body.decode("utf-8-sig", "replace")


def _in_json(path: str, body: bytes) -> str | None:
    try:
        value: Any = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    for name in path.split("."):
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()


def _in_xml(path: str, text: str) -> str | None:
    # A document type is where entities are declared, and no CRM needs one to say yes.
    if _DOCTYPE.search(text):
        return None
    elements, _, attribute = path.partition("@")
    root, *names = elements.split(".")
    try:
        element: ElementTree.Element | None = ElementTree.fromstring(text)  # noqa: S314 - without DOCTYPE no entity expands
    except ElementTree.ParseError:
        return None
    if element is None or element.tag.rpartition("}")[2] != root:
        return None
    if names:
        element = element.find("/".join(f"{{*}}{name}" for name in names))
    if element is None:
        return None
    return element.get(attribute) if attribute else "".join(element.itertext()).strip()

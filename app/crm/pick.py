"""Reads one place of a CRM's answer: JSON, XML, header or text."""

import json
import re
from collections.abc import Collection
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

import msgspec

from app.domain.delivery.outcome_rule import Pick
from app.domain.delivery.pattern import pattern_of
from app.outbound.message import OutboundAnswer

_DOCTYPE = re.compile(r"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE)
_DECLARED = re.compile(r"""\s*<\?xml[^>]*\sencoding\s*=\s*["']([A-Za-z0-9_.:-]{1,40})""")
_NO_CHARSETS = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "utf-7"})
"""What Python decodes and no CRM writes."""
_PAGE = re.compile(
    r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?<(!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_PAGE_LENGTH = 2_000


def picked(pick: Pick, answer: OutboundAnswer) -> str | None:
    """The text at this place; `None` where it is absent. JSON's true, false and numbers are as JSON writes them."""
    if pick.json:
        return _in_json(pick.json, text_of(answer))
    if pick.xml:
        return _in_xml(pick.xml, text_of(answer))
    if pick.header:
        return answer.headers.get(pick.header.lower())
    if pick.regex:
        return pattern_of(pick.regex).search(text_of(answer))
    return text_of(answer)


def names_in(answer: OutboundAnswer) -> Collection[str]:
    """The names at the top of a JSON object; none in any other answer."""
    value = _parsed(text_of(answer))
    return value.keys() if isinstance(value, dict) else ()


def text_of(answer: OutboundAnswer) -> str:
    """The body as text in the charset it is said to be in; what is not becomes a question mark.

    A byte order mark says more than the header.
    """
    for mark, encoding in _MARKS:
        if answer.body.startswith(mark):
            return answer.body.decode(encoding, "replace")
    match = _CHARSET.search(answer.headers.get("content-type", "")) or _DECLARED.match(
        answer.body[:200].decode("latin-1")
    )
    charset = match[1].lower() if match else "utf-8"
    # Some say UTF-16 of what they write as UTF-8.
    is_other = charset in _NO_CHARSETS or (charset.startswith("utf-16") and b"\x00" not in answer.body)
    try:
        return answer.body.decode("utf-8" if is_other else charset, "replace")
    except (LookupError, UnicodeError):
        return answer.body.decode("utf-8", "replace")


def is_page(answer: OutboundAnswer) -> bool:
    """Whether a web page came, which is made for people: a login, a maintenance notice, a front page."""
    return _PAGE.match(text_of(answer)[:_PAGE_LENGTH]) is not None


def _in_json(path: str, text: str) -> str | None:
    value = _parsed(text)
    for name in path.split("."):
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if value is None or isinstance(value, str):
        return None if value is not None and "\ufffd" in value else value
    return msgspec.json.encode(value).decode()


@lru_cache(maxsize=1)
def _parsed(text: str) -> Any:
    """The JSON of an answer, which one rule after the other looks into; `None` where it is none."""
    try:
        # Not by msgspec: old CRMs leave line breaks raw in their texts.
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _in_xml(path: str, text: str) -> str | None:
    # A document type is where entities are declared, and no CRM needs one to say yes.
    if _DOCTYPE.search(text):
        return None
    elements, _, attribute = path.partition("@")
    root, *names = elements.split(".")
    try:
        element: ElementTree.Element | None = ElementTree.fromstring(text.strip())  # noqa: S314 - without DOCTYPE no entity expands
    except ElementTree.ParseError:
        return None
    if element is None or element.tag.rpartition("}")[2] != root:
        return None
    if names:
        element = element.find("/".join(f"{{*}}{name}" for name in names))
    if element is None:
        return None
    return element.get(attribute) if attribute else "".join(element.itertext()).strip()

"""How platforms read a buyer's answer, with all that they overlook; each way is as crude as the real one.

From their published documents and code: LeadExec searches for literals, most follow a path to a value, which must be
the very word that they expect. A platform with a way of its own has it in its folder.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from app.dialects.body.tree import TooMuch
from app.dialects.body.xml_tree import NotXml, xml_tree
from app.platforms.platform import ParsedAnswer, ParsedOutcome, Parser, ReceivedAnswer

Words = Mapping[str, ParsedOutcome]

SALE_IN_REFUSAL = ParsedAnswer(outcome="unreadable", reason="the word of a sale stands in a refusal")

_PRICE = re.compile(r'"price":"?([0-9]+(?:\.[0-9]+)?)"?')
_STATUS = re.compile(r'"status":"([a-z]+)"')
_REASON = re.compile(r'"reason":"([^"]*)"')


def by_literals(id_name: str) -> Parser:
    """LeadExec's way: literals without a space after the colon, the id under this name. It reads no body of a fault."""
    id_literal = re.compile(rf'"{id_name}":"([^"]*)"')

    def parse(answer: ReceivedAnswer) -> ParsedAnswer:
        if not 200 <= answer.status < 300:
            return unread_status(answer)
        text = answer.body.decode(errors="replace")
        status = _first(_STATUS, text)
        if not status:
            return ParsedAnswer(outcome="unreadable", reason='no literal "status":"..." without a space in it')
        if ("accepted" in text.lower()) != (status == "accepted"):
            return SALE_IN_REFUSAL
        words: Words = {"accepted": "accepted", "duplicate": "duplicate", "reping": "reping", "error": "error"}
        return ParsedAnswer(
            outcome=words.get(status, "refused"),
            price=_first(_PRICE, text),
            id=_first(id_literal, text),
            reason=_first(_REASON, text),
        )

    return parse


def by_path(status: str, words: Words, *, price: str, id: str, reason: str, root: str = "") -> Parser:  # noqa: A002 - as it is named in an answer
    """A parser that follows dotted paths: to the word that says what happened, to price, id and reason.

    A body of a status other than 2xx is not read. Any other word is a refusal. `root` is the object in which everything
    stands in JSON, as it stands in the root element of XML.
    """

    def parse(answer: ReceivedAnswer) -> ParsedAnswer:
        if not 200 <= answer.status < 300:
            return unread_status(answer)
        body = body_of(answer)
        if isinstance(body, ParsedAnswer):
            return body
        inner = value_at(body, root)
        tree = inner if isinstance(inner, dict) else body
        word = text_of(value_at(tree, status))
        if not word:
            return ParsedAnswer(outcome="unreadable", reason=f"no {status}")
        return ParsedAnswer(
            outcome=words.get(word, "refused"),
            price=text_of(value_at(tree, price)),
            id=text_of(value_at(tree, id)),
            reason=text_of(value_at(tree, reason)),
        )

    return parse


def unread_status(answer: ReceivedAnswer) -> ParsedAnswer:
    """What becomes of an answer whose status alone makes it a fault."""
    return ParsedAnswer(outcome="error", reason=f"HTTP {answer.status}, whose body is not read")


def body_of(answer: ReceivedAnswer) -> dict[str, Any] | ParsedAnswer:
    """The body by its Content-Type, a list at the root beneath `array`; or why it is unreadable."""
    media_type = answer.content_type.partition(";")[0].strip().lower()
    if media_type.endswith("json"):
        try:
            # A price keeps the digits in which it was written: 16.10 is not 16.1.
            tree = json.loads(answer.body, parse_float=str)
        except (ValueError, RecursionError):
            return ParsedAnswer(outcome="unreadable", reason="the body is not JSON")
        return tree if isinstance(tree, dict) else {"array": tree}
    if media_type.endswith("xml"):
        try:
            return xml_tree(answer.body)
        except (NotXml, TooMuch):
            return ParsedAnswer(outcome="unreadable", reason="the body is not XML")
    return ParsedAnswer(outcome="unreadable", reason=f"a body of type {media_type or 'unknown'}")


def value_at(tree: Any, path: str) -> Any:
    """The value at a dotted path, or `None`."""
    node = tree if path else None
    for name in path.split(".") if path else ():
        if isinstance(node, list):
            node = node[int(name)] if name.isdigit() and int(name) < len(node) else None
        else:
            node = node.get(name) if isinstance(node, dict) else None
    return node


def text_of(value: Any) -> str:
    """A value as text, empty for what is none."""
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match else ""

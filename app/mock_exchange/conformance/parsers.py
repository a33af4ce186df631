"""How platforms read a buyer's answer, with all that they overlook; each is as crude as the real one.

From their published documents and code: LeadConduit reads no 5xx and searches the lower-cased body, LeadExec searches
for literals, others follow a path to a value which must be the very word they expect.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from app.dialects.tree import TooMuch
from app.dialects.xml_tree import NotXml, read_xml
from app.mock_exchange.conformance.heard import Answer, Heard, Outcome

Parser = Callable[[Answer], Heard]
Words = Mapping[str, Outcome]

_PRICE = re.compile(r'"price":"?([0-9]+(?:\.[0-9]+)?)"?')
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_STATUS = re.compile(r'"status":"([a-z]+)"')


def by_literals(name: str) -> Parser:
    """LeadExec's way: literals without a space after the colon, the id under this name. It reads no body of a fault."""
    names_id = re.compile(rf'"{name}":"([^"]*)"')

    def parse(answer: Answer) -> Heard:
        if not 200 <= answer.status < 300:
            return Heard(outcome="error", why=f"HTTP {answer.status}, whose body is not read")
        text = answer.body.decode(errors="replace")
        status = _STATUS.search(text)
        if status is None:
            return Heard(outcome="unreadable", why='no literal "status":"..." without a space in it')
        if ("accepted" in text.lower()) != (status[1] == "accepted"):
            return Heard(outcome="unreadable", why="the word of a sale stands in a refusal")
        words: dict[str, Outcome] = {"accepted": "accepted", "duplicate": "duplicate", "reping": "reping"}
        price, found = _PRICE.search(text), names_id.search(text)
        return Heard(
            outcome=words.get(status[1], "error" if status[1] == "error" else "refused"),
            price=price[1] if price else "",
            id=found[1] if found else "",
            why=_why(text),
        )

    return parse


def leadconduit(answer: Answer) -> Heard:
    """A 5xx is not read; a body is read by its Content-Type; `success` is searched in the lower-cased body too."""
    if answer.status >= 500:
        return Heard(outcome="error", why="server error")
    if not answer.content_type:
        return Heard(outcome="error", why="no Content-Type")
    read = _read(answer)
    if isinstance(read, str):
        return Heard(outcome="unreadable", why=read)
    outcome = str(read.get("outcome", ""))
    found = "success" in answer.body.decode(errors="replace").lower()
    if outcome not in ("success", "failure", "error"):
        return Heard(outcome="error", why="no outcome")
    if found != (outcome == "success"):
        return Heard(outcome="unreadable", why="the word of a sale stands in a refusal")
    words: dict[str, Outcome] = {"success": "accepted", "failure": "refused", "error": "error"}
    return Heard(
        outcome=words[outcome],
        price=_text(read.get("price")),
        id=_text(_at(read, "lead.id") or read.get("reference")),
        why=_text(read.get("reason")),
    )


def leadconduit_pricing(answer: Answer) -> Heard:
    """Nothing but a price is taken from a pricing service, and a flow without one goes on at its fallback price."""
    if not 200 <= answer.status < 300:
        return Heard(outcome="error", why=f"HTTP {answer.status}, whose body is not read")
    read = _read(answer)
    if isinstance(read, str):
        return Heard(outcome="unreadable", why=read)
    price = _text(read.get("price"))
    if not _NUMBER.fullmatch(price):
        return Heard(outcome="unreadable", why="no price")
    bid: Outcome = "accepted" if float(price) > 0 else "refused"
    return Heard(outcome=bid, price=price, id=_text(read.get("reference")), why=_text(read.get("reason")))


def by_path(status: str, words: Words, *, price: str, ping_id: str, reason: str, root: str = "") -> Parser:
    """A parser that follows dotted paths: to the word that says what happened, to price, id and reason.

    A body of a status other than 2xx is not read. What is no expected word is a refusal. `root` is the object in which
    everything stands in JSON, as it stands in the root element of XML.
    """

    def parse(answer: Answer) -> Heard:
        if not 200 <= answer.status < 300:
            return Heard(outcome="error", why=f"HTTP {answer.status}, whose body is not read")
        read = _read(answer)
        if isinstance(read, str):
            return Heard(outcome="unreadable", why=read)
        within = _at(read, root)
        read = within if isinstance(within, dict) else read
        said = _text(_at(read, status))
        if not said:
            return Heard(outcome="unreadable", why=f"no {status}")
        return Heard(
            outcome=words.get(said, "refused"),
            price=_text(_at(read, price)),
            id=_text(_at(read, ping_id)),
            why=_text(_at(read, reason)),
        )

    return parse


def _read(answer: Answer) -> dict[str, Any] | str:
    """The body by its Content-Type; a list at the root moves beneath `array`. A text says why it cannot be read."""
    kind = answer.content_type.partition(";")[0].strip().lower()
    if kind.endswith("json"):
        try:
            # A price keeps the digits in which it was written: 16.10 is not 16.1.
            read = json.loads(answer.body, parse_float=str)
        except (ValueError, RecursionError):
            return "the body is not JSON"
        return read if isinstance(read, dict) else {"array": read}
    if kind.endswith("xml"):
        try:
            return read_xml(answer.body)
        except (NotXml, TooMuch):
            return "the body is not XML"
    return f"a body of type {kind or 'unknown'}"


def _at(read: Any, path: str) -> Any:
    for name in path.split(".") if path else ():
        if isinstance(read, list):
            read = read[int(name)] if name.isdigit() and int(name) < len(read) else None
        else:
            read = read.get(name) if isinstance(read, dict) else None
    return read if path else None


def _text(value: Any) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _why(text: str) -> str:
    found = re.search(r'"reason":"([^"]*)"', text)
    return found[1] if found else ""

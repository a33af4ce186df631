"""A body of several reports: a JSON array, a list in an envelope or a form, or the notifications of a SOAP message."""

import re
from typing import Any

import msgspec

from app.dialects.body.charset import text_in
from app.dialects.body.json_tree import documents_in
from app.dialects.body.read import decoded, encoding_of, read_body
from app.dialects.body.tree import NODES_MAX, TooMuch, flatten, laid_over
from app.dialects.body.unreadable import UnreadableBody
from app.dialects.body.xml_tree import NotXml, xml_tree
from app.dialects.text import Scalar, alike

REPORTS_MAX = 100
"""HubSpot, Salesforce and Zapier send no more at once. Each is a commit of its own."""

_LISTS = {"events", "event", "outcomes", "outcome", "notifications", "notification"}
"""What CRMs call a list of reports that is not all of a body."""

_PERHAPS_LISTS = {"records", "items", "results", "messages"}
"""The same of lists that may be something else of one record, as the items of a sale are."""

_OF_A_RECORD = re.compile(r"(?:lead|crm|contact|record|object|deal|opportunity|ping|bid)idc?$")
"""How a key ends that says whose a report is; Salesforce puts `__c` behind those that the buyer made."""

_OF_THE_MESSAGE = {"id", "eventid"}
"""What identifies a message is the same beside all of its reports: it would make repeats of all but one."""

_NUMBERED = re.compile(r"(?:^|\.)\d+\.", re.ASCII)

_DEPTH_MAX = 4


class Batch(msgspec.Struct, frozen=True):
    """The reports of one body, each as one flat mapping; `None` where one is no object."""

    reports: list[dict[str, Scalar] | None]


def read_batch(body: bytes, content_type: str, query: bytes = b"") -> Batch | UnreadableBody | None:
    """The reports of a body that holds a list of them; `None` where it holds one, or cannot be read.

    What the query string says, it says of each.
    """
    encoding = encoding_of(body, content_type)
    if encoding == "other":
        return None
    try:
        if encoding == "json":
            tree = _read_json(body)
        else:
            tree = xml_tree(body) if encoding == "xml" else _tree_of_pairs(decoded(body, content_type, encoding))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, NotXml, TooMuch):
        return None
    found = _found(tree)
    if found is None:
        return None
    outer, nodes = found
    asked = read_body(b"", "", query) if query else {}
    around = outer if isinstance(asked, UnreadableBody) else laid_over(asked, outer)
    if len(nodes) > REPORTS_MAX:
        return UnreadableBody(encoding=encoding, remedy=f"send at most {REPORTS_MAX} reports at once")
    try:
        return Batch([laid_over(around, flatten(node)) if isinstance(node, dict) else None for node in nodes])
    except TooMuch as error:
        return UnreadableBody(encoding=encoding, remedy=str(error))


def _read_json(body: bytes) -> Any:
    # Numbers and brackets take a hundred times as long to read as the same bytes of text.
    if body.count(b",") > 2 * NODES_MAX:
        raise TooMuch
    try:
        return msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except msgspec.DecodeError:
        documents = documents_in(text_in(body))
        if not documents:
            raise
        return documents if len(documents) > 1 else documents[0]


def _tree_of_pairs(flat: dict[str, Scalar] | UnreadableBody) -> Any:
    """The document of a form that numbers its reports, as PHP nests them: `events[0][lead_id]`."""
    if isinstance(flat, UnreadableBody) or not any(map(_NUMBERED.search, flat)):
        return None
    tree: dict[str, Any] = {}
    for key, value in flat.items():
        *above, last = key.split(".", _DEPTH_MAX)
        node = tree
        for part in above:
            inner = node.setdefault(part, {})
            node = inner if isinstance(inner, dict) else {}
        node.setdefault(last, value)
    return _with_lists(tree)


def _with_lists(node: Any) -> Any:
    """A document whose objects are lists where all of their names are numbers."""
    if not isinstance(node, dict):
        return node
    inner = {name: _with_lists(each) for name, each in node.items()}
    return list(inner.values()) if all(map(str.isdecimal, inner)) else inner


def _found(tree: Any, depth: int = _DEPTH_MAX) -> tuple[dict[str, Scalar], list[Any]] | None:
    """The list of a document with what stands beside it, which is said of all."""
    if isinstance(tree, list):
        return ({}, tree) if tree and any(isinstance(each, dict) for each in tree) else None
    if not isinstance(tree, dict) or not depth:
        return None
    is_of_one = _says_whose(tree)
    names = _LISTS if is_of_one else _LISTS | _PERHAPS_LISTS
    for name, node in tree.items():
        if not isinstance(node, list) or not any(isinstance(each, dict) for each in node):
            continue
        if alike(name) in names or (not is_of_one and _are_of_several(node)):
            return {key: value for key, value in tree.items() if _is_said_of_all(key, value)}, node
    inner = [node for node in tree.values() if isinstance(node, dict)]
    lists = [found for node in inner if (found := _found(node, depth - 1))]
    return lists[0] if len(lists) == 1 and (len(inner) == 1 or not is_of_one) else None


def _says_whose(tree: dict[str, Any]) -> bool:
    inner = (node for node in tree.values() if isinstance(node, dict))
    return any(_OF_A_RECORD.search(alike(key)) for node in (tree, *inner) for key in node)


def _are_of_several(nodes: list[Any]) -> bool:
    """Whether each says whose it is: as one report, all but the first would be lost."""
    return len(nodes) > 1 and all(isinstance(node, dict) and _says_whose(node) for node in nodes)


def _is_said_of_all(key: str, value: Any) -> bool:
    return not isinstance(value, dict | list) and alike(key) not in _OF_THE_MESSAGE

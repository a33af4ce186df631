"""What the answers of one kind look like in another platform's words, learned from the samples of them."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from app.dialects.body.xml_tree import xml_tree
from app.instructions.exchange import SampleAnswer
from app.instructions.schemas import Json

_ROOT = re.compile(r"<([A-Za-z][\w.-]*)[\s/>]")
_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,6})?", re.ASCII)
_TYPES: dict[type, str] = {bool: "boolean", int: "number", float: "number", str: "string", type(None): "null"}


def shape_of(answers: Iterable[SampleAnswer]) -> Json:
    """The schema of all these answers, which are in one format."""
    bodies = [answer.body for answer in answers]
    if all(body.startswith("{") for body in bodies):
        return _shape([msgspec.json.decode(body) for body in bodies])
    roots = {root[1] for body in bodies if (root := _ROOT.search(body.partition("?>")[2] or body))}
    if len(roots) == 1 and all(body.startswith("<") for body in bodies):
        return _shape([xml_tree(body.encode()) for body in bodies], is_text=True) | {"xml": {"name": roots.pop()}}
    return {"type": "string"}


def _shape(values: list[Any], *, is_text: bool = False) -> Json:
    """The schema of all these values; where they are text, one that is a number in each of them is a number."""
    objects = [value for value in values if isinstance(value, dict)]
    lists = [value for value in values if isinstance(value, list)]
    if objects:
        names = list(dict.fromkeys(name for each in objects for name in each))
        properties = {name: _shape([each[name] for each in objects if name in each], is_text=is_text) for name in names}
        required = [name for name in names if all(name in each for each in objects)]
        return {"type": "object", "properties": properties} | ({"required": required} if required else {})
    if lists:
        items = [item for each in lists for item in each]
        return {"type": "array", "items": _shape(items, is_text=is_text) if items else {"type": "string"}}
    if is_text:
        filled = [value for value in values if value]
        return {"type": "number" if filled and all(map(_NUMBER.fullmatch, filled)) else "string"}
    types = sorted({_TYPES[type(value)] for value in values})
    return {"type": types[0] if len(types) == 1 else types}

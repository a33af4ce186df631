"""What this seller sends as JSON Schema (draft 2020-12), under its own names and in the form in which it sends them."""

from collections.abc import Iterable, Iterator
from typing import Any

from app.dialects.names import Route
from app.instructions.handbook import Handbook
from app.instructions.schemas import Json
from app.instructions.sheets import FieldRow, FieldSheet

_SENT_AS = {
    "json": "A JSON object.",
    "form": "The fields of a form; each value is a string.",
    "xml in a form": "The elements in `lead`, in the form field `xml`; each value is a string.",
}
_NUMBERS = {"integer": "^-?[0-9]+$", "number": "^-?[0-9]+(\\.[0-9]+)?$"}


def json_schema(handbook: Handbook) -> Json:
    """One document: any ping or post, and `$defs` for each of a vertical."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{handbook.base_url}/sellers/{handbook.seller}/instructions/schema.json",
        "title": f"What {handbook.title} sends to {handbook.buyer}",
        "description": f"{_SENT_AS[handbook.form]} Unknown fields are ignored.",
        "anyOf": [{"$ref": "#/$defs/ping"}, {"$ref": "#/$defs/post"}],
        "$defs": shapes_of(handbook, "#/$defs/"),
    }


def shapes_of(handbook: Handbook, place: str) -> Json:
    """The shape of a ping and a post, and of those in each vertical; `place` is where references find them."""
    shapes: Json = {}
    routes: tuple[Route, ...] = ("ping", "post")
    for route in routes:
        named = {f"{route}_{sheet.vertical}": _shape(sheet, route, handbook.form) for sheet in handbook.sheets}
        shapes[route] = {"title": f"Any {route}", "anyOf": [{"$ref": f"{place}{name}"} for name in named]}
        shapes |= named
    return shapes


def _shape(sheet: FieldSheet, route: Route, form: str) -> Json:
    shape: Json = {"type": "object", "title": f"A {route}: {sheet.title}", "properties": {}}
    choices: dict[frozenset[str], list[str]] = {}
    for row in sheet.rows:
        need = row.ping if route == "ping" else row.post
        if need == "not read":
            continue
        _put(shape, row.sent_as, False if need == "never" else _field(row, as_text=form != "json"))
        if need == "required":
            _require(shape, row.sent_as)
        if need == "one of":
            choices.setdefault(frozenset((row.name, *row.with_)), []).append(row.sent_as)
    if choices:
        shape["allOf"] = [{"anyOf": [_require({}, name) for name in names]} for names in choices.values()]
    return shape


def _put(shape: Json, path: str, field: Any) -> None:
    """Describe a field, in the object that groups it where its name has dots."""
    for group in path.split(".")[:-1]:
        shape = shape.setdefault("properties", {}).setdefault(group, {"type": "object"})
    shape.setdefault("properties", {})[path.rpartition(".")[2]] = field


def _require(shape: Json, path: str) -> Json:
    """Demand a field, and the object that groups it."""
    *groups, name = path.split(".")
    inner = shape
    for group in groups:
        if group not in inner.setdefault("required", []):
            inner["required"].append(group)
        inner = inner.setdefault("properties", {}).setdefault(group, {})
    inner.setdefault("required", []).append(name)
    return shape


def _field(row: FieldRow, *, as_text: bool) -> Json:
    """One field: as it is, or as a text; the seller's own words for values are as good as ours."""
    shape = dict(row.shape)
    words = [theirs for theirs, _ in row.words]
    if "const" in shape:
        shape["enum"] = [shape.pop("const")]
    if as_text:
        shape = dict(_as_text(shape))
    if "enum" in shape:
        shape["enum"] = [*dict.fromkeys((*words, *shape["enum"]))]
    elif words:
        ours = {key: shape.pop(key) for key in list(shape) if key not in ("description", "default")}
        shape["anyOf"] = [{"enum": words}, ours]
    return shape | ({"examples": [_plain(row.example) if as_text else row.example]} if row.example is not None else {})


def _as_text(shape: Json) -> Iterator[tuple[str, Any]]:
    kinds: Iterable[str] = shape["type"] if isinstance(shape.get("type"), list) else [shape.get("type", "string")]
    yield "type", "string"
    pattern = next((_NUMBERS[kind] for kind in kinds if kind in _NUMBERS and "string" not in kinds), "")
    if pattern:
        yield "pattern", pattern
    yield from ((key, shape[key]) for key in ("description", "enum", "pattern", "format") if key in shape)


def _plain(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)

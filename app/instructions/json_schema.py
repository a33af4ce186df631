"""What this seller sends as JSON Schema (draft 2020-12), under its own names and in the form in which it sends them."""

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from app.dialects.names import Route
from app.instructions.handbook import Handbook
from app.instructions.schemas import Json
from app.instructions.sheets import FieldRow, FieldSheet

_SENT_AS = {
    "json": "A JSON object.",
    "form": "The fields of a form; each value is a string.",
    "xml in a form": "The elements in `lead`, in the form field `xml`; each value is a string.",
}
_DEFS = "#/$defs/"
ROUTES: tuple[Route, ...] = ("ping", "post")
_NUMBERS = {"integer": "^-?[0-9]+$", "number": "^-?[0-9]+(\\.[0-9]+)?$"}


def json_schema(handbook: Handbook) -> Json:
    """One document: a post where a bid or a person is named, a ping where not, and `$defs` for each of a vertical.

    Which shape counts is chosen and not tried, so that a validator names the field that is wrong.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{handbook.base_url}/sellers/{handbook.seller}/instructions/schema.json",
        "title": f"What {handbook.title} sends to {handbook.buyer}",
        "description": f"{_SENT_AS[handbook.form]} Unknown fields are ignored.",
        "type": "object",
        "if": _is_post(handbook),
        "then": {"$ref": f"{_DEFS}post"},
        "else": {"$ref": f"{_DEFS}ping"},
        "$defs": {name: shape for route in ROUTES for name, shape in _shapes(handbook, route)},
    }


def plain_shapes(handbook: Handbook, place: str) -> Json:
    """The shapes of a ping and a post in each vertical for programs that make types of them: objects with fields.

    Whatever is not the matter of one field is left to our answers; `place` is where references find them.
    """
    shapes: Json = {}
    for route in ROUTES:
        named = {f"{route}_{sheet.vertical}": _object(sheet, route, handbook.form) for sheet in handbook.sheets}
        shapes |= named
        shapes[route] = {"title": f"Any {route}", "anyOf": [{"$ref": place + name} for name in named]}
    return shapes


def _is_post(handbook: Handbook) -> Json:
    """Whether a bid is named, or a person with a way to reach it."""
    sent = {row.name: row.sent_as for sheet in handbook.sheets for row in sheet.rows}

    def any_of(*names: str) -> Json:
        return {"anyOf": [_require({}, sent[name]) for name in names if name in sent] or [False]}

    person = {"allOf": [any_of("first_name", "last_name", "name"), any_of("phone", "email")]}
    return {"anyOf": [any_of("ping_id", "bid_id"), person]}


def _shapes(handbook: Handbook, route: Route) -> Iterator[tuple[str, Json]]:
    """The shape of any ping or post, which its vertical chooses, and of those in each vertical."""
    refs: list[Json] = []
    whole: Json = {"title": f"Any {route}", "type": "object", "allOf": []}
    kinds: list[str] = []
    for sheet in handbook.sheets:
        name = f"{route}_{sheet.vertical}"
        row = next(each for each in sheet.rows if each.name == "vertical")
        words = _field(row, as_text=False)["enum"]
        kinds += words
        refs.append({"$ref": _DEFS + name})
        chosen = _require({}, row.sent_as)
        _put(chosen, row.sent_as, {"enum": words})
        whole["allOf"].append({"if": chosen, "then": refs[-1]})
        yield name, _shape(sheet, route, handbook.form)
    if handbook.sheets:
        _put(whole, row.sent_as, {"enum": kinds})
        if getattr(row, route) == "required":
            _require(whole, row.sent_as)
        else:
            whole["allOf"].append({"if": _require({}, row.sent_as), "else": {"anyOf": refs}})
    yield route, whole


def _shape(sheet: FieldSheet, route: Route, form: str) -> Json:
    """A vertical's ping or post with all that its fields must be together."""
    shape = _object(sheet, route, form)
    sent = {row.name: row.sent_as for row in sheet.rows}
    asked: dict[frozenset[str], list[str]] = {}
    for row in sheet.rows:
        need = getattr(row, route)
        if need == "never":
            _put(shape, row.sent_as, field=False)
        if need == "one of":
            asked.setdefault(frozenset((row.name, *row.with_)), [row.sent_as, *map(sent.__getitem__, row.with_)])
    if asked:
        shape["allOf"] = [_one_of(first, rest) for first, *rest in asked.values()]
    return shape


def _one_of(first: str, others: list[str]) -> Json:
    """One of these, of which the first is missed by name."""
    return {"if": {"anyOf": [_require({}, name) for name in others]}, "else": _require({}, first)}


def _object(sheet: FieldSheet, route: Route, form: str) -> Json:
    shape: Json = {"type": "object", "title": f"{route.title()}: {sheet.title}", "properties": {}}
    for row in sheet.rows:
        need = getattr(row, route)
        if need not in ("not read", "never"):
            _put(shape, row.sent_as, _field(row, as_text=form != "json"))
        if need == "required":
            _require(shape, row.sent_as)
    return shape


def _put(shape: Json, path: str, field: Json | Literal[False]) -> None:
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
        shape = {"type": "string", **shape, "enum": [*dict.fromkeys((*words, *shape["enum"]))]}
    elif words:
        ours = {key: shape.pop(key) for key in list(shape) if key not in ("description", "default")}
        shape["anyOf"] = [{"type": "string", "enum": words}, ours]
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

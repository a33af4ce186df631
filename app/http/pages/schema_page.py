"""The description of every endpoint as one page that needs nothing from elsewhere: read, printed, searched."""

from collections.abc import Iterator
from typing import Any

from app.pages.document import document

Json = dict[str, Any]


def schema_page(openapi: Json) -> bytes:
    """The page for an OpenAPI document, as UTF-8 HTML."""
    page = document(
        "app/http/pages/schema_page.html",
        info=openapi["info"],
        paths=openapi["paths"],
        routes=tuple(_routes(openapi["paths"])),
        schemas=openapi["components"]["schemas"],
        name_of=_name_of,
        type_of=_type_of,
    )
    return page.encode()


def _routes(paths: Json) -> Iterator[tuple[str, str, Json, Json]]:
    """Method, path and endpoint, and the first endpoint that answers just as this one does."""
    routes = [(method, path, route) for path, methods in paths.items() for method, route in methods.items()]
    for method, path, route in routes:
        yield method, path, route, next(each for _, _, each in routes if each["responses"] == route["responses"])


def _name_of(schema: Json) -> str:
    """The name of the schema that this one refers to; empty where it describes something itself."""
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _type_of(kind: Json) -> str:
    """A field's type in words."""
    if "enum" in kind:
        return " | ".join(map(str, kind["enum"]))
    if "const" in kind:
        return str(kind["const"])
    if "anyOf" in kind:
        return " or ".join(_name_of(each) or _type_of(each) for each in kind["anyOf"])
    if kind.get("type") == "array":
        return f"list of {_items(kind.get('items', {}))}"
    if isinstance(kind.get("additionalProperties"), dict):
        return f"by name: {_items(kind['additionalProperties'])}"
    types = kind["type"] if isinstance(kind.get("type"), list) else [kind.get("type", "any")]
    bounds = [f"{word} {kind[key]:g}" for key, word in (("minimum", "from"), ("maximum", "to")) if key in kind]
    return " ".join([" or ".join(types), kind.get("format", ""), *bounds]).strip()


def _items(kind: Json) -> str:
    if "properties" in kind:
        return f"({', '.join(kind['properties'])})"
    many = {"string": "strings", "number": "numbers", "integer": "integers"}
    return _name_of(kind) or many.get(str(kind.get("type")), "") or _type_of(kind)

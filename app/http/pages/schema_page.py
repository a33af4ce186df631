"""The description of every endpoint as one page that needs nothing from elsewhere: read, printed, searched."""

import re
from collections.abc import Iterator
from html import escape
from typing import Any

import msgspec

Json = dict[str, Any]

_EMPTY = "(empty)"
_CODE = re.compile(r"`([^`]*)`")

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: light-dark(#0b5cad, #7ab8ff); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
nav ul { columns: 18rem; column-gap: 2.5rem; padding-left: 1.2rem; }
a { color: var(--accent); }
section { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: .5rem; }
h2 code { font-size: 1rem; }
code { overflow-wrap: anywhere; }
.method { background: var(--accent); color: light-dark(#fff, #000); border-radius: .3rem; padding: .1rem .5rem; }
table { border-collapse: collapse; width: 100%; display: block; overflow-x: auto; }
th, td { text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); padding: .3rem .8rem .3rem 0; }
pre { background: var(--soft); padding: .8rem; overflow-x: auto; border-radius: .4rem; }
details { margin: .4rem 0; }
summary { cursor: pointer; }
@media print { details { display: block; } }
"""


def schema_page(document: Json) -> bytes:
    """The page for an OpenAPI document, as UTF-8 HTML."""
    info = document["info"]
    routes = [(method, path, route) for path, methods in document["paths"].items() for method, route in methods.items()]
    schemas = document["components"]["schemas"]
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>{escape(info['title'])}</title><link rel=icon href='data:,'><style>{_STYLE}</style>",
        f"<h1>{escape(info['title'])}</h1><p>{_prose(info['description'])}</p>",
        "<p>Machine-readable: <a href='/schema/openapi.json'>OpenAPI 3.1</a></p>",
        "<nav aria-label=Contents><ul>",
        *(f"<li><a href='#{route['operationId']}'>{escape(route['summary'])}</a>" for _, _, route in routes),
        *(f"<li><a href='#{escape(name)}'>{escape(_title(name, schema))}</a>" for name, schema in schemas.items()),
        "</ul></nav><main>",
        *(text for method, path, route in routes for text in _route(method, path, route, _first_alike(route, routes))),
        *(text for name, schema in schemas.items() for text in _schema(name, schema)),
        "</main></html>",
    ]
    return "".join(parts).encode()


def _first_alike(route: Json, routes: list[tuple[str, str, Json]]) -> Json:
    """The first endpoint that answers just as this one does."""
    return next(other for _, _, other in routes if other["responses"] == route["responses"])


def _route(method: str, path: str, route: Json, alike: Json) -> Iterator[str]:
    yield f"<section id='{route['operationId']}'><h2>{escape(route['summary'])}</h2>"
    yield f"<p><span class=method>{method.upper()}</span> <code>{escape(path)}</code></p>"
    if "description" in route:
        yield f"<p>{_prose(route['description'])}</p>"
    for parameter in route.get("parameters", ()):
        yield f"<p><code>{escape(parameter['name'])}</code>: {escape(parameter['description'])}</p>"
    if "requestBody" in route:
        content = route["requestBody"]["content"]["application/json"]
        yield f"<h3>Request: {_link(content['schema'])}</h3><pre>{_pretty(content['example'])}</pre>"
    if alike is route:
        yield from _answers(route)
    else:
        yield f"<p>Answered as <a href='#{alike['operationId']}'>{escape(alike['summary'])}</a>.</p>"
    yield "</section>"


def _answers(route: Json) -> Iterator[str]:
    yield "<h3>Answers</h3>"
    for status, response in route["responses"].items():
        kind, content = next(iter(response["content"].items()))
        yield f"<p><b>{status}</b> {_prose(response['description'])} {_link(content['schema']) or escape(kind)}</p>"
        for name, example in content.get("examples", {}).items():
            yield f"<details><summary>{escape(name)}</summary><pre>{_pretty(example['value'])}</pre></details>"


def _schema(name: str, schema: Json) -> Iterator[str]:
    yield f"<section id='{escape(name)}'><h2>{escape(_title(name, schema))}</h2>"
    if "description" in schema:
        yield f"<p>{_prose(schema['description'])}</p>"
    if "anyOf" in schema:
        yield f"<p>One of {' or '.join(map(_link, schema['anyOf']))}.</p></section>"
        return
    if "oneOf" in schema and "properties" not in schema:
        yield "<table><thead><tr><th>Code<th>Meaning<tbody>"
        for code in schema["oneOf"]:
            yield f"<tr><td><code>{escape(code['const'] or _EMPTY)}</code><td>{_prose(code['description'])}"
    else:
        yield "<table><thead><tr><th>Field<th>Type<th>Meaning<tbody>"
        required = set(schema.get("required", ()))
        for field, kind in schema["properties"].items():
            needed = " <b>required</b>" if field in required else ""
            yield f"<tr><td><code>{escape(field)}</code>{needed}<td>{_type(kind)}"
            yield f"<td>{_prose(kind.get('description', ''))}"
    yield "</table>"
    fields = [_link(each["then"]) for each in schema.get("allOf", ())]
    yield f"<p>Fields of each vertical: {', '.join(fields)}</p></section>" if fields else "</section>"


def _title(name: str, schema: Json) -> str:
    return str(schema.get("title", name))


def _link(schema: Json) -> str:
    name = escape(schema.get("$ref", "").rpartition("/")[2])
    return f"<a href='#{name}'>{name}</a>" if name else ""


def _type(kind: Json) -> str:
    """A field's type as HTML."""
    if "$ref" in kind:
        return _link(kind)
    if "enum" in kind:
        return escape(" | ".join(kind["enum"]))
    if "const" in kind:
        return escape(kind["const"])
    if kind.get("type") == "array":
        items = kind["items"]
        return (
            f"list of ({', '.join(map(escape, items['properties']))})" if "properties" in items else "list of strings"
        )
    types = kind["type"] if isinstance(kind["type"], list) else [kind["type"]]
    bounds = [f"{word} {kind[key]:g}" for key, word in (("minimum", "from"), ("maximum", "to")) if key in kind]
    return escape(" ".join([" or ".join(types), kind.get("format", ""), *bounds]).strip())


def _prose(text: str) -> str:
    """A description, whose only mark-up is code between backquotes."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def _pretty(value: object) -> str:
    """JSON on several lines; the digits of a price stay as they are."""
    return escape(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())

"""The description of every door as one page that needs nothing from elsewhere: read, printed, searched."""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

Json = dict[str, Any]

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: light-dark(#0b5cad, #7ab8ff); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
nav ul { columns: 18rem; padding-left: 1.2rem; }
a { color: var(--accent); }
section { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: .5rem; }
h2 code { font-size: 1rem; }
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
    doors = [(method, path, door) for path, methods in document["paths"].items() for method, door in methods.items()]
    schemas = document["components"]["schemas"]
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>{escape(info['title'])}</title><link rel=icon href='data:,'><style>{_STYLE}</style>",
        f"<h1>{escape(info['title'])}</h1><p>{escape(info['description'])}</p>",
        "<p>Machine-readable: <a href='/schema/openapi.json'>OpenAPI 3.1</a></p>",
        "<nav aria-label=Contents><ul>",
        *(f"<li><a href='#{door['operationId']}'>{escape(door['summary'])}</a>" for _, _, door in doors),
        *(f"<li><a href='#{escape(name)}'>{escape(_title(name, schema))}</a>" for name, schema in schemas.items()),
        "</ul></nav><main>",
        *(text for method, path, door in doors for text in _door(method, path, door)),
        *(text for name, schema in schemas.items() for text in _schema(name, schema)),
        "</main></html>",
    ]
    return "".join(parts).encode()


def _door(method: str, path: str, door: Json) -> Iterator[str]:
    yield f"<section id='{door['operationId']}'><h2>{escape(door['summary'])}</h2>"
    yield f"<p><span class=method>{method.upper()}</span> <code>{escape(path)}</code></p>"
    for parameter in door.get("parameters", ()):
        yield f"<p><code>{escape(parameter['name'])}</code>: {escape(parameter['description'])}</p>"
    body = door.get("requestBody")
    if body:
        content = body["content"]["application/json"]
        name = content["schema"]["$ref"].rpartition("/")[2]
        yield f"<h3>Request: <a href='#{name}'>{name}</a></h3><pre>{_pretty(content['example'])}</pre>"
    yield "<h3>Answers</h3>"
    for status, response in door["responses"].items():
        yield f"<p><b>{status}</b> {escape(response['description'])}</p>"
        yield from _examples(response.get("content", {}))
    yield "</section>"


def _examples(content: Json) -> Iterator[str]:
    for kind in content.values():
        named = {name: example["value"] for name, example in kind.get("examples", {}).items()}
        if "example" in kind:
            named = {"Example": kind["example"]}
        for name, value in named.items():
            yield f"<details><summary>{escape(name)}</summary><pre>{_pretty(value)}</pre></details>"


def _schema(name: str, schema: Json) -> Iterator[str]:
    yield f"<section id='{escape(name)}'><h2>{escape(_title(name, schema))}</h2>"
    yield "<table><thead><tr><th>Field<th>Type<th>Meaning<tbody>"
    required = set(schema.get("required", ()))
    for field, kind in schema["properties"].items():
        needed = " <b>required</b>" if field in required else ""
        yield f"<tr><td><code>{escape(field)}</code>{needed}<td>{escape(_type(kind))}"
        yield f"<td>{escape(str(kind.get('description', '')))}"
    yield "</table></section>"


def _title(name: str, schema: Json) -> str:
    title = str(schema.get("title", name))
    return f"Fields of {title}" if name.endswith("_fields") else title


def _type(kind: Json) -> str:
    if "enum" in kind:
        return " | ".join(str(value) or '""' for value in kind["enum"])
    if "const" in kind:
        return str(kind["const"])
    bounds = [f"{word} {kind[key]}" for key, word in (("minimum", "from"), ("maximum", "to")) if key in kind]
    return " ".join([str(kind.get("type", "")), kind.get("format", ""), *bounds]).strip()


def _pretty(value: object) -> str:
    return escape(json.dumps(value, indent=2, ensure_ascii=False))

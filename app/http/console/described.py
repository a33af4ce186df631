"""The reporting API as the OpenAPI document has it: one path for each page and file, made from what they are."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from app.http.console.pages.all_views import DOWNLOADS, VIEWS
from app.http.console.view import Download, View

_REF = "#/components/schemas/Report{name}"
"""What a page shows may have the name of what sellers are answered, which is written otherwise."""

_PART = re.compile(r"{(\w+)}")


@cache
def report_paths() -> Mapping[str, Any]:
    """By path."""
    views = {f"/v1/reports/{view.path or 'now'}": {"get": _view(view)} for view in VIEWS}
    return views | {f"/v1/reports/{each.path}": {"get": _download(each)} for each in DOWNLOADS}


@cache
def report_schemas() -> Mapping[str, Any]:
    """What the paths name, by name."""
    shown = [view.shows for view in VIEWS]
    schemas = msgspec.json.schema_components(shown, ref_template=_REF)[1]
    return {f"Report{name}": schema for name, schema in schemas.items()}


def _view(view: View) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([view.shows], ref_template=_REF)
    return _route(view, {"application/json": {"schema": schema}})


def _download(download: Download) -> dict[str, Any]:
    return _route(download, {download.media_type: {"schema": {"type": "string"}}})


def _route(shown: View | Download, content: Mapping[str, Any]) -> dict[str, Any]:
    refused = {"application/json": {"schema": {"$ref": "#/components/schemas/Receipt"}}}
    statuses = {
        "400": "A parameter cannot be read; the reason names it.",
        "401": "No operator's key.",
        "403": f"The key's role is too low: this needs {shown.role}.",
        "404": "There is no such thing.",
        "503": "The store does not answer.",
    }
    return {
        "operationId": "report" + "".join(part.title() for part in re.findall(r"[a-z]+", shown.path or "now")),
        "summary": f"{shown.says}, for operators",
        "security": [{"key": []}, {"bearer": []}, {"basic": []}],
        "parameters": _parameters(shown),
        "responses": {"200": {"description": "What the page shows.", "content": content}}
        | {status: {"description": when, "content": refused} for status, when in statuses.items()},
    }


def _parameters(shown: View | Download) -> list[dict[str, Any]]:
    (schema,), components = msgspec.json.schema_components([shown.query], ref_template=_REF)
    fields = components[schema["$ref"].removeprefix(_REF.removesuffix("{name}"))]["properties"]
    parts = set(_PART.findall(shown.path))
    return [
        {
            "name": name,
            "in": "path" if name in parts else "query",
            "required": name in parts,
            "schema": each,
            "description": each.get("description", _left_out(each)),
        }
        for name, each in sorted(fields.items(), key=lambda item: _order(shown.path, item[0]))
    ]


def _order(path: str, name: str) -> int:
    """Parts of the path come first, as they stand there."""
    place = path.find(f"{{{name}}}")
    return place if place >= 0 else len(path)


def _left_out(schema: Mapping[str, Any]) -> str:
    default = schema.get("default")
    return f"Where it is left out: {default}." if default not in (None, "") else "May be left out."

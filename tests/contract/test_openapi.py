"""The document at /schema/openapi.json is true: of every endpoint, every example and every answer the scenarios got."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from app.domain.answers import NOTHING_BOUGHT
from app.domain.reasons import NO_BID, REASONS
from tests.contract.answers import keys_at, read_answer
from tests.contract.scenario import FOLDER, Exchange
from tests.service import Service

Json = dict[str, Any]
Played = Callable[[Path], list[Exchange]]
Valid = Callable[[Json, Any], None]

SCENARIOS = sorted(FOLDER.glob("*/*.json"))
DOCUMENT_AT = "http://127.0.0.1/schema/openapi.json"
METHODS = {"get", "put", "post", "delete"}

RESPONSE = {
    "type": "object",
    "required": ["description", "content"],
    "properties": {
        "description": {"type": "string", "minLength": 3},
        "content": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": "^[a-z]+/[a-z-]+$"},
            "additionalProperties": {"required": ["schema"]},
        },
        "headers": {"type": "object", "additionalProperties": {"required": ["schema"]}},
    },
    "additionalProperties": False,
}
OPERATION = {
    "type": "object",
    "required": ["operationId", "summary", "security", "responses"],
    "properties": {
        "operationId": {"type": "string", "pattern": "^[A-Za-z]+$"},
        "summary": {"type": "string", "minLength": 3},
        "description": {"type": "string"},
        "security": {"type": "array", "items": {"type": "object", "additionalProperties": {"type": "array"}}},
        "parameters": {
            "type": "array",
            "items": {
                "required": ["name", "in", "schema", "description"],
                "properties": {"in": {"enum": ["path", "query", "header"]}, "required": {"type": "boolean"}},
            },
        },
        "requestBody": {
            "required": ["content"],
            "properties": {"content": {"additionalProperties": {"required": ["schema"]}}},
        },
        "responses": {
            "type": "object",
            "minProperties": 1,
            "patternProperties": {"^(?!304)[1-5][0-9][0-9]$": RESPONSE},
        },
    },
    "additionalProperties": False,
}
DOCUMENT = {
    "type": "object",
    "required": ["openapi", "info", "paths", "components"],
    "properties": {
        "openapi": {"const": "3.1.0"},
        "info": {"required": ["title", "version"], "additionalProperties": {"type": "string", "minLength": 1}},
        "servers": {"items": {"required": ["url"]}},
        "paths": {
            "propertyNames": {"pattern": "^/"},
            "additionalProperties": {
                "minProperties": 1,
                "propertyNames": {"enum": sorted(METHODS)},
                "additionalProperties": OPERATION,
            },
        },
        "components": {"properties": {"schemas": {"type": "object"}, "securitySchemes": {"type": "object"}}},
        "security": {"type": "array"},
    },
    "additionalProperties": False,
}
"""The structure that OpenAPI 3.1 prescribes, as far as this document uses it."""


@pytest.fixture(scope="module")
def document(http: httpx.Client) -> Json:
    answered = http.get("/schema/openapi.json")
    assert (answered.status_code, answered.headers["content-type"]) == (200, "application/json")
    read: Json = answered.json()
    return read


@pytest.fixture(scope="module")
def valid(document: Json) -> Valid:
    """Asserts that a value is what a schema of the document says."""
    resource = Resource.from_contents(document, default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource(DOCUMENT_AT, resource)

    def check(schema: Json, value: Any) -> None:
        whole = {"$ref": DOCUMENT_AT + schema["$ref"]} if "$ref" in schema else schema
        Draft202012Validator(whole, registry=registry).validate(value)

    return check


def test_it_is_an_openapi_document(document: Json) -> None:
    Draft202012Validator(DOCUMENT).validate(document)
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    operations = [operation["operationId"] for _, _, operation in routes_of(document)]
    assert len(set(operations)) == len(operations)


def test_every_reference_leads_somewhere(document: Json) -> None:
    used = {reference.rpartition("/")[2] for reference in references(document)}
    assert used == set(document["components"]["schemas"])
    schemes = {name for _, _, operation in routes_of(document) for each in operation["security"] for name in each}
    assert schemes == set(document["components"]["securitySchemes"])


def test_a_path_declares_what_varies_in_it(document: Json) -> None:
    for _, path, operation in routes_of(document):
        parameters = operation.get("parameters", ())
        declared = [parameter["name"] for parameter in parameters if parameter["in"] == "path"]
        assert declared == re.findall(r"\{(\w+)\}", path)


def test_it_has_every_door_and_no_other(document: Json, service: Service) -> None:
    assert {(method.upper(), path) for method, path, _ in routes_of(document)} == service.application.endpoints


def test_every_example_is_what_its_schema_says(document: Json, valid: Valid) -> None:
    checked = 0
    for content_type, content in contents(document):
        named = {name: example["value"] for name, example in content.get("examples", {}).items()}
        named |= {"example": content["example"]} if "example" in content else {}
        for value in named.values():
            answer = from_xml(read_answer(value.encode(), content_type)) if content_type.endswith("xml") else value
            valid(content["schema"], answer)
            checked += 1
    assert checked > 50


def test_an_example_of_an_answer_is_filed_under_its_reason(document: Json) -> None:
    for _, content in contents(document):
        for name, example in content.get("examples", {}).items():
            if isinstance(example["value"], dict):
                assert example["value"]["reason_code"] in (name, "")


@pytest.mark.parametrize("name", ["ping", "post"])
def test_the_requests_shown_as_examples_are_understood(document: Json, http: httpx.Client, name: str) -> None:
    body = document["paths"][f"/v1/test/{name}"]["post"]["requestBody"]["content"]["application/json"]["example"]
    answered = http.post(f"/v1/test/{name}", json=body, headers={"X-API-Key": "contract-acme-key"})
    assert answered.status_code == 200
    assert answered.json()["reason_code"] not in ("invalid_field", "missing_field", "unsupported_vertical")
    assert [each for each in answered.json()["warnings"] if not each.startswith(NOTHING_BOUGHT)] == []


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_answer_is_as_described(path: Path, played: Played, document: Json, valid: Valid) -> None:
    for exchange in played(path):
        operation = operation_of(document, *exchange.route)
        if operation is None:
            assert exchange.status in (404, 405)
            continue
        response = operation["responses"][str(exchange.status)]
        answer = exchange.answer
        if keys_at(exchange.route[1]) is not None and exchange.content_type.endswith("xml"):
            answer = from_xml(answer)
        valid(response["content"][exchange.content_type]["schema"], answer)
        missing = {name.lower() for name in response.get("headers", ())} - exchange.headers.keys()
        assert not missing


@pytest.mark.parametrize("path", sorted(FOLDER.glob("exemplary/*.json")), ids=lambda path: path.stem)
def test_exemplary_requests_are_as_described(path: Path, played: Played, document: Json, valid: Valid) -> None:
    for exchange in played(path):
        operation = operation_of(document, *exchange.route)
        body = exchange.step.body
        # Other platforms' names are understood, but not described.
        if operation is None or exchange.step.as_ != "json" or not isinstance(body, dict) or "request" in body:
            continue
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        valid(schema, json.loads(exchange.request.content))


def test_every_reason_code_is_explained(document: Json) -> None:
    explained = document["components"]["schemas"]["ReasonCode"]["x-meanings"]
    kinds = {reason.kind for reason in REASONS.values()}
    # Sellers never hear of litigators.
    assert set(explained) == {"", *REASONS, *kinds, NO_BID.code} - {"litigator"}
    assert all(explained.values())


def routes_of(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def operation_of(document: Json, method: str, path: str) -> Json | None:
    """The operation behind a request; a suffix only chooses the format."""
    path = re.sub(r"\.(json|xml)$", "", path) if path not in document["paths"] else path
    for template, methods in document["paths"].items():
        if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)), path) and method.lower() in methods:
            found: Json = methods[method.lower()]
            return found
    return None


def contents(document: Json) -> Iterator[tuple[str, Json]]:
    """Every (content type, content) of requests and answers."""
    for _, _, operation in routes_of(document):
        yield from operation.get("requestBody", {}).get("content", {}).items()
        for response in operation["responses"].values():
            yield from response.get("content", {}).items()


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield from [value] if name == "$ref" else references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def from_xml(answer: Json) -> Json:
    """An answer in XML, whose values are texts, with its numbers."""
    numbers = {"price": float, "expires_in": int}
    told = {name: numbers[name](value) if name in numbers else value for name, value in answer.items()}
    if "bids" in told:
        told["bids"] = [bid | {"price": float(bid["price"])} for bid in told["bids"]]
    return told

"""The machine-readable forms are what their standards say, and are true of the samples."""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from urllib.parse import parse_qsl
from xml.etree.ElementTree import fromstring

import httpx
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from app.instructions.exchange import SampleExchange
from app.instructions.handbook import Handbook, handbook_of
from app.instructions.json_schema import json_schema
from app.instructions.postman import SCHEMA
from tests.sellers import NAMES, catalogue_of, key_of
from tests.service import Service

Json = dict[str, Any]

TEXT: Json = {"type": "string", "minLength": 1}
HEADERS: Json = {"type": "array", "items": {"required": ["key", "value"], "properties": {"key": TEXT}}}
REQUEST: Json = {
    "type": "object",
    "required": ["method", "header", "url", "body"],
    "properties": {
        "method": {"enum": ["GET", "POST"]},
        "header": HEADERS,
        "url": {
            "required": ["raw", "host", "path"],
            "properties": {
                "raw": {"pattern": r"^\{\{base_url\}\}/"},
                "host": {"const": ["{{base_url}}"]},
                "path": {"type": "array", "items": TEXT, "minItems": 1},
                "query": {"type": "array", "items": {"required": ["key", "value"]}},
            },
        },
        "body": {"required": ["mode", "raw"], "properties": {"mode": {"const": "raw"}, "raw": TEXT}},
        "description": TEXT,
    },
    "additionalProperties": False,
}
SCRIPT: Json = {
    "required": ["type", "exec"],
    "properties": {"type": {"const": "text/javascript"}, "exec": {"type": "array", "items": TEXT}},
}
COLLECTION: Json = {
    "type": "object",
    "required": ["info", "item", "variable"],
    "properties": {
        "info": {"required": ["name", "schema"], "properties": {"schema": {"const": SCHEMA}}},
        "variable": {"type": "array", "items": {"required": ["key", "value"]}},
        "item": {
            "type": "array",
            "minItems": 1,
            "items": {
                "required": ["name", "request", "event", "response"],
                "properties": {
                    "name": TEXT,
                    "request": REQUEST,
                    "event": {"items": {"properties": {"listen": {"const": "test"}, "script": SCRIPT}}},
                    "response": {
                        "items": {
                            "required": ["name", "originalRequest", "status", "code", "header", "body"],
                            "properties": {"originalRequest": REQUEST, "code": {"type": "integer"}, "header": HEADERS},
                        }
                    },
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}
"""The structure of a collection v2.1, as far as it is used."""


@pytest.fixture(scope="module", params=NAMES)
def handbook(request: pytest.FixtureRequest, service: Service) -> Handbook:
    catalogue = catalogue_of(service)
    return handbook_of(catalogue, catalogue.sellers[request.param], service.url)


@pytest.fixture(scope="module")
def schema(handbook: Handbook) -> Json:
    """It is made once for each seller, since that takes longer than to look at it."""
    return json_schema(handbook)


def document_of(http: httpx.Client, seller: str, path: str) -> Json:
    answered = http.get(f"/sellers/{seller}/instructions{path}", headers={"X-API-Key": "demo-operator-key"})
    document: Json = answered.raise_for_status().json()
    return document


def fields_of(sample: SampleExchange) -> Json:
    """A request's fields as the schema describes them."""
    body, kind = sample.request.body, dict(sample.request.headers)["Content-Type"]
    if kind == "application/json":
        read: Json = json.loads(body)
        return read
    form = dict(parse_qsl(body, keep_blank_values=True))
    return {each.tag: each.text or "" for each in fromstring(form["xml"])} if "xml" in form else form


def test_the_schema_takes_every_sample_but_the_one_without_its_zip(handbook: Handbook, schema: Json) -> None:
    for part in ({**schema, "$defs": {}}, *schema["$defs"].values()):
        assert_a_schema(json.dumps(part))
    for sample in handbook.samples:
        validator = Draft202012Validator({**schema, "anyOf": [{"$ref": f"#/$defs/{sample.route}"}]})
        fields = fields_of(sample)
        if sample.name == "missing":
            assert not validator.is_valid(fields)
        elif sample.name != "direct":
            validator.validate(fields)


def test_the_schema_refuses_identity_in_a_ping_and_a_post_without_its_person(handbook: Handbook, schema: Json) -> None:
    pings = Draft202012Validator({**schema, "anyOf": [{"$ref": "#/$defs/ping"}]})
    posts = Draft202012Validator({**schema, "anyOf": [{"$ref": "#/$defs/post"}]})
    by_name = {sample.name: fields_of(sample) for sample in handbook.samples}
    ping, post = by_name["bid_auto_insurance"], by_name["sale_auto_insurance"]
    assert not pings.is_valid(post)
    assert not posts.is_valid(ping)


def test_the_schema_says_what_each_of_its_references_is(schema: Json) -> None:
    used = set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(schema)))
    assert used == set(schema["$defs"])


def test_an_error_of_the_schema_names_the_field(handbook: Handbook, schema: Json) -> None:
    validator = Draft202012Validator(schema)
    by_name = {sample.name: fields_of(sample) for sample in handbook.samples}
    ping = by_name["bid_auto_insurance"]
    rows = {row.name: row for row in handbook.sheets[0].rows}
    for name, row in rows.items():
        if row.ping == "required" and "." not in row.sent_as and name in row.sent_as:
            (error,) = validator.iter_errors({key: value for key, value in ping.items() if key != row.sent_as})
            assert repr(row.sent_as) in error.message
    sent_as = rows["vertical"].sent_as
    errors = list(validator.iter_errors({**ping, sent_as: "boats"}))
    assert [list(error.absolute_path) for error in errors] == [[sent_as]]


def test_a_post_without_its_bid_or_its_person_is_told_what_it_lacks(service: Service) -> None:
    handbook = handbook_of(catalogue_of(service), catalogue_of(service).sellers["generic"], service.url)
    validator = Draft202012Validator(json_schema(handbook))
    (post,) = [fields_of(sample) for sample in handbook.samples if sample.name == "sale_auto_insurance"]
    for dropped, told in (
        (("ping_id",), "'ping_id' is a required property"),
        (("first_name", "last_name"), "'first_name' is a required property"),
        (("phone", "email"), "'phone' is a required property"),
        (("zip",), "'zip' is a required property"),
    ):
        (error,) = validator.iter_errors({name: value for name, value in post.items() if name not in dropped})
        assert error.message == told
    (error,) = validator.iter_errors({**post, "credit_tier": "superb"})
    assert list(error.absolute_path) == ["credit_tier"]


@pytest.fixture(scope="module")
def openapi(http: httpx.Client) -> Callable[[str], Json]:
    """The document of a seller, fetched once."""
    return cache(lambda seller: document_of(http, seller, "/openapi.json"))


@pytest.mark.parametrize("name", NAMES)
def test_programs_can_make_types_of_the_openapi_document(openapi: Callable[[str], Json], name: str) -> None:
    """Generators of clients take objects, lists, texts, numbers and unions, but no conditions and no bare booleans."""
    document = openapi(name)
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        for part in parts_of(schema):
            assert isinstance(part, dict)
            assert not {"if", "then", "else", "not", "oneOf", "allOf"} & part.keys()
            assert {"type", "$ref", "anyOf", "const"} & part.keys(), part
            assert "enum" not in part or part["type"] == "string"
    titles = [schema["title"] for schema in schemas.values() if "title" in schema]
    assert len(set(titles)) == len(titles)
    identifiers = [each["operationId"] for methods in document["paths"].values() for each in methods.values()]
    assert all(each.isidentifier() for each in identifiers)


def parts_of(schema: Any) -> Iterator[Any]:
    yield schema
    if isinstance(schema, dict):
        for part in (*schema.get("properties", {}).values(), *schema.get("anyOf", ())):
            yield from parts_of(part)
        if "items" in schema:
            yield from parts_of(schema["items"])


@pytest.mark.parametrize("name", NAMES)
def test_the_openapi_document_is_whole(openapi: Callable[[str], Json], name: str) -> None:
    document = openapi(name)
    assert document["openapi"] == "3.1.0"
    assert {"title", "version"} <= document["info"].keys()
    used = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    schemas = document["components"]["schemas"]
    assert used <= set(schemas)
    for schema in schemas.values():
        assert_a_schema(json.dumps(schema))
    operations = [each for methods in document["paths"].values() for each in methods.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    for operation in operations:
        assert operation["responses"]
        for status, response in operation["responses"].items():
            assert response["description"]
            assert ("content" in response) == (status != "304")
            assert all(content["schema"] for content in response.get("content", {}).values())
    assert {name for each in document["security"] for name in each} == set(document["components"]["securitySchemes"])


@cache
def assert_a_schema(text: str) -> None:
    """Of each text once: sellers have most properties in common."""
    schema = json.loads(text)
    if isinstance(schema, dict):
        for each in schema.pop("properties", {}).values():
            assert_a_schema(json.dumps(each))
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", NAMES)
def test_the_answers_are_as_the_document_describes(openapi: Callable[[str], Json], name: str) -> None:
    document = openapi(name)
    resource = Resource.from_contents(document, default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource("http://x.example/openapi.json", resource)
    checked = 0
    for methods in document["paths"].values():
        for response in methods.get("post", {}).get("responses", {}).values():
            for kind, content in response["content"].items():
                schema = json.loads(json.dumps(content["schema"]).replace("#/", "http://x.example/openapi.json#/"))
                for example in content.get("examples", {}).values():
                    if kind == "application/json":
                        Draft202012Validator(schema, registry=registry).validate(example["value"])
                    checked += 1
    assert checked > 8


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"paused"}))
def test_the_collection_is_one_and_plays_from_the_top(http: httpx.Client, service: Service, name: str) -> None:
    collection = document_of(http, name, "/postman.json")
    Draft202012Validator(COLLECTION).validate(collection)
    variables = {each["key"]: each["value"] for each in collection["variable"]} | {"key": key_of(name)}
    assert variables["base_url"] == service.url
    for item in collection["item"]:
        request = item["request"]
        headers = {each["key"]: played(each["value"], variables) for each in request["header"]}
        answered = http.request(
            request["method"],
            played(request["url"]["raw"], variables),
            headers=headers,
            content=played(request["body"]["raw"], variables).encode(),
        )
        script = "\n".join(item["event"][0]["script"]["exec"])
        expected = re.search(r"to\.have\.status\((\d+)\)", script)
        assert expected is not None
        assert answered.status_code == int(expected[1]) == item["response"][0]["code"], (
            f"{item['name']} {answered.text}"
        )
        keeps = re.search(r"match\(/(.+)/\)", script)
        if keeps is not None:
            found = re.search(keeps[1], answered.text)
            variables["ping_id"] = found[0] if found else ""
        printed = re.search(r"new RegExp\((.+)\)\)\);", script)
        assert printed is not None
        assert re.search(json.loads(printed[1]), answered.text), f"{item['name']} {answered.text}"


def played(text: str, variables: dict[str, str]) -> str:
    for name, value in variables.items():
        text = text.replace(f"{{{{{name}}}}}", value)
    assert "{{" not in text
    return text

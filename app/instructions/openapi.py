"""OpenAPI 3.1 narrowed to one seller: its endpoints, its fields, and the samples as examples."""

from collections.abc import Iterable

import msgspec

from app.dialects.written import CONTENT_TYPES
from app.instructions.answer_shapes import shape_of
from app.instructions.exchange import SampleExchange
from app.instructions.handbook import Handbook
from app.instructions.json_schema import plain_shapes
from app.instructions.schemas import DAYS, IF_NONE_MATCH, PART, RETURN_PARAMETERS, Json, answer_schemas, sent_schemas
from app.instructions.terms import ANSWERED_RETURN, APPETITE, NOTICES, RETURNS, SCORECARD, STORED_ANSWERS, RouteLine

_NAMES = {"ping": "PingAnswer", "post": "PostAnswer"}
_OF_BODIES = ("413", "415")
_FAULTS = {
    "400": "The request cannot be read, or names nothing of ours.",
    "401": "The key is missing or wrong.",
    "405": "Send a POST.",
    "413": "The body is too large.",
    "415": "The body is of no kind that we read.",
    "429": "Too many pings.",
    "503": "Nothing was stored and nothing is sold: send it again.",
}
_BODIES = {"form": "application/x-www-form-urlencoded", "xml in a form": "application/x-www-form-urlencoded"}


_ANSWERS = ("PingAnswer", "PostAnswer", "Receipt", "ReasonCode", "Scorecard", "Appetite", "Returns")


def openapi(handbook: Handbook) -> Json:
    """The document; answers in JSON are `msgspec.Raw`, the very bytes."""
    routes = [route for route in handbook.routes if route.path.startswith("/v1/")]
    paths: dict[str, list[RouteLine]] = {}
    for route in routes:
        paths.setdefault(route.path.partition("?")[0], []).append(route)
    answers = answer_schemas()
    schemas = plain_shapes(handbook, PART) | {name: sent_schemas([])[name] for name in ("Notice", "ReturnReply")}
    schemas |= {name: answers[name] for name in _ANSWERS}
    security, platforms = _security(handbook), _platforms_answers(handbook)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{handbook.buyer}: instructions for {handbook.title}",
            "version": handbook.version,
            "description": f"Answers are in the format of {handbook.platform}.",
        },
        "servers": [{"url": handbook.base_url}],
        "security": [{name: []} for name in security],
        "paths": {path: _path(handbook, path, lines) for path, lines in paths.items()},
        "components": {"securitySchemes": security, "schemas": schemas | platforms},
    }


def _security(handbook: Handbook) -> Json:
    schemes: Json = {
        "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        "bearer": {"type": "http", "scheme": "bearer"},
        "basic": {"type": "http", "scheme": "basic", "description": "The key as user or password."},
    }
    field = handbook.keys[0].name.removeprefix("Field ")
    if field != handbook.keys[0].name:
        schemes["field"] = {"type": "apiKey", "in": "query", "name": field, "description": "Or in the body."}
    return schemes


def _path(handbook: Handbook, path: str, lines: list[RouteLine]) -> Json:
    methods = {method for line in lines for method in line.methods}
    return {method.lower(): _operation(handbook, path, method, lines) for method in sorted(methods, reverse=True)}


def _operation(handbook: Handbook, path: str, method: str, lines: list[RouteLine]) -> Json:
    words = "".join(line.what for line in lines).title()
    operation: Json = {
        "operationId": "".join(filter(str.isalnum, f"{method.lower()}{words}")),
        "summary": ", ".join(line.what for line in lines),
        "description": " ".join(line.says for line in lines),
    }
    if path == NOTICES:
        told = {"200": _described("The notice is recorded.", "Receipt")} | _faults("Receipt", "400", *_OF_BODIES)
        return operation | _with_body(["Notice"], "json") | {"responses": told}
    if path == STORED_ANSWERS:
        parameter = {"name": "ping_id", "in": "path", "required": True, "schema": {"type": "string"}}
        answers = {
            "200": _described("The stored answer.", "PostAnswer"),
            "404": _described("No answer is stored.", "PostAnswer"),
        } | _faults("PostAnswer")
        return operation | {"parameters": [parameter], "responses": answers}
    if path == RETURNS:
        shown = {"200": _described("A page of returns.", "Returns")} | _faults("Receipt", "400")
        return operation | {"parameters": [*RETURN_PARAMETERS], "responses": shown}
    if path == ANSWERED_RETURN:
        parameter = {"name": "lead_id", "in": "path", "required": True, "schema": {"type": "string"}}
        told = {"200": _described("The answer is recorded.", "Receipt")} | _faults("Receipt", "400", *_OF_BODIES)
        return operation | _with_body(["ReturnReply"], "json") | {"parameters": [parameter], "responses": told}
    if path == APPETITE:
        shown = {
            "200": _described("What is bought now.", "Appetite"),
            "304": {"description": "Nothing changed."},
        } | _faults("Receipt")
        return operation | {"parameters": [IF_NONE_MATCH], "responses": shown}
    if path == SCORECARD:
        shown = {"200": _described("The scorecard.", "Scorecard")} | _faults("Receipt", "400")
        return operation | {"parameters": [DAYS], "responses": shown}
    kinds = [kind for kind in ("ping", "post") if any(kind in line.takes for line in lines)]
    if method == "POST":
        operation |= _with_body(kinds, handbook.form)
    samples = [each for each in handbook.samples if each.route in kinds]
    # Who is always told 200 finds the code in a header.
    others = {} if handbook.statuses == "always_200" else _others(handbook, kinds)
    return operation | {"responses": others | _responses(handbook, samples)}


def _with_body(kinds: list[str], form: str) -> Json:
    refs: list[Json] = [{"$ref": PART + kind} for kind in kinds]
    schema: Json = refs[0] if len(refs) == 1 else {"anyOf": refs}
    if form == "xml in a form":
        xml = {"type": "string", "description": "The lead as XML: `<lead>` with an element for each field."}
        schema = {"type": "object", "properties": {"xml": xml}, "required": ["xml"]}
    return {"requestBody": {"required": True, "content": {_BODIES.get(form, "application/json"): {"schema": schema}}}}


def _responses(handbook: Handbook, samples: Iterable[SampleExchange]) -> Json:
    by_status: dict[str, list[SampleExchange]] = {}
    for sample in samples:
        by_status.setdefault(str(sample.answer.status), []).append(sample)
    return {status: _response(handbook, group) for status, group in sorted(by_status.items())}


def _response(handbook: Handbook, samples: list[SampleExchange]) -> Json:
    content: Json = {}
    for sample in samples:
        kind = sample.answer.content_type
        media = content.setdefault(kind, {"schema": {"anyOf": []}, "examples": {}})
        shape = {"$ref": PART + _name(handbook, sample.route)}
        if shape not in media["schema"]["anyOf"]:
            media["schema"]["anyOf"].append(shape)
        value = msgspec.Raw(sample.answer.body.encode()) if kind == "application/json" else sample.answer.body
        media["examples"][sample.name] = {"summary": sample.title, "value": value}
    return {"description": "; ".join(sample.title for sample in samples) + ".", "content": content}


def _others(handbook: Handbook, kinds: list[str]) -> Json:
    """What no sample shows: faults of a request, and ours."""
    codes = ["400", "401", "405", *_OF_BODIES, *(["429"] if "ping" in kinds else [])]
    content: Json = {CONTENT_TYPES[handbook.format]: {"schema": {"$ref": PART + _name(handbook, kinds[0])}}}
    return {code: {"description": _FAULTS[code], "content": content} for code in (*codes, "503")}


def _is_ours(handbook: Handbook) -> bool:
    """Whether answers are in our own words, in JSON or XML; where a price is quoted, it is not the number of ours."""
    return handbook.dialect == "generic" and not any('"price":"' in each.answer.body for each in handbook.samples)


def _name(handbook: Handbook, kind: str) -> str:
    return _NAMES[kind] if _is_ours(handbook) else f"Platform{_NAMES[kind]}"


def _platforms_answers(handbook: Handbook) -> Json:
    """The answers of a ping and of a post as this platform has them; ours are described by hand."""
    if _is_ours(handbook):
        return {}
    told = {kind: [each.answer for each in handbook.samples if each.route == kind] for kind in _NAMES}
    return {_name(handbook, kind): shape_of(answers) for kind, answers in told.items()}


def _faults(schema: str, *codes: str) -> Json:
    """Answers under these codes, and under those that every endpoint has."""
    return {code: _described(_FAULTS[code], schema) for code in ("401", *codes, "503")}


def _described(when: str, schema: str) -> Json:
    return {"description": when, "content": {"application/json": {"schema": {"$ref": PART + schema}}}}

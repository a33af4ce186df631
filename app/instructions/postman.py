"""The samples as a Postman collection (v2.1): each can be sent with one click, a post with the id of its bid."""

from http import HTTPStatus

import msgspec

from app.instructions.exchange import PlaceholderName, SampleExchange, SampleRequest, pattern_of, pieces
from app.instructions.handbook import Handbook
from app.instructions.schemas import Json

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"

_VARIABLES: dict[PlaceholderName | None, str] = {"key": "{{key}}", "ping_id": "{{ping_id}}"}
_KEEP = (
    "const bid = pm.response.text().match(/(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{64}(?![A-Za-z0-9_-])/);",
    'pm.collectionVariables.set("ping_id", bid ? bid[0] : "");',
)
"""A bid's id is the one run of 64 such characters in an answer, whatever its words."""


def postman(handbook: Handbook) -> Json:
    """The collection, whose variables are the base URL, the key and the bid that was made last."""
    return {
        "info": {
            "name": f"{handbook.buyer} for {handbook.title}",
            "description": "Tests only: nothing is bought. Set the variable `key` to your key, then send from the top.",
            "schema": SCHEMA,
        },
        "variable": [
            {"key": "base_url", "value": handbook.base_url, "type": "string"},
            {"key": "key", "value": "", "type": "string"},
            {"key": "ping_id", "value": "", "type": "string"},
        ],
        "item": [_item(sample) for sample in handbook.samples],
    }


def _item(sample: SampleExchange) -> Json:
    request, answer = _request(sample.request), sample.answer
    printed = msgspec.json.encode(pattern_of(answer)).decode()
    script = [
        f'pm.test("answers {answer.status}", () => pm.response.to.have.status({answer.status}));',
        f'pm.test("answers as printed", () => pm.expect(pm.response.text()).to.match(new RegExp({printed})));',
        *(_KEEP if sample.route == "ping" else ()),
    ]
    return {
        "name": sample.title,
        "event": [{"listen": "test", "script": {"type": "text/javascript", "exec": script}}],
        "request": request | {"description": sample.says},
        "response": [
            {
                "name": sample.title,
                "originalRequest": request,
                "status": HTTPStatus(answer.status).phrase,
                "code": answer.status,
                "header": [{"key": name, "value": value} for name, value in answer.headers],
                "body": answer.body,
            }
        ],
    }


def _request(request: SampleRequest) -> Json:
    path, _, query = request.path.partition("?")
    url: Json = {
        "raw": f"{{{{base_url}}}}{request.path}",
        "host": ["{{base_url}}"],
        "path": path.strip("/").split("/"),
    }
    if query:
        name, _, value = query.partition("=")
        url["query"] = [{"key": name, "value": value}]
    is_json = dict(request.headers)["Content-Type"] == "application/json"
    return {
        "method": request.method,
        "header": [{"key": name, "value": _filled(request, value)} for name, value in request.headers],
        "url": url,
        "body": {
            "mode": "raw",
            "raw": _filled(request, request.body),
            "options": {"raw": {"language": "json" if is_json else "text"}},
        },
    }


def _filled(request: SampleRequest, text: str) -> str:
    return "".join([_VARIABLES.get(name, piece) for piece, name in pieces(text, request.varies)])

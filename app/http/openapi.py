"""The published description of every door (OpenAPI 3.1), made from the same values that validate requests."""

from collections.abc import Iterable
from typing import Any

from app.domain.catalogue import Catalogue
from app.domain.reasons import REASONS, Reason, Refusal, sentence
from app.domain.vertical import Field, Vertical
from app.http.asgi_request import BODY_MAX

Json = dict[str, Any]

_TOKEN = "AQEAZ1f3mAAACF4kq1d2Jt0o2f0v3mXq9sB1c7dE5fG6hI8jK0lM2nO4pQ6rS8tU"  # noqa: S105 - an example, signed by nobody
_LINE = "5f0c3a9b1e7d2468ace02b4d"
_JSON = "application/json"

_TEXT: Json = {"type": "string"}
_CENTS: Json = {"type": "number", "minimum": 0, "description": "Dollars with two decimals."}
_TIME: Json = {"type": "string", "description": "ISO 8601, or seconds since 1970 (UTC)."}

_SHARED_FIELDS: dict[str, Json] = {
    "vertical": {**_TEXT, "description": "What kind of lead it is, see the verticals below."},
    "zip": {"type": "string", "pattern": "^[0-9]{5}$", "description": "Where the consumer lives."},
    "state": {"type": "string", "pattern": "^[A-Z]{2}$", "description": "Two letters; from the ZIP where absent."},
    "seller_lead_id": {**_TEXT, "description": "Your own id. Makes a repeated ping get the same bid."},
    "sub_id": {**_TEXT, "description": "Your source."},
    "created_at": {**_TIME, "description": f"When the consumer consented. {_TIME['description']}"},
    "ip_address": {**_TEXT, "description": "The consumer's."},
    "user_agent": {**_TEXT, "description": "The consumer's."},
    "landing_page": {**_TEXT, "description": "Where the form stood; its query is not kept."},
    "tcpa_consent": {"type": "boolean", "description": "Whether the consumer agreed to be called."},
    "tcpa_text": {**_TEXT, "description": "The consent text as shown."},
    "trustedform_cert_url": {**_TEXT, "format": "uri", "description": "https://cert.trustedform.com/<id>"},
    "leadid_token": {"type": "string", "format": "uuid", "description": "A LeadiD token of 36 characters."},
    "test": {"type": "boolean", "description": "Judged as usual, but nothing is bought, counted or delivered."},
}

_PING_FIELDS: dict[str, Json] = {
    "lead_type": {"type": "string", "enum": ["exclusive", "shared", "any"], "default": "any"},
    "max_legs": {"type": "integer", "minimum": 0, "description": "To how many buyers a shared lead is sold at most."},
    "min_price": {**_CENTS, "description": "Below it we need not bid."},
    "deadline_ms": {"type": "integer", "default": 300, "description": "An answer that would be later is a no."},
    "trustedform_ping_url": {**_TEXT, "format": "uri", "description": "https://ping.trustedform.com/<id>"},
    "phone_hash": {**_TEXT, "description": "Of the ten digits, without +1."},
    "email_hash": {**_TEXT, "description": "Of the lower-case address without surrounding space."},
    "hash_type": {"type": "string", "enum": ["sha256", "sha1", "md5"], "default": "sha256"},
}

_POST_FIELDS: dict[str, Json] = {
    "ping_id": {**_TEXT, "description": "The ping_id or bid_id of our answer."},
    "first_name": _TEXT,
    "last_name": _TEXT,
    "phone": {**_TEXT, "description": "A US number that can ring."},
    "email": {**_TEXT, "format": "email"},
    "address": _TEXT,
    "city": _TEXT,
    "birth_date": {"type": "string", "format": "date"},
    "consent_at": {**_TIME, "description": f"When the consumer consented, if not created_at. {_TIME['description']}"},
}

_SECURITY: list[Json] = [{"key": []}, {"bearer": []}, {"basic": []}, {"field": []}]


def openapi(catalogue: Catalogue, version: str) -> Json:
    """The whole document for one configuration."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{catalogue.buyer.legal_name}: lead auction",
            "version": version,
            "description": "Ping without identity, get a price or one clear reason; post the whole lead to the bid. "
            "Every business answer is HTTP 200. Requests may be JSON, form, query or XML; answers are JSON, or XML by "
            f"Accept, `.xml` or `format=xml`. Bodies up to {BODY_MAX // 1024} kB.",
        },
        "servers": [{"url": "/"}],
        "security": _SECURITY,
        "paths": _paths(),
        "components": {
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                "bearer": {"type": "http", "scheme": "bearer", "description": "`Token` does as well."},
                "basic": {"type": "http", "scheme": "basic", "description": "The key as the password or the user."},
                "field": {"type": "apiKey", "in": "query", "name": "api_key", "description": "Or in the body."},
            },
            "schemas": _schemas(catalogue.verticals.values()),
        },
    }


def _paths() -> Json:
    ping, post = _ping_door(), _post_door()
    return {
        "/v1/ping": {"post": {**ping, "operationId": "ping"}},
        "/v1/post": {"post": {**post, "operationId": "post"}},
        "/v1/test/ping": {"post": {**ping, "operationId": "testPing", "summary": "A ping under test rules"}},
        "/v1/test/post": {"post": {**post, "operationId": "testPost", "summary": "A post under test rules"}},
        "/v1/posts/{ping_id}": {"get": _find_post_door()},
        "/v1/notices": {"post": _told_door("notice", "Notice", "Whether a bid of ours won, for sellers")},
        "/v1/outcomes": {"post": _told_door("outcome", "Outcome", "What became of a lead, for the buyer's CRM")},
        "/v1/demand/{territory}": {"put": _territory_door("demand", "Demand", "How many leads a territory can work")},
        "/v1/signals/{territory}": {"put": _territory_door("signal", "Signal", "A timed premium on a territory")},
        "/healthz": {"get": _open_door("health", "Whether the process lives", {"status": "alive"})},
        "/readyz": {"get": _open_door("ready", "Whether it can bid and buy", {"status": "ready"})},
        "/metrics": {
            "get": {
                "operationId": "metrics",
                "summary": "Prometheus metrics, for loopback or an operator's key",
                "responses": {"200": {"description": "Text", "content": {"text/plain": {"schema": _TEXT}}}},
            }
        },
    }


def _ping_door() -> Json:
    refused = _refused_ping(REASONS["outside_territory"])
    return {
        "summary": "Ask for a price, without identity",
        "requestBody": _body("Ping", _PING_EXAMPLE),
        "responses": {
            "200": {
                "description": "A bid, or one reason why not.",
                "content": {
                    _JSON: {
                        "schema": _ref("PingAnswer"),
                        "examples": {"bid": {"value": _BID_EXAMPLE}, "no bid": {"value": refused}},
                    },
                    "application/xml": {"schema": _ref("PingAnswer")},
                },
            },
            **_refused_requests("PingAnswer", {code: _refused_ping(REASONS[code]) for code in _REQUEST_CODES}),
        },
    }


def _post_door() -> Json:
    examples = {"accepted": _post_answer("accepted", lead_id="9d41c0a7e5b32f6880aa1c24", price=12.5)}
    for code, status in _POST_STATUSES.items():
        examples[code] = _post_answer(status, REASONS[code])
    return {
        "summary": "Deliver the lead to a bid",
        "requestBody": _body("Post", _POST_EXAMPLE),
        "responses": {
            "200": {
                "description": "What became of it. A retry by the same person gets the same bytes for 30 days or more.",
                "content": {
                    _JSON: {
                        "schema": _ref("PostAnswer"),
                        "examples": {name: {"value": value} for name, value in examples.items()},
                    },
                    "application/xml": {"schema": _ref("PostAnswer")},
                },
            },
            **_refused_requests(
                "PostAnswer", {code: _post_answer("rejected", REASONS[code]) for code in _REQUEST_CODES}
            ),
            "503": _response(
                "Nothing could be stored, so nothing is sold. Try again.",
                "PostAnswer",
                _post_answer("error", REASONS["internal"]),
            ),
        },
    }


def _find_post_door() -> Json:
    return {
        "operationId": "findPost",
        "summary": "The answer kept for a bid, for a seller that lost it",
        "parameters": [_parameter("ping_id", "The ping_id that was posted.")],
        "responses": {
            "200": _response(
                "The answer as it was.",
                "PostAnswer",
                _post_answer("accepted", lead_id="9d41c0a7e5b32f6880aa1c24", price=12.5),
            ),
            "401": _response("No key of ours.", "PostAnswer", _post_answer("rejected", REASONS["auth_failed"])),
            "404": _response("No post is kept.", "PostAnswer", _post_answer("reping", REASONS["ping_unknown"])),
        },
    }


def _told_door(operation: str, schema: str, summary: str) -> Json:
    return {
        "operationId": operation,
        "summary": summary,
        "requestBody": _body(schema, _EXAMPLES[schema]),
        "responses": _receipts(),
    }


def _territory_door(operation: str, schema: str, summary: str) -> Json:
    return {
        **_told_door(operation, schema, summary + ", for operators"),
        "parameters": [_parameter("territory", "A state (TX), a ZIP prefix (787) or a ZIP (78701).")],
    }


def _open_door(operation: str, summary: str, example: Json) -> Json:
    content = {_JSON: {"schema": {"type": "object", "required": ["status"]}, "example": example}}
    return {
        "operationId": operation,
        "summary": summary,
        "security": [],
        "responses": {"200": {"description": "Yes.", "content": content}, "503": {"description": "Not now."}},
    }


def _receipts() -> Json:
    refused = {"status": "rejected", "reason": sentence(Refusal("auth_failed")), "reason_code": "auth_failed"}
    unread = {
        "status": "rejected",
        "reason": sentence(Refusal("missing_field", "result")),
        "reason_code": "missing_field",
    }
    recorded = {"status": "recorded", "reason": "", "reason_code": ""}
    return {
        "200": _response("Recorded, or recorded before.", "Receipt", recorded),
        "400": _response("A field is missing or cannot be read.", "Receipt", unread),
        "401": _response("No key of ours, or one that may not say this.", "Receipt", refused),
        "503": _response(
            "Nothing could be stored. Try again.",
            "Receipt",
            {"status": "error", "reason": sentence(Refusal("internal")), "reason_code": "internal"},
        ),
    }


def _refused_requests(schema: str, examples: dict[str, Json]) -> Json:
    retry = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}
    return {
        "400": _response("The body is broken.", schema, examples["invalid_field"]),
        "401": _response("No key of ours.", schema, examples["auth_failed"]),
        "413": _response("The body is too large.", schema, examples["invalid_field"]),
        "415": _response("The body is of no kind that we read.", schema, examples["invalid_field"]),
        "429": {**_response("Too many pings.", schema, examples["rate_limited"]), "headers": retry},
    }


def _schemas(verticals: Iterable[Vertical]) -> Json:
    kinds = list(verticals)
    schemas: Json = {
        "Ping": _lead_schema("Ping", _SHARED_FIELDS | _PING_FIELDS, ["vertical", "zip"], kinds),
        "Post": _lead_schema("Post", _SHARED_FIELDS | _POST_FIELDS, ["ping_id", "zip"], kinds),
        "PingAnswer": _object(
            {
                "status": {"enum": ["accepted", "rejected", "error"]},
                "outcome": {"enum": ["success", "failure", "error"]},
                "ping_id": {**_TEXT, "description": "Name it on the post; of a refusal, in a question to us."},
                "price": _CENTS,
                "currency": {"const": "USD"},
                "expires_in": {"type": "integer", "description": "Seconds in which the bid is a promise."},
                "expires_at": _TEXT,
                "reason": _TEXT,
                "reason_code": {"enum": ["", *REASONS, "no_bid", *sorted({r.kind for r in REASONS.values()})]},
                "bids": {
                    "type": "array",
                    "items": _object(
                        {
                            "bid_id": _TEXT,
                            "type": {"enum": ["exclusive", "shared"]},
                            "price": _CENTS,
                            "brand": {**_TEXT, "description": "Whom the consent text must name."},
                        }
                    ),
                },
                "warnings": {"type": "array", "items": _TEXT},
            }
        ),
        "PostAnswer": _object(
            {
                "status": {"enum": ["accepted", "duplicate", "rejected", "reping", "error"]},
                "lead_id": _TEXT,
                "ping_id": _TEXT,
                "price": {**_CENTS, "description": "What we pay: the price of the bid."},
                "reason": _TEXT,
                "reason_code": _TEXT,
                "redirect_url": _TEXT,
                "warnings": {"type": "array", "items": _TEXT},
            }
        ),
        "Receipt": _object(
            {
                "status": {"enum": ["recorded", "repeated", "rejected", "error"]},
                "reason": _TEXT,
                "reason_code": _TEXT,
            }
        ),
        **_TOLD_SCHEMAS,
    }
    for vertical in kinds:
        schemas[f"{vertical.name}_fields"] = {
            "type": "object",
            "title": vertical.title,
            "properties": {field.name: _field_schema(field) for field in vertical.fields},
            "required": [field.name for field in vertical.fields if field.required and field.known_at_ping],
        }
    return schemas


def _lead_schema(title: str, fields: dict[str, Json], required: list[str], verticals: list[Vertical]) -> Json:
    return {
        "type": "object",
        "title": title,
        "description": "Canonical names; common other spellings are understood. Unknown fields are ignored.",
        "properties": fields,
        "required": required,
        "anyOf": [_ref(f"{vertical.name}_fields") for vertical in verticals],
    }


def _field_schema(field: Field) -> Json:
    types = {"choice": "string", "text": "string", "date": "string", "integer": "integer", "number": "number"}
    schema: Json = {"type": types.get(field.type, field.type)}
    if field.type == "date":
        schema["format"] = "date"
    if field.title:
        schema["description"] = field.title
    if field.values:
        schema["enum"] = list(field.values)
    if field.minimum is not None:
        schema["minimum"] = field.minimum
    if field.maximum is not None:
        schema["maximum"] = field.maximum
    return schema


def _object(properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _body(schema: str, example: Json) -> Json:
    kinds = (_JSON, "application/x-www-form-urlencoded", "application/xml")
    content: Json = {kind: {"schema": _ref(schema)} for kind in kinds}
    content[_JSON]["example"] = example
    return {"required": True, "content": content}


def _response(description: str, schema: str, example: Json) -> Json:
    return {"description": description, "content": {_JSON: {"schema": _ref(schema), "example": example}}}


def _parameter(name: str, description: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": _TEXT, "description": description}


def _refused_ping(reason: Reason) -> Json:
    return {
        "status": "rejected",
        "outcome": "failure",
        "ping_id": _LINE,
        "price": 0,
        "currency": "USD",
        "expires_in": 0,
        "expires_at": "",
        "reason": sentence(Refusal(reason.code)),
        "reason_code": reason.code,
        "bids": [],
        "warnings": [],
    }


def _post_answer(status: str, reason: Reason | None = None, lead_id: str = "", price: float = 0) -> Json:
    return {
        "status": status,
        "lead_id": lead_id,
        "ping_id": _TOKEN,
        "price": price,
        "reason": sentence(Refusal(reason.code)) if reason is not None else "",
        "reason_code": reason.code if reason is not None else "",
        "redirect_url": "",
        "warnings": [],
    }


_REQUEST_CODES = ("auth_failed", "rate_limited", "invalid_field")
_POST_STATUSES = {"duplicate": "duplicate", "ping_expired": "reping", "consent_missing": "rejected"}
_BID_EXAMPLE: Json = {
    "status": "accepted",
    "outcome": "success",
    "ping_id": _TOKEN,
    "price": 12.50,
    "currency": "USD",
    "expires_in": 120,
    "expires_at": "2026-11-21T15:04:05Z",
    "reason": "",
    "reason_code": "",
    "bids": [{"bid_id": _TOKEN, "type": "exclusive", "price": 12.50, "brand": "Your brand"}],
    "warnings": [],
}
_PING_EXAMPLE: Json = {
    "vertical": "auto_insurance",
    "zip": "78701",
    "state": "TX",
    "lead_type": "exclusive",
    "seller_lead_id": "A-1001",
    "created_at": "2026-11-21T15:01:00Z",
    "tcpa_consent": True,
    "trustedform_cert_url": "https://cert.trustedform.com/0123456789abcdef0123456789abcdef01234567",
}
_POST_EXAMPLE: Json = {
    **_PING_EXAMPLE,
    "ping_id": _TOKEN,
    "first_name": "Maria",
    "last_name": "Lopez",
    "phone": "5122030142",
    "email": "maria.lopez@mail-harbor.net",
    "tcpa_text": "I agree that insurance agents may call me about auto insurance ...",
}
_TOLD_SCHEMAS: Json = {
    "Notice": {
        "type": "object",
        "properties": {"ping_id": _TEXT, "result": {"enum": ["won", "lost"]}, "price": _CENTS},
        "required": ["ping_id", "result"],
    },
    "Outcome": {
        "type": "object",
        "properties": {
            "lead_id": _TEXT,
            "event": {
                "enum": ["contacted", "not_contacted", "qualified", "quoted", "sold", "invalid", "opted_out"],
            },
            "value": {**_CENTS, "description": "With `sold`: what the conversion brought."},
            "event_id": {**_TEXT, "description": "Yours; with `source` it makes a repeated event harmless."},
            "source": _TEXT,
            "occurred_at": _TIME,
        },
        "required": ["lead_id", "event"],
    },
    "Demand": {
        "type": "object",
        "properties": {
            "open": {"type": "integer", "minimum": 0, "description": "Leads the territory can still work."},
            "expected": {"type": "integer", "minimum": 0, "description": "Leads that will probably come by then."},
            "campaign": {**_TEXT, "description": "Narrows it to one campaign."},
            "until": {**_TIME, "description": f"Until when, by default the end of the day. {_TIME['description']}"},
        },
        "required": ["open", "expected"],
    },
    "Signal": {
        "type": "object",
        "properties": {
            "premium": {"type": "number", "description": "Dollars on top of a lead's value; below zero, off it."},
            "cause": {**_TEXT, "description": "Storm, frost, push: it stands in every bid's derivation."},
            "until": _TIME,
            "vertical": {**_TEXT, "description": "Narrows it to one vertical."},
        },
        "required": ["premium", "cause", "until"],
    },
}
_EXAMPLES: dict[str, Json] = {
    "Notice": {"ping_id": _TOKEN, "result": "lost", "price": 14.25},
    "Outcome": {"lead_id": "9d41c0a7e5b32f6880aa1c24", "event": "sold", "value": 310.0, "event_id": "crm-77-3"},
    "Demand": {"open": 12, "expected": 30},
    "Signal": {"premium": 6.0, "cause": "hailstorm", "until": "2026-11-23T06:00:00Z", "vertical": "roofing"},
}

"""The published description of every endpoint (OpenAPI 3.1), made from the same values that validate requests."""

from collections.abc import Mapping
from typing import Any

from app.dialects.written import CONTENT_TYPES
from app.domain.catalogue import Catalogue
from app.http.asgi_request import BODY_MAX
from app.http.openapi_examples import (
    BID,
    BOUGHT,
    RECORDED,
    REPEATED,
    Answer,
    no_bid,
    not_bought,
    not_taken,
    sent_examples,
    written,
)
from app.instructions.documents import DOCUMENTS, Document
from app.instructions.schemas import (
    ANSWER_NAMES,
    DAYS,
    IF_NONE_MATCH,
    RETURN_PARAMETERS,
    Json,
    answer_schemas,
    returns_page,
    sent_schemas,
)
from app.platforms.known import DIALECTS

_SENT_AS = ("application/json", "application/x-www-form-urlencoded", "application/xml")
_SELLER: list[Json] = [{"key": []}, {"bearer": []}, {"basic": []}, {"field": []}]
_OPERATOR: list[Json] = [{"key": []}, {"bearer": []}, {"basic": []}]
_CLOSED = "The link has expired or is not whole, and no key of the seller came."
_RETRY_AFTER = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}

Answers = Mapping[str, tuple[str, Mapping[str, Answer]]]
"""By HTTP status: when it is answered, and examples by name."""


def openapi(catalogue: Catalogue, version: str, reports: Mapping[str, Json], schemas: Mapping[str, Json]) -> Json:
    """The whole document for one configuration; its examples of answers are `msgspec.Raw`, the very bytes.

    `reports` are paths of the reporting API, which name `schemas`.
    """
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{catalogue.buyer.legal_name}: lead auction",
            "version": version,
            "description": "Ping without identity, get a price or one clear reason; post the whole lead to the bid. "
            "Every business answer is HTTP 200. Requests may be JSON, a form (multipart too), query or XML, names "
            "nested or flat, squeezed by gzip or deflate; "
            "answers are JSON, or XML by the Accept header, by `.xml` after the path of a ping or post, by a field "
            f"`format=xml`, or where the request was XML. Bodies hold up to {BODY_MAX // 1024} kB.",
        },
        "servers": [{"url": "/"}],
        "security": _SELLER,
        "paths": {
            **_auction(sent_examples(catalogue)),
            **_reports(sent_examples(catalogue)),
            **_operations(),
            **reports,
        },
        "components": {
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                "bearer": {"type": "http", "scheme": "bearer", "description": "`Token` does as well."},
                "basic": {"type": "http", "scheme": "basic", "description": "The key as the password or the user."},
                "field": {"type": "apiKey", "in": "query", "name": "api_key", "description": "Or in the body."},
            },
            "schemas": {
                **schemas,
                **sent_schemas(catalogue.verticals.values()),
                **answer_schemas(),
                **_OWN_ANSWERS,
            },
        },
    }


def _auction(sent: Mapping[str, Json]) -> Json:
    paths: Json = {}
    translated: Json = {}
    for test, title in (("", ""), ("test/", ", under test rules")):
        for name, schema, summary in (
            ("ping", "Ping", f"Ask for a price, without identity{title}"),
            ("post", "Post", f"Deliver the lead to a bid{title}"),
            ("lead", "Post", f"Ping, post or both at once, as `mode` says{title}"),
        ):
            operation = f"{'test' if test else ''}{name.capitalize() if test else name}"
            paths[f"/v1/{test}{name}"] = _both_ways(operation, summary, name, (schema, sent[schema]))
            translated[f"/v1/{{dialect}}/{test}{name}"] = _translated(operation, summary)
    paths["/v1/posts/{ping_id}"] = {
        "get": _route(
            "findPost",
            "The answer kept for a bid, for a seller that lost it",
            {
                "200": ("The answer as it was.", {"bought": BOUGHT}),
                "401": ("No key of ours.", {"auth_failed": not_bought("auth_failed")}),
                "404": ("No post is kept.", {"ping_unknown": not_bought("ping_unknown")}),
                "503": ("The store does not answer. Ask again.", {"internal": not_bought("internal")}),
            },
            security=_SELLER,
            parameters=[_parameter("ping_id", "The ping_id or bid_id that was posted.")],
        )
    }
    return paths | translated


def _both_ways(operation: str, summary: str, name: str, body: tuple[str, Json]) -> Json:
    """One endpoint by POST and by GET."""
    answers = _ping_answers() if name == "ping" else _post_answers()
    by_post = _route(operation, summary, answers, security=_SELLER, body=body)
    by_get = _route(f"{operation}ByGet", f"{summary}: all in the query", answers, security=_SELLER)
    by_get["description"] = "Where the buyer allows it to the seller; everything else is as in the body."
    if name == "lead":
        by_post["description"] = (
            "`mode` is ping, post or full, in the query or the body; full is a post without a ping, where the buyer "
            "allows it to the seller. A ping is answered as by the endpoint for pings."
        )
        for answer in (*by_post["responses"].values(), *by_get["responses"].values()):
            for kind in answer["content"].values():
                kind["schema"] = _ref("LeadAnswer") if "$ref" in kind["schema"] else kind["schema"]
    return {"post": by_post, "get": by_get}


def _translated(operation: str, summary: str) -> Json:
    """The same endpoint in the words of a platform."""
    dialect = _parameter("dialect", "The platform.") | {"schema": {"type": "string", "enum": list(DIALECTS)}}
    bodies: Json = {kind: {"schema": {"type": ["object", "string"]}} for kind in CONTENT_TYPES.values()}
    said = {"description": "In the words and HTTP codes of that platform.", "content": bodies}
    statuses = ("200", "201", *_REQUEST_FAULTS, "409", "422", "429", "503")
    ways = {"post": f"{operation}InDialect", "get": f"{operation}InDialectByGet"}
    return {
        way: {
            "operationId": name,
            "summary": f"{summary}: in the words of a platform",
            "security": _SELLER,
            "parameters": [dialect],
            "responses": dict.fromkeys(statuses, said)
            | {"404": _said("There is no such dialect.", "application/json", {"type": "object"})},
        }
        for way, name in ways.items()
    }


def _ping_answers() -> Answers:
    return {
        "200": (
            "A bid, or one reason why not.",
            {"bid": BID} | {code: no_bid(code) for code in ("outside_territory", "closed_hours", "missing_field")},
        ),
        **{status: (when, {code: no_bid(code)}) for status, (when, code) in _REQUEST_FAULTS.items()},
        "429": ("Too many pings.", {"rate_limited": no_bid("rate_limited")}),
        "503": ("Something broke on our side. Ping again.", {"internal": no_bid("internal")}),
    }


def _post_answers() -> Answers:
    refusals = ("duplicate", "ping_expired", "consent_missing", "invalid_contact", "ping_used")
    return {
        "200": (
            "What became of it. A retry by the same person gets the same bytes for 30 days or more.",
            {"bought": BOUGHT} | {code: not_bought(code) for code in refusals},
        ),
        **{status: (when, {code: not_bought(code)}) for status, (when, code) in _REQUEST_FAULTS.items()},
        "409": ("As 200, to a seller with strict statuses: a duplicate.", {"duplicate": not_bought("duplicate")}),
        "422": ("As 200, to such a seller: not bought.", {"invalid_contact": not_bought("invalid_contact")}),
        "503": ("Nothing could be stored, so nothing is sold. Try again.", {"internal": not_bought("internal")}),
    }


def _reports(sent: Mapping[str, Json]) -> Json:
    def told(operation: str, schema: str, summary: str, security: list[Json]) -> Json:
        return _route(operation, summary, _receipts(), security=security, body=(schema, sent[schema]))

    notice = told("notice", "Notice", "Whether a bid of ours won, for sellers", _SELLER)
    refused = ("The seller may send this by POST only.", {"invalid_field": not_taken("invalid_field")})
    summary = "Whether a bid of ours won, all in the query"
    by_get = _route("noticeByGet", summary, {**_receipts(), "405": refused}, security=_SELLER)
    by_get["description"] = "Where the buyer allows it to the seller."
    territory = [_parameter("territory", "A state (TX), a ZIP prefix (787) or a ZIP (78701).")]
    returned = [_parameter("lead_id", "The lead_id or ping_id, or to operators the CRM's id.")]
    paused = [_parameter("name", "The campaign or seller.")]
    muted = [_parameter("cause", "The cause of the alert, as `attention` of the status names it.")]
    revoked = [_parameter("name", "The operator, whose keys were made by command.")]
    boosted = [_parameter("campaign", "The campaign.")]
    cap = [_parameter("owner", "The campaign or seller that declares the cap."), _parameter("cap", "The cap's name.")]
    suppression = ("Suppression", sent["Suppression"])
    return {
        "/v1/notices": {"post": notice, "get": by_get},
        "/v1/outcomes": {
            "post": _acted(
                "outcome", "What became of a lead, or an array of up to 100", ("Outcome", sent["Outcome"]), []
            )
        },
        "/v1/returns/{lead_id}": {
            "post": _route(
                "answerReturn",
                "Whether a lead is taken back, for its seller, or for operators as it told them",
                {**_receipts(), "403": _TOO_LOW},
                security=_SELLER,
                body=("ReturnReply", sent["ReturnReply"]),
                parameters=returned,
            ),
            "put": _acted("askForReturn", "Ask a lead's seller to take it back", ("Return", sent["Return"]), returned),
            "delete": _acted("withdrawReturn", "Ask for a return no longer", None, [*returned, _WHY]),
        },
        "/v1/demand/{territory}": {
            "put": _acted("demand", "How many leads a territory can still work", ("Demand", sent["Demand"]), territory),
            "delete": _acted("endDemand", "Forget a territory's demand", None, [*territory, _query("campaign"), _WHY]),
        },
        "/v1/signals/{territory}": {
            "put": _acted("signal", "A timed premium on a territory", ("Signal", sent["Signal"]), territory),
            "delete": _acted("endSignals", "Forget a territory's signals", None, [*territory, _query("cause"), _WHY]),
        },
        "/v1/pauses/{name}": {
            "put": _acted("pause", "Pause a campaign or seller", ("Pause", sent["Pause"]), paused),
            "delete": _acted("resume", "Let a campaign or seller go on", None, [*paused, _WHY]),
        },
        "/v1/mutes/{cause}": {
            "put": _acted("mute", "Have nobody told of an alert", ("Mute", sent["Mute"]), muted),
            "delete": _acted("unmute", "Have an alert told of again", None, [*muted, _query("target"), _WHY]),
        },
        "/v1/operators/{name}": {
            "delete": _acted("removeOperator", "Revoke all keys of an operator", None, [*revoked, _WHY], "admins")
        },
        "/v1/boosts/{campaign}": {
            "put": _acted("boost", "Add to the value of a campaign's leads", ("Boost", sent["Boost"]), boosted),
            "delete": _acted("endBoost", "End a boost before its time", None, [*boosted, _WHY]),
        },
        "/v1/caps/{owner}/{cap}": {
            "put": _acted("setCap", "Put another limit in the place of a cap's", ("Limit", sent["Limit"]), cap),
            "delete": _acted("resetCap", "Have the declared limit hold again", None, [*cap, _WHY]),
        },
        "/v1/suppressions": {"post": _acted("suppress", "Never buy somebody again", suppression, [])},
        "/v1/suppressions/end": {"post": _acted("endSuppression", "Let somebody be bought again", suppression, [])},
    }


def _acted(
    operation: str, summary: str, body: tuple[str, Json] | None, parameters: list[Json], whose: str = "operators"
) -> Json:
    """What an operator asks for, or takes back."""
    answers = {**_receipts(), "403": _TOO_LOW}
    return _route(operation, f"{summary}, for {whose}", answers, security=_OPERATOR, body=body, parameters=parameters)


def _query(name: str) -> Json:
    return {"name": name, "in": "query", "schema": {"type": "string"}, "description": f"Only of this {name}."}


def _receipts() -> Answers:
    return {
        "200": ("Recorded, or recorded before.", RECORDED | REPEATED),
        "400": (
            "A field is missing or cannot be read, or names nothing of ours.",
            {code: not_taken(code) for code in ("missing_field", "invalid_field")},
        ),
        "401": ("No key of ours.", {"auth_failed": not_taken("auth_failed")}),
        "413": ("The body is too large.", {"invalid_field": not_taken("invalid_field")}),
        "415": (
            "The body is of no kind, or squeezed in no way, that we read.",
            {"invalid_field": not_taken("invalid_field")},
        ),
        "503": ("Nothing could be stored. Try again.", {"internal": not_taken("internal")}),
    }


def _operations() -> Json:
    text: Json = {"type": "string"}
    health: Json = {"$ref": "#/components/schemas/Health"}
    ready = _shown("ready", "Whether it can bid and buy; more for loopback or an operator", "application/json", health)
    ready["responses"]["503"] = _said("Not now.", "application/json", health)
    metrics = _shown("metrics", "Prometheus metrics, for loopback or an operator", "text/plain", text)
    metrics["responses"]["401"] = _said("No operator's key.", "text/plain", text)
    return {
        "/": {"get": _shown("root", "What this is, as a page", "text/html", text)},
        "/healthz": {"get": _shown("health", "Whether the process lives", "application/json", health)},
        "/readyz": {"get": ready},
        "/metrics": {"get": metrics},
        "/v1/scorecard": {"get": _of_seller("scorecard", "How a seller's last days went", "Scorecard", [DAYS])},
        "/v1/appetite": {"get": _appetite()},
        "/v1/returns": {"get": _returns()},
        "/v1/status": {"get": _status()},
        "/sellers/{seller}/certification": _certification(),
        **{f"/sellers/{{seller}}/instructions{each.path}": _instructions(each) for each in DOCUMENTS},
        "/schema": {"get": _shown("schema", "This description as a page", "text/html", text)},
        "/schema/openapi.json": {
            "get": _shown("openapi", "This description as a document", "application/json", {"type": "object"})
        },
    }


def _of_seller(operation: str, summary: str, schema: str, parameters: list[Json]) -> Json:
    route = _shown(operation, f"{summary}, for the seller", "application/json", _ref(schema))
    route["security"] = _SELLER
    route["parameters"] = parameters
    route["responses"]["400"] = _response("A parameter cannot be read.", {"invalid_field": not_taken("invalid_field")})
    route["responses"]["401"] = _response("No key of ours.", {"auth_failed": not_taken("auth_failed")})
    route["responses"]["503"] = _response("The store does not answer.", {"internal": not_taken("internal")})
    return route


def _returns() -> Json:
    """A seller's own, or to an operator those of all."""
    summary = "The leads that the buyer gives back, to operators those of all sellers"
    route = _of_seller("returns", summary, "Returns", [*RETURN_PARAMETERS, _query("seller")])
    both = {"anyOf": [_ref("Returns"), _ref("BuyersReturns")]}
    route["responses"]["200"]["content"]["application/json"]["schema"] = both
    return route


def _appetite() -> Json:
    """A list with a validator: most of the time a seller that asks again is told that nothing changed."""
    route = _shown("appetite", "What is bought now, for the seller", "application/json", _ref("Appetite"))
    route["security"] = _SELLER
    route["parameters"] = [IF_NONE_MATCH]
    etag = {"ETag": {"schema": {"type": "string"}, "description": "Send it back as If-None-Match."}}
    route["responses"]["200"]["headers"] = etag
    route["responses"]["304"] = {"description": "Nothing changed since that ETag.", "headers": etag}
    route["responses"]["401"] = _response("No key of ours.", {"auth_failed": not_taken("auth_failed")})
    route["responses"]["404"] = _response("Not told to this seller.", {"invalid_field": not_taken("invalid_field")})
    return route


def _status() -> Json:
    what = "What needs attention, what was bought, what is in force, for operators"
    route = _shown("status", what, "application/json", {"type": "object"})
    route["security"] = _OPERATOR
    route["responses"]["401"] = _response("No operator's key.", {"auth_failed": not_taken("auth_failed")})
    route["responses"]["503"] = _response("The store does not answer.", {"internal": not_taken("internal")})
    return route


def _certification() -> Json:
    """A seller's page, which opens by a signed link or by a key."""
    closed = _said(_CLOSED, "text/plain", {"type": "string"})
    routes: Json = {}
    for method, operation, summary in (
        ("get", "certification", "What a seller's tests have shown, as a page"),
        ("post", "certify", "Go live, once every step is shown and the buyer allows it"),
    ):
        route = _shown(operation, summary, "text/html", {"type": "string"})
        route["parameters"] = [_parameter("seller", "The seller's name with the buyer.")]
        route["security"] = [*_SELLER, {}]
        route["responses"]["403"] = closed
        routes[method] = route
    routes["post"]["responses"]["409"] = _said("Not yet, or not allowed.", "text/html", {"type": "string"})
    return routes


def _instructions(document: Document) -> Json:
    """A seller's instructions in one form."""
    kind = document.media_type
    name = f"instructions{document.title.title()}"
    route = _shown(
        "".join(filter(str.isalpha, name)),
        f"A seller's posting instructions: {document.title}",
        kind,
        {"type": "string"},
    )
    if kind == "application/json":
        route["responses"]["200"]["content"][kind]["schema"] = {"type": "object"}
    route["parameters"] = [_parameter("seller", "The seller's name with the buyer.")]
    route["security"] = [*_SELLER, {}]
    route["responses"]["403"] = _said(_CLOSED, "text/plain", {"type": "string"})
    route["responses"]["421"] = _said("The buyer has not declared this address.", "text/plain", {"type": "string"})
    return {"get": route}


def _route(
    operation: str,
    summary: str,
    answers: Answers,
    *,
    security: list[Json],
    body: tuple[str, Json] | None = None,
    parameters: list[Json] | None = None,
) -> Json:
    route: Json = {"operationId": operation, "summary": summary, "security": security}
    if parameters:
        route["parameters"] = parameters
    if body is not None:
        schema, example = body
        content: Json = {kind: {"schema": _ref(schema)} for kind in _SENT_AS}
        content["application/json"]["example"] = example
        route["requestBody"] = {"required": True, "content": content}
    route["responses"] = {status: _response(when, examples) for status, (when, examples) in answers.items()}
    if "429" in answers:
        route["responses"]["429"]["headers"] = _RETRY_AFTER
    return route


def _response(when: str, examples: Mapping[str, Answer]) -> Json:
    name = ANSWER_NAMES[type(next(iter(examples.values())))]
    return {
        "description": when,
        "content": {
            kind: {
                "schema": {"type": "string"} if form == "text" else _ref(name),
                "examples": {example: {"value": written(answer, form)} for example, answer in examples.items()},
            }
            for form, kind in CONTENT_TYPES.items()
        },
    }


def _shown(operation: str, summary: str, kind: str, schema: Json) -> Json:
    return {
        "operationId": operation,
        "summary": summary,
        "security": [],
        "responses": {"200": _said("Yes.", kind, schema)},
    }


def _said(when: str, kind: str, schema: Json) -> Json:
    return {"description": when, "content": {kind: {"schema": schema}}}


def _parameter(name: str, description: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}, "description": description}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


_OWN_ANSWERS = {
    "LeadAnswer": {"anyOf": [_ref("PingAnswer"), _ref("PostAnswer")]},
    "BuyersReturns": returns_page(
        **{name: {"type": "string"} for name in ("seller", "campaign", "requested_by", "settled_by")}
    ),
}
_WHY: Json = {
    "name": "why",
    "in": "query",
    "schema": {"type": "string"},
    "description": "The reason, for the audit log.",
}
_TOO_LOW = ("The key's role is too low.", {"auth_failed": not_taken("auth_failed")})
_REQUEST_FAULTS = {
    "400": ("The body is broken.", "invalid_field"),
    "401": ("No key of ours.", "auth_failed"),
    "405": ("The seller may send this by POST only.", "invalid_field"),
    "413": ("The body is too large.", "invalid_field"),
    "415": ("The body is of no kind, or squeezed in no way, that we read.", "invalid_field"),
}

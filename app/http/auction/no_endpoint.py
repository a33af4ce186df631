"""The answer where no endpoint is: in the form of the one that was probably meant, naming those there are."""

from collections.abc import Mapping

from msgspec.structs import replace

from app.dialects.own_words import GENERIC
from app.domain.answers import refused_ping, refused_post
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.http.answer import HttpAnswer, http_ping_answer, http_post_answer, http_refusal
from app.http.request import FEEDBACK, Headers, RawRequest, Route, SellerRequest, read_request
from app.platforms.known import DIALECTS

_ENDPOINTS = "/v1/{0}ping, /v1/{0}post, /v1/{0}lead, /v1/notices, /v1/outcomes; see /schema"


def no_endpoint(raw: RawRequest, sellers: Mapping[str, Seller], methods: frozenset[str] = frozenset()) -> HttpAnswer:
    """404, or 405 where these methods are taken; nobody is asked for a key, and nothing of a body is read."""
    parts = raw.scope["path"].lower().split("/")
    dialect = next((DIALECTS[part] for part in parts if part in DIALECTS), None)
    named = f"{dialect.name}/" if dialect is not None and dialect is not GENERIC else ""
    if methods and parts != ["", ""]:
        detail = f"method: send a {' or a '.join(sorted(methods - {'HEAD'}))}"
    else:
        detail = f"path: there are {_ENDPOINTS.format(named)}"
    is_post = any("post" in part for part in parts)
    reports = bool(methods) and not is_post and parts != ["", ""]
    route = FEEDBACK if reports else Route(takes="post" if is_post else "ping", dialect=dialect)
    headers: Headers = ((b"allow", ", ".join(sorted(methods)).encode()),) if methods else ()
    request = replace(
        read_request(replace(raw, body=b""), route, sellers),
        refusal=Refusal("invalid_field", detail),
        status=405 if methods else 404,
        fault_headers=headers,
    )
    return _written(request, Refusal("invalid_field", detail))


def _written(request: SellerRequest, refusal: Refusal) -> HttpAnswer:
    if request.route.takes == "feedback":
        return http_refusal(request, refusal)
    if request.route.takes == "post":
        return http_post_answer(request, refused_post(refusal, request.seller, ""))
    return http_ping_answer(request, refused_ping(refusal, request.seller, ""))

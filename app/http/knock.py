"""Who stands at one of the auction's doors, what they say, and how they want their answer."""

from collections.abc import Mapping

import msgspec

from app.dialects.answers import Format
from app.dialects.body import Unreadable, encoding_of, read_body
from app.dialects.formats import answer_format
from app.dialects.text import Scalar
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.http.asgi_request import Scope
from app.http.authentication import comes_from, keys_in_fields, keys_in_headers, whose_key

_DOORS = {
    f"/v1/{test}{name}{suffix}": (name, bool(test), suffix)
    for name in ("ping", "post")
    for test in ("", "test/")
    for suffix in ("", ".json", ".xml")
}
PATHS = tuple(path for path, (_, _, suffix) in _DOORS.items() if not suffix)
"""The auction's paths; a suffix after them only chooses the format of the answer."""


class Request(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One request as it came: `body` is None where it was too large, `now` UTC epoch seconds, `started` steady ones."""

    scope: Scope
    body: bytes | None
    now: float
    started: float


class Knock(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One request as far as its door understands it.

    `refusal` is why it is not looked at any further, `status` the HTTP status that says so.
    """

    seller: Seller | None
    fields: dict[str, Scalar]
    body: bytes
    format: Format
    now: float
    started: float
    test: bool
    refusal: Refusal | None = None
    status: int = 200


def is_door(path: str) -> bool:
    """Whether a path is one of the auction's."""
    return path in _DOORS


def is_post(path: str) -> bool:
    """Whether a door takes posts; the others take pings."""
    return _DOORS[path][0] == "post"


def knock_of(request: Request, sellers: Mapping[str, Seller]) -> Knock:
    """What stands in a request; `sellers` are known by the digest of their keys."""
    scope, body = request.scope, request.body
    _, test, suffix = _DOORS[scope["path"]]
    headers = dict(scope["headers"])
    content_type = headers.get(b"content-type", b"").decode("latin-1")
    status, refusal = 200, None
    fields: dict[str, Scalar] | Unreadable = {}
    if body is not None:
        fields = read_body(body, content_type, scope["query_string"])
    else:
        status, refusal, body = 413, Refusal("invalid_field", "body: send at most 64 kB"), b""
    if isinstance(fields, Unreadable):
        status, refusal, fields = 415 if fields.unsupported else 400, fields.refusal, {}
    seller = _seller(scope, headers, fields, sellers)
    usual: Format = seller.format if seller is not None else "json"
    if body[:1] != b"{" and encoding_of(body, content_type) == "xml":
        usual = "xml"
    if seller is None:
        status, refusal = 401, Refusal("auth_failed")
    elif scope["method"] != "POST" and not (scope["method"] == "GET" and seller.allow_get):
        status, refusal = 405, Refusal("invalid_field", "method: send a POST")
    return Knock(
        seller=seller,
        fields=fields,
        body=body,
        format=answer_format(fields, headers.get(b"accept", b"").decode("latin-1"), suffix, usual),
        now=request.now,
        started=request.started,
        test=test,
        refusal=refusal,
        status=status,
    )


def _seller(
    scope: Scope, headers: dict[bytes, bytes], fields: dict[str, Scalar], sellers: Mapping[str, Seller]
) -> Seller | None:
    seller = whose_key(keys_in_headers(headers), sellers) or whose_key(keys_in_fields(fields), sellers)
    if seller is None or not seller.allowed_ips:
        return seller
    peer = scope["client"][0] if scope.get("client") else ""
    return seller if comes_from(peer, seller.allowed_ips) else None

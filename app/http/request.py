"""A request as read, for every endpoint of sellers and operators: who asks, what, and in which dialect."""

from collections.abc import Container, Mapping
from typing import Literal

import msgspec
from msgspec.structs import replace

from app.dialects.body.read import UnreadableBody, encoding_of, read_body
from app.dialects.dialect import Dialect
from app.dialects.own_words import GENERIC
from app.dialects.text import Scalar, alike, text_of
from app.dialects.written import Format, answer_format
from app.domain.buyer import Operator
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.domain.token import looks_like_token
from app.http.asgi_request import Scope
from app.http.authentication import comes_from, keys_in_fields, keys_in_headers, sha256_of, whose_key
from app.platforms.known import DIALECTS

Takes = Literal["ping", "post", "lead", "feedback"]
"""A `lead` is a ping, a post or both at once: the request says which."""

Mode = Literal["ping", "post", "full", "feedback"]

_MODES: dict[str, Mode] = {
    "ping": "ping",
    "pingonly": "ping",
    "post": "post",
    "full": "full",
    "fullpost": "full",
    "direct": "full",
    "directpost": "full",
}
_MODE_NAMES = frozenset({"mode", "action", "requesttype"})


class Route(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One path. `dialect` is `None` where the seller's own counts; a `suffix` only chooses the format of the answer."""

    takes: Takes
    dialect: Dialect | None = None
    test: bool = False
    suffix: str = ""


FEEDBACK = Route(takes="feedback", dialect=GENERIC)
"""Feedback is read and answered in our own words by everybody."""


class RawRequest(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One request as it came: `body` is None where it was too large, `now` UTC epoch seconds, `started` steady ones."""

    scope: Scope
    body: bytes | None
    now: float
    started: float


class SellerRequest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One request as far as its endpoint understands it.

    `mode` is what it wants done. `refusal` is why it is not looked at any further, `status` the HTTP status that says
    so.
    """

    route: Route
    scope: Scope
    seller: Seller | None
    operator: Operator | None
    fields: dict[str, Scalar]
    body: bytes
    dialect: Dialect
    format: Format
    now: float
    started: float
    test: bool
    mode: Mode
    refusal: Refusal | None = None
    status: int = 200


def read_request(
    raw: RawRequest,
    route: Route,
    sellers: Mapping[str, Seller],
    certified: Container[str] = (),
    operators: Mapping[str, Operator] | None = None,
) -> SellerRequest:
    """What stands in a request; `sellers` are known by the digest of their keys, `certified` ones are live by now.

    Where `operators` are given it takes the key of one of them, in a header, instead of a seller's.
    """
    scope, body = raw.scope, raw.body
    headers = dict(scope["headers"])
    content_type = headers.get(b"content-type", b"").decode("latin-1")
    status, refusal = 200, None
    fields: dict[str, Scalar] | UnreadableBody = {}
    if body is not None:
        fields = read_body(body, content_type, scope["query_string"])
    else:
        status, refusal, body = 413, Refusal("invalid_field", "body: send at most 64 kB"), b""
    if isinstance(fields, UnreadableBody):
        status, refusal, fields = 415 if fields.unsupported else 400, fields.refusal, {}
    seller = _seller(scope, headers, fields, sellers)
    operator = whose_key(keys_in_headers(headers), operators) if operators else None
    dialect = route.dialect or (DIALECTS[seller.dialect] if seller is not None else GENERIC)
    if dialect.variant is not None:
        dialect = dialect.variant(fields) or dialect
    if operators is not None:
        if operator is None:
            status, refusal = 401, Refusal("auth_failed")
    # Where keys stand in bodies, a body that cannot be read is all that is wrong.
    elif seller is None and (refusal is None or keys_in_headers(headers)):
        status, refusal = 401, Refusal("auth_failed")
    elif seller is not None and not _may_use(scope["method"], route, seller):
        status, refusal = 405, Refusal("invalid_field", "method: send a POST")
    return SellerRequest(
        route=route,
        scope=scope,
        seller=seller,
        operator=operator,
        fields=fields,
        body=body,
        dialect=dialect,
        format=_format(route, dialect, seller, fields, body, headers, content_type),
        now=raw.now,
        started=raw.started,
        test=route.test or (seller is not None and seller.mode != "live" and not seller.is_live(certified)),
        mode=_mode(fields) if route.takes == "lead" else route.takes,
        refusal=refusal,
        status=status,
    )


def as_declared(request: SellerRequest, seller: Seller) -> SellerRequest:
    """A request as one of its seller by another of its declarations, which may have it answered in another dialect."""
    if seller is request.seller:
        return request
    route, fields, headers = request.route, request.fields, dict(request.scope["headers"])
    dialect = route.dialect or DIALECTS.get(seller.dialect, request.dialect)
    if dialect.variant is not None:
        dialect = dialect.variant(fields) or dialect
    content_type = headers.get(b"content-type", b"").decode("latin-1")
    return replace(
        request,
        seller=seller,
        dialect=dialect,
        format=_format(route, dialect, seller, fields, request.body, headers, content_type),
        refusal=None,
        status=200,
    )


def may_reach(request: SellerRequest, seller: Seller) -> bool:
    """Whether a seller may send from this address, and in this way."""
    return _comes_from_its(request.scope, seller) and _may_use(request.scope["method"], request.route, seller)


def offered_keys(request: SellerRequest) -> list[str]:
    """The SHA-256 of each key that a request offers, in hex."""
    headers = dict(request.scope["headers"])
    return [sha256_of(key) for key in (*keys_in_headers(headers), *keys_in_fields(request.fields))]


def _may_use(method: str, route: Route, seller: Seller) -> bool:
    """Whether a method may be used here: feedback's routes have theirs from the router."""
    return route.takes == "feedback" or method == "POST" or (method == "GET" and seller.allow_get)


def _format(
    route: Route,
    dialect: Dialect,
    seller: Seller | None,
    fields: Mapping[str, Scalar],
    body: bytes,
    headers: Mapping[bytes, bytes],
    content_type: str,
) -> Format:
    """What the request asks for, or what its platform or seller is used to; never what the platform has not."""
    usual = seller.format if seller is not None and dialect is GENERIC else dialect.format
    if body[:1] != b"{" and encoding_of(body, content_type) == "xml":
        usual = "xml"
    asked = answer_format(fields, headers.get(b"accept", b"").decode("latin-1"), route.suffix, usual)
    return asked if asked in dialect.formats else dialect.format


def _mode(fields: Mapping[str, Scalar]) -> Mode:
    """What a request to the one endpoint for everything wants: what it says, or a post where it answers a bid."""
    for key, value in fields.items():
        if alike(key.rpartition(".")[2]) in _MODE_NAMES and alike(text_of(value)) in _MODES:
            return _MODES[alike(text_of(value))]
    return "post" if any(looks_like_token(text_of(value)) for value in fields.values()) else "ping"


def _seller(
    scope: Scope, headers: dict[bytes, bytes], fields: dict[str, Scalar], sellers: Mapping[str, Seller]
) -> Seller | None:
    seller = whose_key(keys_in_headers(headers), sellers) or whose_key(keys_in_fields(fields), sellers)
    return seller if seller is None or _comes_from_its(scope, seller) else None


def _comes_from_its(scope: Scope, seller: Seller) -> bool:
    peer = scope["client"][0] if seller.allowed_ips and scope.get("client") else ""
    return comes_from(peer, seller.allowed_ips)

"""A request as read: one whose head came before is read as if it had not."""

import json
from typing import Any

from msgspec.structs import replace

from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.http.asgi_request import Scope
from app.http.auction.routes import ROUTES
from app.http.request import RawRequest, SellerRequest, as_declared, head_of, read_again, read_request, with_fields
from app.wire.ping import Ping
from tests.build import catalogue
from tests.table import each_row

CATALOGUE = catalogue()
ACME = next(iter(CATALOGUE.seller_by_key.values()))
VERTICAL = next(iter(CATALOGUE.verticals.values()))
LEAD = {"vertical": VERTICAL.name, "zip": "78701", "state": "TX"}
POST = LEAD | {
    "ping_id": "C" + "aB3" * 21,
    "tcpa_text": "I agree that agents may call me.",
    "first_name": "Ada",
    "email": "ada@lovelace.net",
}
HELD = Refusal("rate_limited", "1.0 s")


def scope_of(path: str = "/v1/ping", client: str = "10.0.0.1") -> Scope:
    headers = [(b"x-api-key", b"acme-key"), (b"accept", b"application/json")]
    return {"method": "POST", "path": path, "query_string": b"", "headers": headers, "client": (client, 1)}


def read(scope: Scope, lead: Any, seller: Seller = ACME, sellers: dict[str, Seller] | None = None) -> SellerRequest:
    known = sellers if sellers is not None else dict.fromkeys(CATALOGUE.seller_by_key, seller)
    raw = RawRequest(scope, lead if isinstance(lead, bytes) else json.dumps(lead).encode(), 1.0, 2.0)
    again = read_again(raw, known)
    if again is not None:
        return again
    return read_request(raw, ROUTES[scope["path"]], known, admit=lambda _: HELD, verticals=CATALOGUE.verticals)


def test_a_head_that_came_before_is_read_as_the_first_time() -> None:
    sellers = dict(CATALOGUE.seller_by_key)
    scope = scope_of()
    odd = [LEAD | {"zip": "78702"}, LEAD | {"zip": "7870"}, b"{", b"<lead/>", b"vertical=x&zip=1", LEAD, b"x" * 70_000]
    for lead in [LEAD, *odd]:
        again, first = read(scope, lead, sellers=sellers), read(scope_of(), lead, sellers=sellers)
        assert replace(again, scope={}) == replace(first, scope={})
    assert head_of(scope).plain is not None


def test_a_post_whose_head_came_before_is_read_as_the_first_time() -> None:
    sellers = dict(CATALOGUE.seller_by_key)
    scope = scope_of("/v1/post")
    odd = [
        POST,
        LEAD | {"format": "xml"},
        b"{",
        b"<lead><zip>78701</zip></lead>",
        b"zip=1",
        b"",
        b"\x1f\x8b\x08",
        b"x" * 70_000,
    ]
    for lead in [b"<lead><zip>78702</zip></lead>", *odd, POST]:
        again = read(scope, lead, sellers=sellers)
        first = read(scope_of("/v1/post"), lead, sellers=sellers)
        assert replace(again, scope={}) == replace(first, scope={})
    assert head_of(scope).plain is not None


@each_row(
    ("changed", "seller"),
    [
        ({}, {"rate_per_s": 5.0}),
        ({}, {"mode": "certify"}),
        ({}, {"allowed_ips": ("10.0.0.1",)}),
        ({}, {"dialect": "boberdoo"}),
        ({"query_string": b"zip=78702"}, {}),
        ({"headers": [(b"x-api-key", b"acme-key"), (b"content-encoding", b"gzip")]}, {}),
        ({"headers": []}, {}),
    ],
)
def test_a_post_of_which_not_all_else_is_said_by_its_head_is_looked_at_each_time(
    changed: dict[str, Any], seller: dict[str, Any]
) -> None:
    scope = {**scope_of("/v1/post"), **changed}
    read(scope, LEAD | {"key": "acme-key"}, replace(ACME, **seller))
    assert head_of(scope).plain is None


def test_a_plain_ping_leaves_no_fields_to_be_read() -> None:
    request = read(scope_of(), LEAD)
    assert request.ping == Ping(vertical=VERTICAL.name, zip="78701", state="TX")
    assert request.fields == {}


@each_row("changed", [{"rate_per_s": 5.0}, {"mode": "test"}, {"allowed_ips": ("10.0.0.1",)}])
def test_who_is_bounded_is_looked_at_each_time(changed: dict[str, Any]) -> None:
    scope = scope_of()
    read(scope, LEAD, replace(ACME, **changed))
    assert head_of(scope).plain is None


def test_a_reload_has_a_head_read_anew() -> None:
    scope, sellers = scope_of(), dict(CATALOGUE.seller_by_key)
    read(scope, LEAD, sellers=sellers)
    assert read(scope, LEAD, sellers={}).refusal == Refusal("auth_failed")
    assert read(scope, LEAD, replace(ACME, rate_per_s=1.0)).refusal == HELD


def test_a_plain_post_leaves_its_fields_to_be_read_where_they_are_wanted() -> None:
    request = read(scope_of("/v1/post"), POST)
    assert request.post is not None
    assert request.post.post.contact.first_name == "Ada"
    assert request.fields == {}
    assert with_fields(request) == replace(request, post=None, fields=POST)
    declared = as_declared(request, replace(ACME, dialect="boberdoo"))
    assert (declared.post, declared.fields, declared.dialect.name) == (None, POST, "boberdoo")


def test_no_test_is_read_at_once() -> None:
    for path in ("/v1/test/ping", "/v1/test/post"):
        scope = scope_of(path)
        assert [(read(scope, POST).ping, read(scope, POST).post) for _ in range(2)] == [(None, None)] * 2
    for path in ("/v1/ping", "/v1/post"):
        request = read(scope_of(path), POST if path == "/v1/post" else LEAD, replace(ACME, mode="test"))
        assert (request.ping, request.post) == (None, None)

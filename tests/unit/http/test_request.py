"""A request as read: one whose head came before is read as if it had not."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.http.asgi_request import Scope
from app.http.auction.routes import ROUTES
from app.http.request import RawRequest, SellerRequest, head_of, read_again, read_request
from app.wire.ping import Ping
from tests.build import catalogue

CATALOGUE = catalogue()
ACME = next(iter(CATALOGUE.seller_by_key.values()))
VERTICAL = next(iter(CATALOGUE.verticals.values()))
LEAD = {"vertical": VERTICAL.name, "zip": "78701", "state": "TX"}
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


def test_a_plain_ping_leaves_no_fields_to_be_read() -> None:
    request = read(scope_of(), LEAD)
    assert request.ping == Ping(vertical=VERTICAL.name, zip="78701", state="TX")
    assert request.fields == {}


@pytest.mark.parametrize("changed", [{"rate_per_s": 5.0}, {"mode": "test"}, {"allowed_ips": ("10.0.0.1",)}])
def test_who_is_bounded_is_looked_at_each_time(changed: dict[str, Any]) -> None:
    scope = scope_of()
    read(scope, LEAD, replace(ACME, **changed))
    assert head_of(scope).plain is None


def test_a_reload_has_a_head_read_anew() -> None:
    scope, sellers = scope_of(), dict(CATALOGUE.seller_by_key)
    read(scope, LEAD, sellers=sellers)
    assert read(scope, LEAD, sellers={}).refusal == Refusal("auth_failed")
    assert read(scope, LEAD, replace(ACME, rate_per_s=1.0)).refusal == HELD


def test_neither_a_post_nor_a_test_is_read_at_once() -> None:
    assert read(scope_of("/v1/test/ping"), LEAD).ping is None
    assert read(scope_of(), LEAD, replace(ACME, mode="test")).ping is None

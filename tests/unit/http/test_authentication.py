"""Keys in every place where a platform may put one, and networks that may use them."""

import base64
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from app.dialects.aliases import KEY_FIELDS
from app.domain.buyer import Operator
from app.http.authentication import comes_from, keys_in_fields, keys_in_headers, whose_key
from tests.build import catalogue, seller
from tests.table import each_row

ACME = catalogue().seller_by_key


def basic(text: str) -> bytes:
    return b"Basic " + base64.b64encode(text.encode())


@each_row(
    "headers",
    [
        {b"x-api-key": b"acme-key"},
        {b"x-api-key": b"  acme-key "},
        {b"authorization": b"Bearer acme-key"},
        {b"authorization": b"bearer   acme-key"},
        {b"authorization": b"Token acme-key"},
        {b"authorization": basic("acme:acme-key")},
        {b"authorization": basic(":acme-key")},
        {b"authorization": basic("acme-key:")},
        {b"authorization": basic("acme-key")},
        {b"authorization": b"acme-key"},
        {b"authorization": b" acme-key "},
        {b"authorization": b'"acme-key"'},
        {b"x-api-key": b"Bearer acme-key"},
        {b"authorization": b"ApiKey acme-key"},
        {b"authorization": b"API-Key acme-key"},
        {b"authorization": b"Bearer: acme-key"},
        {b"authorization": b'Token token="acme-key"'},
        {b"authorization": b'Bearer "acme-key"'},
        {b"x-auth-token": b"acme-key"},
        {b"api-key": b"acme-key"},
        {b"apikey": b"acme-key"},
        {b"x-apikey": b"acme-key"},
        {b"x-api-token": b"acme-key"},
        {b"x-api-key": b"stale", b"authorization": b"Bearer acme-key"},
    ],
)
def test_a_key_is_known_in_any_header(headers: dict[bytes, bytes]) -> None:
    found = whose_key(keys_in_headers(headers), ACME)
    assert found is not None
    assert found.name == "acme"


@each_row(
    "headers",
    [
        {},
        {b"x-api-key": b""},
        {b"x-api-key": b"acme-key2"},
        {b"x-api-key": b"\xff\xfe"},
        {b"authorization": b"Bearer"},
        {b"authorization": b"acme-key acme-key"},
        {b"authorization": b"Digest acme-key"},
        {b"authorization": b"Basic acme-key"},
        {b"authorization": b"Basic !!!"},
        {b"authorization": b"Basic " + base64.b64encode(b"\xff\xfe:\xff")},
        {b"authorization": basic("acme:nope")},
    ],
)
def test_what_is_no_key_is_nobodys(headers: dict[bytes, bytes]) -> None:
    assert whose_key(keys_in_headers(headers), ACME) is None


@each_row("scheme", [b"Bearer", b"Token ", b"apikey", b"Basic"])
def test_a_scheme_alone_offers_no_key(scheme: bytes) -> None:
    assert keys_in_headers({b"authorization": scheme}) == []


@each_row("name", [*sorted(KEY_FIELDS), "API_KEY", "Campaign_Key"])
def test_a_key_is_known_in_the_body_or_the_query(name: str) -> None:
    assert whose_key(keys_in_fields({"zip": "78701", name: "acme-key"}), ACME) is not None


def test_a_line_break_behind_a_key_is_no_part_of_it() -> None:
    assert whose_key(keys_in_fields({"api_key": "acme-key\r\n"}), ACME) is not None


@each_row("fields", [{"token": "acme-key"}, {"key": 17}, {"key": True}, {"key": ""}, {}])
def test_other_fields_are_no_keys(fields: dict[str, Any]) -> None:
    assert whose_key(keys_in_fields(fields), ACME) is None


def test_any_letters_may_be_offered() -> None:
    assert whose_key(iter(["\ud800", "ключ", "acme-key"]), ACME) is not None


def test_several_keys_may_be_valid_at_once() -> None:
    known = catalogue(sellers=[seller(key_sha256=(*seller().key_sha256, _sha("newer")))]).seller_by_key
    assert [key for key in ("acme-key", "newer", "older") if whose_key(iter([key]), known)] == ["acme-key", "newer"]


def test_a_sellers_key_is_not_an_operators() -> None:
    operator = Operator(name="ops", key_sha256=(_sha("ops-key"),))
    operators = dict.fromkeys(operator.key_sha256, operator)
    assert whose_key(iter(["acme-key"]), operators) is None
    assert whose_key(iter(["ops-key"]), operators) is operator


def test_no_more_is_read_than_needed() -> None:
    def offered() -> Iterator[str]:
        yield "acme-key"
        raise AssertionError

    assert whose_key(offered(), ACME) is not None


@each_row(
    ("peer", "allowed", "may"),
    [
        ("203.0.113.9", (), True),
        ("", (), True),
        ("203.0.113.9", ("203.0.113.9",), True),
        ("203.0.113.9", ("198.51.100.0/24", "203.0.113.0/24"), True),
        ("203.0.113.9", ("203.0.114.0/24",), False),
        ("2001:db8::7", ("2001:db8::/32",), True),
        ("2001:db8::7", ("203.0.113.0/24",), False),
        ("", ("203.0.113.0/24",), False),
        ("unix:", ("203.0.113.0/24",), False),
    ],
)
def test_a_seller_may_be_held_to_its_networks(peer: str, allowed: tuple[str, ...], *, may: bool) -> None:
    assert comes_from(peer, allowed) is may


def _sha(key: str) -> str:
    return sha256(key.encode()).hexdigest()

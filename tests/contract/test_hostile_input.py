"""Whatever comes in gets a clear answer: a 4xx or a refusal that names the field, never a 5xx; and leaves no trace."""

import gzip
import itertools
import json
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.mock_exchange.consumers import consumer, post_of
from tests.contract.answers import check_shape, read_answer
from tests.contract.scenario import POPULATION
from tests.market import patient_ping
from tests.service import Service
from tests.table import each_row

Json = dict[str, Any]
Hit = Callable[..., httpx.Response]

ACME = {"X-API-Key": "contract-acme-key"}
OPS = {"X-API-Key": "contract-ops-key"}
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
XML = {"Content-Type": "application/xml"}

ROUTES = [
    ("POST", "/v1/ping", ACME),
    ("POST", "/v1/test/ping", ACME),
    ("POST", "/v1/post", ACME),
    ("POST", "/v1/test/post", ACME),
    ("POST", "/v1/notices", ACME),
    ("POST", "/v1/outcomes", OPS),
    ("PUT", "/v1/demand/PR", OPS),
    ("PUT", "/v1/signals/PR", OPS),
]
each_route = each_row(("method", "path", "key"), ROUTES, ids=lambda value: value if "/" in value else "")

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BODIES: dict[str, tuple[bytes, dict[str, str]]] = {
    "nothing": (b"", {}),
    "nothing, said to be JSON": (b"", JSON),
    "a NUL": (b"\x00", JSON),
    "NULs": (b"\x00" * 5_000, {}),
    "half a byte order mark": (b"\xff\xfe\x00", JSON),
    "null": (b"null", JSON),
    "true": (b"true", JSON),
    "a number": (b"0", JSON),
    "a text": (b'"zip"', JSON),
    "an empty list": (b"[]", JSON),
    "lists of lists": (b"[[[[]]]]", JSON),
    "an empty object": (b"{}", JSON),
    "an open object": (b'{"zip": "78701"', JSON),
    "a lone brace": (b"}", JSON),
    "two documents": (b'{"zip": "78701"}{"zip": "78701"}', JSON),
    "deep lists": (b"[" * 60_000, JSON),
    "deep objects": (b'{"a":' * 10_000, JSON),
    "deep objects, closed": (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, JSON),
    "a huge number": (b'{"zip": ' + b"9" * 50_000 + b"}", JSON),
    "a huge exponent": (b'{"zip": 1e999999, "age": -1e999999}', JSON),
    "no numbers": (b'{"zip": NaN, "age": Infinity}', JSON),
    "a lone surrogate": (rb'{"zip": "\ud800", "\udfff": 1, "vertical": "\udc00"}', JSON),
    "broken UTF-8": (b'{"zip": "\xc3\x28", "vertical": "\xff"}', JSON),
    "one key again and again": (b"{" + b",".join([b'"zip": "x"'] * 4_000) + b"}", JSON),
    "300 fields": (json.dumps({f"field_{n}": n for n in range(300)}).encode(), JSON),
    "4,000 fields": (json.dumps({f"f{n}": n for n in range(4_000)}).encode(), JSON),
    "a field of 60 kB": (json.dumps({"vertical": "x" * 60_000}).encode(), JSON),
    "a key of 60 kB": (json.dumps({"x" * 60_000: 1}).encode(), JSON),
    "an unclosed element": (b"<lead><zip>78701", XML),
    "a billion laughs": (f'<!DOCTYPE l [<!ENTITY l0 "ha">{LAUGHS}]><l><zip>&l9;</zip></l>'.encode(), XML),
    "a long entity": (b'<!DOCTYPE l [<!ENTITY a "' + b"a" * 9_000 + b'">]><l>' + b"&a;" * 9_000 + b"</l>", XML),
    "a file as an entity": (b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l><zip>&a;</zip></l>', XML),
    "a page as an entity": (b'<!DOCTYPE l [<!ENTITY a SYSTEM "http://127.0.0.1:1/">]><l><zip>&a;</zip></l>', XML),
    "an external document type": (b'<!DOCTYPE l SYSTEM "http://127.0.0.1:1/l.dtd"><l/>', XML),
    "a parameter entity": (b'<!DOCTYPE l [<!ENTITY % a SYSTEM "http://127.0.0.1:1/">%a;]><l/>', XML),
    "an unknown entity": (b"<l><zip>&nobody;</zip></l>", XML),
    "an inclusion": (b'<l xmlns:x="http://www.w3.org/2001/XInclude"><x:include href="/etc/passwd"/></l>', XML),
    "an unknown encoding": (b'<?xml version="1.0" encoding="klingon"?><l/>', XML),
    "an encoding that is not true": (b'<?xml version="1.0" encoding="utf-16"?><l><zip>1</zip></l>', XML),
    "deep elements": (b"<a>" * 15_000, XML),
    "many elements": (b"<l>" + b"<a/>" * 12_000 + b"</l>", XML),
    "many attributes": (b"<l " + b" ".join(b'a%d="1"' % n for n in range(5_000)) + b"/>", XML),
    "no XML at all": (b"zip=78701", XML),
    "broken escapes": (b"zip=%&vertical=%zz&%=%&=&&&;", FORM),
    "only separators": (b"&" * 60_000, FORM),
    "4,000 pairs": (b"&".join([b"a=1"] * 4_000), FORM),
    "brackets": (b"a[b][c[d]]e=1&[]=2&zip[]=1&zip[0][zip]=2", FORM),
    "a document in a field": (b"xml=%3C!DOCTYPE+l+%5B%3C!ENTITY+a+%22b%22%3E%5D%3E%3Cl%2F%3E", FORM),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), {"Content-Type": "image/png"}),
    "parts": (
        b'--x\r\nContent-Disposition: form-data; name="zip"\r\n\r\n1\r\n',
        {"Content-Type": "multipart/form-data; boundary=x"},
    ),
    "squeezed zeros": (gzip.compress(bytes(60_000)), JSON | {"Content-Encoding": "gzip"}),
    "squeezed without end": (gzip.compress(b"{" * 60_000)[:-20], JSON | {"Content-Encoding": "gzip"}),
    "squeezed in a way of nobody's": (b"\x28\xb5\x2f\xfd", JSON | {"Content-Encoding": "zstd"}),
    "a bomb": (gzip.compress(bytes(30_000_000)), JSON | {"Content-Encoding": "gzip"}),
    "4,000 parts": (b"--x\r\n\r\n" * 4_000, {"Content-Type": "multipart/form-data; boundary=x"}),
    "an odd content type": (b'{"zip": 1}', {"Content-Type": ";;;=, application/json; charset=klingon"}),
    "more than fits": (b"x" * 65_537, JSON),
}

VALUES: dict[str, Any] = {
    "nothing": None,
    "yes": True,
    "a list": [1, [2, {"x": 3}]],
    "an empty list": [],
    "an object": {"zip": {"zip": "78701"}},
    "below zero": -1,
    "a large number": 10**30,
    "a larger one": 1e308,
    "a space": " ",
    "control characters": "\x00\x1b[31m\r\nX-Injected: 1",
    "another script": "पिन कोड 郵便番号 \U0001d54f\u202e",
    "a lone surrogate": "\ud800",
    "a long text": "x" * 15_000,
    "digits of another script": "٧٨٧٠١",
    "mark-up": "<script>alert(1)</script>&amp;]]>",
    "a statement": "'; DROP TABLE lead; --",
    "a path": "../../../../etc/passwd",
    "a template": "${jndi:ldap://127.0.0.1/x}{{7*7}}%s%n",
    "an accept word": "ok accepted success matched approved true",
    "a strange date": "2026-13-45T99:99:99+99:99",
}
PING_FIELDS = [
    *("vertical", "zip", "state", "lead_type", "max_legs", "min_price", "deadline_ms", "created_at", "seller_lead_id"),
    *("sub_id", "ip_address", "user_agent", "landing_page", "tcpa_consent", "tcpa_text", "trustedform_cert_url"),
    *("trustedform_ping_url", "leadid_token", "phone_hash", "email_hash", "hash_type", "test", "lead_id", "token"),
    *("age", "currently_insured", "credit_tier", "vehicle_year", "api_key", "format", "ping_id", "phone", "xml"),
]
POST_FIELDS = [
    *("vertical", "zip", "state", "created_at", "consent_at", "seller_lead_id", "ip_address", "landing_page"),
    *("tcpa_consent", "tcpa_text", "trustedform_cert_url", "leadid_token", "first_name", "last_name", "phone", "email"),
    *("address", "city", "birth_date", "age", "currently_insured", "best_time_to_call", "bid_id", "id", "name", "json"),
]

numbers = itertools.count(9_100)


@pytest.fixture(scope="module")
def hit(service: Service) -> Iterator[Hit]:
    """Sends one request, and holds its answer to what every answer promises."""

    with httpx.Client(base_url=service.url, trust_env=False, timeout=20.0) as client:

        def send(method: str, path: str, content: bytes = b"", headers: dict[str, str] | None = None) -> httpx.Response:
            answer = client.request(method, path, content=content, headers=headers)
            assert answer.status_code < 500, answer.text
            check_shape(urlsplit(path).path, answer.status_code, answer.headers["content-type"], answer.content)
            return answer

        yield send


@pytest.fixture(scope="module")
def posts(hit: Hit) -> list[Json]:
    """The post of a lead that got a bid, for each of the values."""
    leads = [a_lead(7_100 + number) for number in range(len(VALUES))]
    return [post | {"ping_id": ask(hit, "/v1/test/ping", ping)["ping_id"]} for ping, post in leads]


@pytest.fixture(autouse=True)
def nothing_is_stored_and_the_service_still_sells(service: Service, hit: Hit) -> Iterator[None]:
    """Around every test: no lead more than before it, and then one, bought of an honest seller."""
    before = stored(service)
    yield
    assert stored(service) == before
    ping, post = a_lead(next(numbers))
    bid = ask(hit, "/v1/ping", ping)
    assert bid["status"] == "accepted"
    assert ask(hit, "/v1/post", post | {"ping_id": bid["ping_id"]})["status"] == "accepted"


@each_route
def test_a_hostile_body_is_refused_clearly(hit: Hit, method: str, path: str, key: dict[str, str]) -> None:
    for name, (body, headers) in BODIES.items():
        answer = hit(method, path, body, key | headers)
        told = read_answer(answer.content, answer.headers["content-type"])
        assert told["status"] in ("rejected", "reping"), name
        assert 400 <= answer.status_code < 500 or told["reason_code"] in ("missing_field", "unsupported_vertical"), name
        assert "root:" not in answer.text, name


@each_row("field", PING_FIELDS)
def test_a_hostile_value_in_a_ping_is_read_or_named(hit: Hit, field: str) -> None:
    for name, value in VALUES.items():
        ping, _ = a_lead(7_001)
        answer = ask(hit, "/v1/test/ping", ping | {field: value})
        assert_named(field, name, value, answer)


@each_row("field", POST_FIELDS)
def test_a_hostile_value_in_a_post_is_read_or_named(hit: Hit, posts: list[Json], field: str) -> None:
    for post, (name, value) in zip(posts, VALUES.items(), strict=True):
        assert_named(field, name, value, ask(hit, "/v1/test/post", post | {field: value}))


def test_a_hostile_ping_id_is_none_of_ours(hit: Hit) -> None:
    _, post = a_lead(7_002)
    for name, value in VALUES.items():
        answer = ask(hit, "/v1/post", post | {"ping_id": value})
        told = answer["status"], answer["reason_code"]
        assert told in (("reping", "ping_unknown"), ("rejected", "missing_field")), name
        named = quote(str(value).encode("utf-8", "replace")[:2_000], safe="")
        assert hit("GET", f"/v1/posts/{named}", headers=ACME).status_code == 404, name


@each_row(("method", "path", "key"), ROUTES[4:], ids=lambda value: value if "/" in value else "")
def test_a_hostile_report_is_read_or_refused(hit: Hit, method: str, path: str, key: dict[str, str]) -> None:
    honest: dict[str, Json] = {
        "/v1/notices": {"ping_id": "C" + "Z" * 63, "result": "won", "price": 1},
        "/v1/outcomes": {
            "lead_id": "0" * 24,
            "event": "sold",
            "event_id": "1",
            "value": 1,
            "occurred_at": "2026-01-01",
        },
        "/v1/demand/PR": {"open": 1, "expected": 1, "campaign": "nobody", "until": "2026-01-01"},
        "/v1/signals/PR": {"premium": 1, "cause": "x", "until": "2026-01-01", "vertical": "nothing"},
    }
    for field in honest[path]:
        for name, value in VALUES.items():
            answer = hit(method, path, encoded(honest[path] | {field: value}), key | JSON)
            assert answer.status_code == 400, (field, name, answer.text)


@each_row(
    "territory", ["%00", "%ff", "%F0%9F%8F%A0", "..%2f..", "%2e%2e", "T" * 4_000, "1" * 400, "%D9%A7%D9%A8", "TX%0a"]
)
def test_a_hostile_territory_is_refused(hit: Hit, territory: str) -> None:
    body = encoded({"open": 1, "expected": 1})
    assert hit("PUT", f"/v1/demand/{territory}", body, OPS | JSON).status_code in (400, 404)


STRANGE_HEADERS: list[dict[str, str]] = [
    {},
    {"X-API-Key": "k" * 8_000},
    {"X-API-Key": "contract-acme-key, contract-acme-key"},
    {"Authorization": "Basic " + "=" * 4_000},
    {"Authorization": "Basic /////w=="},
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer ."},
    {"Authorization": "\xff\xfe"},
    {"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1", "Forwarded": "for=127.0.0.1"},
]


@each_route
def test_nobody_gets_in_by_strange_headers(hit: Hit, method: str, path: str, key: dict[str, str]) -> None:
    ping, _ = a_lead(7_003)
    for headers in STRANGE_HEADERS:
        encoded_headers = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
        assert hit(method, path, encoded(ping), encoded_headers).status_code == 401, headers


@each_row("query", ["%00=%00", "zip=%ff%fe", "&&&&", "a=1&" * 2_000, "zip=1&zip=2&zip[zip]=3", "%", "+" * 500])
def test_a_hostile_query_is_read_or_refused(hit: Hit, query: str) -> None:
    ping, _ = a_lead(7_004)
    assert hit("POST", f"/v1/test/ping?{query}", encoded(ping), ACME | JSON).status_code in (200, 400)


@each_row("sent", [b"", b'{"zip":', b"{" * 99])
def test_a_client_that_hangs_up_leaves_nothing_behind(service: Service, sent: bytes) -> None:
    host, port = urlsplit(service.url).hostname, urlsplit(service.url).port
    for path in ("/v1/ping", "/v1/post", "/v1/notices"):
        with socket.create_connection((host, port)) as connection:
            head = f"POST {path} HTTP/1.1\r\nHost: x\r\nX-API-Key: contract-acme-key\r\nContent-Length: 100\r\n\r\n"
            connection.sendall(head.encode() + sent)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
kinds = st.sampled_from(
    [
        *("application/json", "application/xml", "application/x-www-form-urlencoded", "text/plain", "x/y", ""),
        "multipart/form-data; boundary=x",
    ]
)
# At each of eight routes: to think of something takes longer than to send it.
many = settings(
    max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@many
@given(body=st.binary(max_size=300), kind=kinds)
def test_any_bytes(hit: Hit, body: bytes, kind: str) -> None:
    for method, path, key in ROUTES:
        hit(method, path, body, key | {"Content-Type": kind})


@many
@given(fields=st.dictionaries(st.sampled_from([*PING_FIELDS, *POST_FIELDS, "event", "result"]), anything, max_size=6))
def test_any_values_in_known_fields(hit: Hit, fields: Json) -> None:
    for method, path, key in ROUTES:
        hit(method, path, encoded(fields), key | JSON)


@many
@given(fields=st.dictionaries(st.text(max_size=20), anything, max_size=6))
def test_any_fields_at_all(hit: Hit, fields: Json) -> None:
    for method, path, key in ROUTES:
        hit(method, path, encoded(fields), key | JSON)


def assert_named(field: str, name: str, value: Any, answer: Json) -> None:
    """An answer is a business answer; what cannot be read in it is named, and nothing of it is repeated."""
    told = answer["reason"]
    if answer["reason_code"] == "invalid_field":
        assert any(known in told for known in (field, "state", "test", "body")), (name, told)
    if isinstance(value, str) and len(value.strip()) > 5:
        assert value.strip() not in json.dumps(answer, ensure_ascii=False), name


def a_lead(number: int) -> tuple[Json, Json]:
    """An honest ping, and its post but for the bid."""
    who = consumer(POPULATION, number, "auto_insurance")
    place = {"zip": "78701", "state": "TX"}
    return patient_ping(who) | place, post_of(who, "", time.time()) | place


def encoded(fields: Json) -> bytes:
    return json.dumps(fields).encode()


def ask(hit: Hit, path: str, fields: Json) -> Json:
    answer = hit("POST", path, encoded(fields), ACME | JSON)
    return read_answer(answer.content, answer.headers["content-type"])


def stored(service: Service) -> list[int]:
    """How many rows the tables of leads hold."""
    with closing(sqlite3.connect(service.settings.data / "leadbid.db")) as database:
        tables = ("lead", "evidence", "outcome", "demand", "signal")
        return [database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]

"""Endpoints are known by their words, keys in every place, and whoever is lost is told where to go."""

import json
from typing import Any

import httpx

from app.platforms.known import DIALECTS
from tests.contract.answers import PING_KEYS, POST_KEYS, RECEIPT_KEYS, check_shape
from tests.contract.sockets import asking, connected, raw_answers
from tests.market import PATIENCE_MS
from tests.service import Service
from tests.table import each_row

KEY, BY_GET = "contract-acme-key", "contract-bluebird-key"
PING: dict[str, str | int] = {
    "vertical": "pet_insurance",
    "zip": "78701",
    "state": "TX",
    "pet": "dog",
    "deadline_ms": PATIENCE_MS,
}
JSON = {"X-API-Key": KEY, "Content-Type": "application/json"}


@each_row("path", ["//v1/ping", "/V1/Ping", "/v1/ping/", "/v1//ping//", "/V1/PING.JSON", "/v1/Lead"])
def test_a_path_is_known_by_its_words_on_either_way(service: Service, path: str) -> None:
    with connected(service) as connection:
        body = json.dumps(PING | {"mode": "ping"}).encode()
        # What is escaped in a path goes the application's way.
        connection.sendall(asking(body, path) + asking(body, path.replace("v1", "v%31")))
        told = list(raw_answers(connection, 2))
    assert [(status, json.loads(answer)["status"]) for status, answer in told] == [(200, "accepted")] * 2


def test_what_varies_in_a_path_keeps_its_case(http: httpx.Client) -> None:
    bid = http.post("/v1/ping", json=PING, headers=JSON).json()
    answer = http.get(f"/V1//Posts/{bid['ping_id']}/", headers=JSON)
    assert (answer.status_code, answer.json()["reason"]) == (404, "no post is kept for it")
    notice = {"ping_id": bid["ping_id"], "result": "lost", "price": 31}
    assert http.post("/V1/Notices/", json=notice, headers=JSON).json()["status"] == "recorded"


@each_row("headers", [{}, JSON, {"X-API-Key": "nobodys"}], ids=["no key", "a key", "a wrong key"])
@each_row(
    ("method", "path", "keys"),
    [
        ("POST", "/ping", PING_KEYS),
        ("POST", "/post", POST_KEYS),
        ("POST", "/v1/pings", PING_KEYS),
        ("GET", "/v1/post/1", POST_KEYS),
        ("POST", "/api/v1/ping", PING_KEYS),
        ("POST", "/v1/", PING_KEYS),
        ("PUT", "/v1/outcome", PING_KEYS),
        ("POST", "/" + "x/" * 5_000, PING_KEYS),
    ],
)
def test_where_no_endpoint_is_the_answer_names_those_there_are(
    http: httpx.Client, method: str, path: str, keys: list[str], headers: dict[str, str]
) -> None:
    answer = http.request(method, path, content=b"{", headers=headers)
    check_shape(path, answer.status_code, answer.headers["content-type"], answer.content)
    assert (answer.status_code, list(answer.json())) == (404, keys)
    assert answer.json()["price"] == 0
    assert all(each in answer.json()["reason"] for each in ("/v1/ping", "/v1/post", "/v1/notices", "/v1/outcomes"))


def test_it_does_so_in_the_words_of_the_platform_and_in_the_format_that_is_asked_for(http: httpx.Client) -> None:
    for name, dialect in DIALECTS.items():
        answer = http.post(f"/v1/{name}/pong", headers={"Accept": "application/json"})
        assert answer.status_code == 404
        assert f"/v1/{'' if name == 'generic' else f'{name}/'}ping" in answer.text
        assert (dialect.root in answer.json()) == dialect.wrapped
    assert http.post("/v1/pong", headers={"Accept": "text/xml"}).text.startswith("<?xml")


@each_row(
    ("method", "path", "allow", "keys"),
    [
        ("GET", "/v1/ping", "POST", PING_KEYS),
        ("PUT", "/v1/post", "GET, POST", POST_KEYS),
        ("GET", "/v1/notices", "POST", RECEIPT_KEYS),
        ("DELETE", "/v1/notices", "GET, POST", RECEIPT_KEYS),
        ("GET", "/v1/outcomes", "POST", RECEIPT_KEYS),
        ("POST", "/v1/demand/TX", "DELETE, PUT", RECEIPT_KEYS),
        ("POST", "/v1/posts/1", "GET, HEAD", POST_KEYS),
        ("POST", "/v1/scorecard", "GET, HEAD", RECEIPT_KEYS),
        ("POST", "/", "GET, HEAD", PING_KEYS),
    ],
)
def test_another_method_is_refused_with_those_that_are_taken(
    http: httpx.Client, method: str, path: str, allow: str, keys: list[str]
) -> None:
    answer = http.request(method, path, headers=JSON)
    check_shape(path, answer.status_code, answer.headers["content-type"], answer.content)
    assert (answer.status_code, answer.headers["allow"], list(answer.json())) == (405, allow, keys)
    assert ("method: send a" in answer.json()["reason"]) or path == "/"


@each_row(
    ("path", "allow"),
    [("/v1/caps/a/b", "DELETE, OPTIONS, PUT"), ("/v1/outcomes", "OPTIONS, POST"), ("/metrics", "GET, HEAD, OPTIONS")],
)
def test_whoever_asks_for_methods_is_told_all_of_them(http: httpx.Client, path: str, allow: str) -> None:
    answer = http.options(path)
    assert (answer.status_code, answer.headers["allow"], answer.content) == (200, allow, b"")


@each_row("path", ["/v1/ping", "/v1/boberdoo/lead", "/v1/test/post"])
def test_a_browsers_question_is_no_wrong_key_and_no_permission(http: httpx.Client, path: str) -> None:
    asks = {"Origin": "https://form.example", "Access-Control-Request-Method": "POST"}
    answer = http.options(path, headers=asks)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert "from a server" in answer.text


@each_row(
    "headers",
    [
        {"Authorization": KEY},
        {"Authorization": f"ApiKey {KEY}"},
        {"Authorization": f"Bearer: {KEY}"},
        {"X-Auth-Token": KEY},
        {"api-key": KEY},
        {"apikey": KEY},
    ],
    ids=str,
)
def test_a_key_is_found_wherever_a_header_has_it(http: httpx.Client, headers: dict[str, str]) -> None:
    for path in ("/v1/ping", "/v1/notices"):
        assert http.post(path, content=b"{}", headers=headers).status_code != 401
    # More than fits without a key in a header.
    assert http.post("/v1/ping", json=PING | {"page": "x" * 20_000}, headers=headers).status_code == 200


def test_a_notice_may_be_a_get_where_a_seller_sends_leads_so(http: httpx.Client) -> None:
    bid = http.get("/v1/ping", params=PING | {"api_key": BY_GET}).json()
    assert bid["status"] == "accepted"
    lost: dict[str, Any] = {"api_key": BY_GET, "ping_id": bid["ping_id"], "result": "lost", "price": 31}
    assert http.get("/v1/notices", params=lost).json()["status"] == "recorded"
    assert http.get("/v1/notices", params=lost).json()["status"] == "repeated"
    assert http.get("/v1/notices", params=lost | {"api_key": KEY}).status_code == 405
    assert http.get("/v1/notices", params=lost | {"api_key": "nobodys"}).status_code == 401
    assert http.head("/v1/notices", params=lost).status_code == 405


@each_row("path", ["/", "/healthz", "/readyz", "/schema/openapi.json", "/HealthZ/"])
def test_a_head_is_answered_as_its_get_without_a_body(http: httpx.Client, path: str) -> None:
    got, head = http.get(path), http.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers["content-type"] == got.headers["content-type"]
    assert head.headers["content-length"] == str(len(got.content))


def test_a_head_neither_bids_nor_buys(http: httpx.Client) -> None:
    answer = http.head("/v1/ping", params=PING | {"api_key": BY_GET})
    assert (answer.status_code, answer.content) == (405, b"")


def test_the_root_says_what_this_is(http: httpx.Client) -> None:
    page = http.get("/")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert all(each in page.text for each in ("/v1/ping", "/v1/post", "/schema", "posting instructions"))
    assert "Lighthouse" not in page.text


def test_only_a_sale_has_a_lead_id_and_every_post_an_outcome(http: httpx.Client) -> None:
    bid = http.post("/v1/test/ping", json=PING, headers=JSON).json()
    refused = http.post("/v1/test/post", json=PING | {"ping_id": bid["ping_id"]}, headers=JSON).json()
    assert (refused["status"], refused["outcome"], "lead_id" in refused) == ("rejected", "failure", False)
    unknown = http.post("/v1/post", json={"ping_id": "none"}, headers=JSON | {"Accept": "text/xml"}).text
    assert "<outcome>failure</outcome>" in unknown
    assert "lead_id" not in unknown

"""A seller's wish for HTTP codes holds at every endpoint that it has."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.sellers import key_of, served_sellers

ASKED = [
    ("POST", "/v1/ping", {"vertical": "solar"}),
    ("POST", "/v1/post", {"ping_id": "none"}),
    ("POST", "/v1/lead", {"mode": "full", "zip": "nowhere"}),
    ("POST", "/v1/notices", {"ping_id": "none", "result": "won"}),
    ("POST", "/v1/notices", {"ping_id": "none"}),
    ("GET", "/v1/posts/none", None),
    ("GET", "/v1/scorecard?days=0", None),
    ("POST", "/v1/pong", {}),
    ("POST", "/v1/scorecard", {}),
    ("PUT", "/v1/post", {}),
]
"""Everything that a seller may ask for, and each time wrongly."""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served_sellers(tmp_path_factory.mktemp("statuses")) as service:
        yield service.url


def answer(url: str, seller: str, method: str, path: str, body: dict[str, Any] | None) -> httpx.Response:
    return httpx.request(method, url + path, headers={"X-API-Key": key_of(seller)}, json=body, trust_env=False)


@pytest.mark.parametrize(("method", "path", "body"), ASKED)
def test_a_seller_that_is_always_told_200_is_told_so_everywhere(
    url: str, method: str, path: str, body: dict[str, Any] | None
) -> None:
    usual, quiet = (answer(url, name, method, path, body) for name in ("generic", "quiet"))
    assert quiet.status_code == 200
    true = quiet.headers.get("X-Original-Status-Code", "200")
    assert true == str(usual.status_code)


@pytest.mark.parametrize(("method", "path", "body"), ASKED[1:])
def test_a_seller_that_goes_by_codes_is_never_told_200_of_a_refusal(
    url: str, method: str, path: str, body: dict[str, Any] | None
) -> None:
    assert answer(url, "strict", method, path, body).status_code in (400, 404, 405, 409, 422)


def test_a_body_that_cannot_be_read_is_the_same_fault_at_every_endpoint(url: str) -> None:
    headers = {"X-API-Key": key_of("generic"), "Content-Type": "application/json"}
    statuses = {
        path: httpx.post(url + path, headers=headers, content=b'{"zip": ', trust_env=False).status_code
        for path in ("/v1/ping", "/v1/post", "/v1/notices")
    }
    assert set(statuses.values()) == {400}


def test_feedback_in_xml_is_answered_in_xml(url: str) -> None:
    headers = {"X-API-Key": key_of("generic"), "Content-Type": "application/xml"}
    told = httpx.post(
        f"{url}/v1/notices",
        headers=headers,
        content=b"<r><ping_id>x</ping_id><result>won</result></r>",
        trust_env=False,
    )
    assert told.headers["Content-Type"] == "application/xml"
    assert "<reason_code>ping_unknown</reason_code>" in told.text

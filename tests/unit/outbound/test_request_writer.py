"""What goes over the wire, to the byte."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from app.outbound.message import OutboundRequest
from app.outbound.origin import origin_of
from app.outbound.request_writer import request_bytes
from tests.table import each_row


def written(url: str = "https://crm.example/leads", **more: Any) -> bytes:
    given: dict[str, Any] = {"method": "POST", "headers": {}, "timeout_s": 1.0}
    parts = urlsplit(url)
    return request_bytes(OutboundRequest(url=url, **(given | more)), parts, origin_of(parts.scheme, parts.netloc))


def test_a_request_is_head_and_body_in_one_piece() -> None:
    assert written(
        "https://crm.example:8443/a;b/c?x=1&y=%20", headers={"user-agent": "leadbid", "webhook-id": "msg_1"}, body=b"{}"
    ) == (
        b"POST /a;b/c?x=1&y=%20 HTTP/1.1\r\nHost: crm.example:8443\r\n"
        b"user-agent: leadbid\r\nwebhook-id: msg_1\r\nContent-Length: 2\r\n\r\n{}"
    )


def test_a_get_has_no_body_and_an_empty_body_has_a_length() -> None:
    assert written("https://[::1]", method="GET", body=b"x") == b"GET / HTTP/1.1\r\nHost: [::1]\r\n\r\n"
    assert written(method="PUT").endswith(b"Content-Length: 0\r\n\r\n")


def test_the_length_is_ours_to_say_and_the_host_the_operators() -> None:
    headers = {"host": "other.example", "content-length": "99", "transfer-encoding": "chunked"}
    assert written(headers=headers, body=b"ok") == (
        b"POST /leads HTTP/1.1\r\nhost: other.example\r\nContent-Length: 2\r\n\r\nok"
    )


@each_row(
    "more",
    [
        {"headers": {"x-a": "1\r\nx-b: 2"}},
        {"headers": {"x-a": "1\n"}},
        {"headers": {"x-a": "1\0"}},
        {"headers": {"x-a\r\nx-b": "1"}},
        {"headers": {"x a": "1"}},
        {"headers": {"": "1"}},
        {"headers": {"x-a:x-b": "1"}},
        {"url": "https://crm.example/a b"},
        {"url": "https://crm.example/ä"},
    ],
)
def test_what_would_be_read_as_another_request_is_not_written(more: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        written(**more)

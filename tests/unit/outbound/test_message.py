"""What goes out and what comes back never shows itself, and says whether to try again."""

from typing import Any

import pytest

from app.outbound.message import OutboundAnswer, OutboundRequest


def test_neither_a_request_nor_an_answer_prints_what_it_holds() -> None:
    request = OutboundRequest(
        method="POST", url="https://h.example/s3cret", headers={"x-key": "s3cret"}, body=b"Ada", timeout_s=1.0
    )
    answer = OutboundAnswer(status=200, headers={"set-cookie": "s3cret"}, body=b"Ada")
    assert (repr(request), str(request)) == ("OutboundRequest(method='POST', ***)",) * 2
    assert (repr(answer), str(answer)) == ("OutboundAnswer(status=200, trouble='', ***)",) * 2


@pytest.mark.parametrize(
    ("answer", "is_temporary"),
    [
        *[({"status": status}, True) for status in (408, 425, 429, 500, 502, 503, 599)],
        *[({"status": status}, False) for status in (200, 204, 301, 400, 401, 404, 410, 422)],
        *[({"trouble": trouble}, True) for trouble in ("timeout", "dns", "connect", "tls", "protocol")],
    ],
)
def test_what_was_away_busy_or_broken_may_fare_better_later(answer: dict[str, Any], is_temporary: bool) -> None:
    assert OutboundAnswer(**answer).is_temporary is is_temporary

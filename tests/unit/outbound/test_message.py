"""What goes out and what comes back never shows itself."""

from app.outbound.message import OutboundAnswer, OutboundRequest


def test_neither_a_request_nor_an_answer_prints_what_it_holds() -> None:
    request = OutboundRequest(
        method="POST", url="https://h.example/s3cret", headers={"x-key": "s3cret"}, body=b"Ada", timeout_s=1.0
    )
    answer = OutboundAnswer(status=200, headers={"set-cookie": "s3cret"}, body=b"Ada")
    assert (repr(request), str(request)) == ("OutboundRequest(method='POST', ***)",) * 2
    assert (repr(answer), str(answer)) == ("OutboundAnswer(status=200, trouble='', ***)",) * 2

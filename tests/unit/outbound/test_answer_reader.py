"""Where an answer ends, in whatever form and however many pieces it comes."""

import httpcore
import pytest

from app.outbound.answer_reader import HEAD_BYTES_MAX, AnswerReader
from app.outbound.message import OutboundAnswer
from tests.table import each_row


def read(wire: bytes, step: int = 0, body_bytes_max: int = 1_000) -> tuple[OutboundAnswer | None, AnswerReader]:
    """What is known of it when all has come, so many bytes at a time."""
    reader = AnswerReader(body_bytes_max)
    answer = None
    for at in range(0, len(wire), step or len(wire)):
        answer = reader.feed(wire[at : at + (step or len(wire))])
        if answer is not None:
            break
    return answer, reader


CHUNKED = (
    b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\nX-Id:  7 \r\n\r\n"
    b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Id: 8\r\n\r\n"
)
UPGRADE_OFFERED = b"HTTP/1.1 200 OK\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nContent-Length: 2\r\nX-Id: 7\r\n\r\nok"


@each_row("step", [0, 1, 7])
@each_row(
    ("wire", "status", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Id: 7\r\n\r\nhello", 200, b"hello"),
        (CHUNKED, 201, b"abcde"),
        (b"HTTP/1.1 204 No Content\r\nX-Id: 7\r\n\r\n", 204, b""),
        (b"HTTP/1.1 100 Continue\r\nX-Id: 6\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Id: 7\r\n\r\n", 200, b""),
        (b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 422 No\r\nX-Id: 7\r\nContent-Length: 2\r\n\r\nno", 422, b"no"),
        (b"HTTP/1.1 200 OK\nContent-Length: 2\nX-Id: 7\n\nok", 200, b"ok"),
        (UPGRADE_OFFERED, 200, b"ok"),
    ],
)
def test_an_answer_is_whole_where_it_says_so(wire: bytes, status: int, body: bytes, step: int) -> None:
    answer, reader = read(wire, step)
    assert answer is not None
    assert (answer.status, answer.body, answer.headers["x-id"]) == (status, body, "7")
    assert not reader.is_last
    assert read(wire[:-1], step)[0] is None


@each_row(
    "wire",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno",
    ],
)
def test_nothing_more_is_asked_where_the_next_answer_would_be_in_doubt(wire: bytes) -> None:
    answer, reader = read(wire)
    assert answer is not None
    assert (answer.status, answer.body, reader.is_last) == (200, b"ok", True)


def test_another_protocol_is_an_answer_and_the_last() -> None:
    answer, reader = read(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n\0\0")
    assert answer is not None
    assert (answer.status, reader.is_last) == (101, True)


def test_a_body_is_cut_at_its_limit_and_the_rest_not_read() -> None:
    answer, reader = read(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 2_000)
    assert answer is not None
    assert (len(answer.body), reader.is_last) == (1_000, True)


def test_a_body_of_no_length_ends_with_its_connection() -> None:
    answer, reader = read(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nhel", 9)
    assert answer is None
    assert reader.feed(b"lo") is None
    assert (reader.end().body, reader.is_last) == (b"hello", True)


@each_row(
    "wire",
    [
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ],
)
def test_an_answer_that_is_cut_short_is_none(wire: bytes) -> None:
    answer, reader = read(wire)
    assert answer is None
    with pytest.raises(httpcore.RemoteProtocolError):
        reader.end()


@each_row(
    "wire",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 banana\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nbanana\r\n",
        b"HTTP/1.1 200 OK\r\nX-More: " + b"x" * HEAD_BYTES_MAX,
        b"HTTP/1.1 100 Continue\r\n\r\n" * (HEAD_BYTES_MAX // 25 + 1),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-More: " + b"x" * 2 * HEAD_BYTES_MAX,
    ],
)
@each_row("step", [1_000, 50_000])
def test_what_is_no_answer_or_does_not_end_is_refused(wire: bytes, step: int) -> None:
    with pytest.raises(httpcore.RemoteProtocolError):
        read(wire, step)

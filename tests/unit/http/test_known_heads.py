"""Heads that came before: which bytes may be taken for one again, and for how long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.http.auction.known_heads import HEADS_MAX, KnownHead, KnownHeads, knowable, parted
from tests.build import catalogue

HEAD = b"POST /v1/ping HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nX-API-Key: k\r\n\r\n"
SAID = KnownHead(scope={}, is_forwarded=False)


def asking(body: bytes, head: bytes = HEAD) -> bytes:
    return head % len(body) + body


@given(st.binary(max_size=300), st.binary(max_size=300), st.binary(max_size=80))
def test_a_head_is_the_same_whatever_the_body_and_what_comes_behind_it(one: bytes, other: bytes, more: bytes) -> None:
    head = knowable(asking(one), one)
    assert head is not None
    parts = parted(more + asking(other) + more, len(more))
    assert parts is not None
    assert parts.head == head
    assert (more + asking(other) + more)[parts.body_at : parts.ends_at] == other


@pytest.mark.parametrize(
    ("data", "body"),
    [
        pytest.param(asking(b"{}") + b"GET", b"{}", id="more than one request"),
        pytest.param(asking(b"{}"), b"[]", id="another body"),
        pytest.param(b"GET /v1/ping HTTP/1.1\r\nHost: x\r\n\r\n", b"", id="no length"),
        pytest.param(asking(b"{}", HEAD.replace(b"%d", b"+%d")), b"{}", id="no plain number"),
        pytest.param(
            asking(b"{}", b"POST / HTTP/1.1\r\nStrength: 2\r\nContent-Length: %d\r\n\r\n"), b"{}", id="another name"
        ),
        pytest.param(
            asking(b"{}", b"POST / HTTP/1.1\r\nContent-Length:%d\r\n\r\nLength: 2\r\n\r\n"), b"{}", id="in the body"
        ),
        pytest.param(asking(b"x" * 20_000), b"x" * 20_000, id="a long body"),
    ],
)
def test_what_may_mean_something_else_next_time_is_not_remembered(data: bytes, body: bytes) -> None:
    assert knowable(data, body) is None


def test_a_request_of_which_a_part_has_yet_to_come_is_none() -> None:
    whole = asking(b'{"zip":"78701"}')
    assert [end for end in range(len(whole) + 1) if parted(whole[:end], 0) is not None] == [len(whole)]


def test_a_reload_forgets_all_heads() -> None:
    heads, before, after = KnownHeads(), catalogue(), catalogue()
    heads.remember(b"a", SAID, before)
    assert heads.find(b"a", before) is SAID
    assert heads.find(b"a", after) is None
    heads.remember(b"b", SAID, after)
    assert heads.find(b"a", after) is None


def test_no_more_heads_are_kept_than_memory_is_meant_for() -> None:
    heads, now = KnownHeads(), catalogue()
    for number in range(HEADS_MAX + 1):
        heads.remember(b"%d" % number, SAID, now)
    assert heads.find(b"0", now) is None
    assert heads.find(b"%d" % HEADS_MAX, now) is SAID

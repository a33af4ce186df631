"""The short way from a connection to the auction's endpoints: it must behave as HTTP, whatever a client does."""

import logging
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from typing import Any

import httpx
import msgspec
import pytest
from msgspec.structs import replace

from app.dialects import generic
from app.dialects.reading import Reading
from app.dialects.text import Scalar
from app.http.answer import HttpAnswer
from app.http.auction.intake import Later
from app.http.auction.routes import ROUTES
from app.http.backlog import ROUND_MAX
from app.http.request import RawRequest, Route
from app.mock_exchange.consumers import post_of
from app.platforms.known import DIALECTS
from app.wire.post import Post
from tests.contract.leads import KEY, Seller
from tests.contract.sockets import answers, asking, codes, connected, is_closed, pinging
from tests.market import PATIENCE_MS
from tests.service import Service

SLOW_S = 2.5
"""A test with ZIP code 00004 is answered after three seconds."""


@pytest.fixture
def connection(service: Service) -> socket.socket:
    """One of them."""
    return connected(service)


def test_requests_that_came_before_an_answer_are_answered_in_their_order(connection: socket.socket) -> None:
    """A post takes longer than a ping, and the page of health needs neither: still the first is answered first."""
    with closing(connection):
        post = asking(b'{"ping_id": "none"}', "/v1/post")
        health = asking(b"", "/healthz", method="GET")
        connection.sendall(post + asking(pinging()) + health + asking(pinging()) + post + asking(b"{"))
        assert codes(connection, 6) == [
            (200, "missing_field"),
            (200, "unsupported_vertical"),
            (200, ""),
            (200, "unsupported_vertical"),
            (200, "missing_field"),
            (400, "invalid_field"),
        ]


def test_a_body_may_come_in_pieces_and_in_chunks(connection: socket.socket) -> None:
    with closing(connection):
        whole = asking(pinging())
        for at in range(0, len(whole), 40):
            connection.sendall(whole[at : at + 40])
        chunks = b"".join(b"1\r\n%c\r\n" % letter for letter in pinging()) + b"0\r\n\r\n"
        connection.sendall(asking(chunks, "/v1/ping", "Transfer-Encoding: chunked"))
        assert codes(connection, 2) == [(200, "unsupported_vertical")] * 2


def test_a_head_that_came_before_means_the_same_again(connection: socket.socket) -> None:
    """Whole, in pieces, one behind the other or before another head: each request has its own body and its own turn."""
    near, far = asking(pinging(zip="78701")), asking(pinging(zip="787"))
    xml, foreign = asking(pinging(), "/v1/ping.xml"), asking(pinging(), key="of-nobody")
    with closing(connection):
        for sent, expected in [
            (near, [(200, "unsupported_vertical")]),
            (near + near, [(200, "unsupported_vertical")] * 2),
            (
                far + near + xml + near,
                [(200, "unsupported_vertical")] * 2 + [(200, "")] + [(200, "unsupported_vertical")],
            ),
            (
                near + foreign + near,
                [(200, "unsupported_vertical"), (401, "auth_failed"), (200, "unsupported_vertical")],
            ),
            (asking(b"{" + pinging()[1:-1] + b"!"), [(400, "invalid_field")]),
        ]:
            for cut in (len(sent), len(near), len(near) - 9, 40):
                connection.sendall(sent[:cut])
                time.sleep(0.01)
                connection.sendall(sent[cut:])
                assert codes(connection, len(expected)) == expected


def test_a_body_that_is_too_large_is_answered_and_the_connection_goes_on(connection: socket.socket) -> None:
    with closing(connection):
        connection.sendall(asking(b" " * 70_000 + pinging()) + asking(pinging()))
        assert codes(connection, 2) == [(413, "invalid_field"), (200, "unsupported_vertical")]


@pytest.mark.parametrize("path", ["/v1/ping", "/v1/post"])
def test_who_asks_for_a_close_gets_it_after_the_answer(connection: socket.socket, path: str) -> None:
    with closing(connection):
        connection.sendall(asking(pinging(), path, "Connection: close"))
        assert answers(connection, 1)[0][0] == 200
        assert is_closed(connection)


def test_a_client_that_waits_to_be_asked_for_its_body_is_asked(connection: socket.socket) -> None:
    with closing(connection):
        body = pinging()
        connection.sendall(asking(body, "/v1/ping", "Expect: 100-continue").removesuffix(body))
        assert connection.recv(100).startswith(b"HTTP/1.1 100")
        connection.sendall(body)
        assert codes(connection, 1) == [(200, "unsupported_vertical")]


def test_the_address_that_a_trusted_proxy_names_counts(connection: socket.socket) -> None:
    with closing(connection):
        for named in ("203.0.113.7", "198.51.100.1", "203.0.113.7, 198.51.100.1", ""):
            connection.sendall(asking(pinging(), "/v1/ping", f"X-Forwarded-For: {named}", key="contract-glade-key"))
        assert [status for status, _ in answers(connection, 4)] == [200, 401, 401, 401]


def test_a_client_that_leaves_while_its_ping_is_decided_takes_nothing_along(service: Service) -> None:
    for _ in range(20):
        with connected(service) as leaving:
            leaving.sendall(asking(pinging()) + asking(b'{"ping_id": "none"}', "/v1/post"))
    with connected(service) as staying:
        staying.sendall(asking(pinging()))
        assert codes(staying, 1) == [(200, "unsupported_vertical")]


def test_pings_that_came_together_are_answered_together_and_each_its_own(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = service.application.intake
    assert intake is not None
    sizes: list[int] = []
    answered = intake.answers

    def counting(requests: Sequence[RawRequest]) -> list[HttpAnswer | Later]:
        sizes.append(len(requests))
        return answered(requests)

    monkeypatch.setattr(intake, "answers", counting)
    count = 2 * ROUND_MAX + 10
    with ExitStack() as stack:
        connections = [stack.enter_context(connected(service)) for _ in range(count)]
        for number, each in enumerate(connections):
            each.sendall(asking(b"{" if number % 3 else pinging()))
        statuses = [answers(each, 1)[0][0] for each in connections]
    assert statuses == [400 if number % 3 else 200 for number in range(count)]
    assert sum(sizes) == count
    assert max(sizes) <= ROUND_MAX


def test_posts_that_came_together_get_each_its_own_answer(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    with ExitStack() as stack, httpx.Client(base_url=service.url, trust_env=False) as http:
        seller = Seller(http, service)
        people = [seller.person() for _ in range(ROUND_MAX)]
        bids = [seller.ping(who)["ping_id"] for who in people]
        leads = [post_of(who, ping_id, time.time()) for who, ping_id in zip(people, bids, strict=True)]
        changes: list[dict[str, Any]] = [{}, {"zip": "10001"}, {"phone": "1", "email": None}, {"first_name": None}]
        posts = [lead | changes[number % 4] for number, lead in enumerate(leads)]
        # The same person again, another person to a bid that is sold meanwhile, and a bid of nobody.
        another = {"phone": leads[1]["phone"], "email": leads[1]["email"]}
        posts += [posts[0], posts[4] | another, posts[8] | {"ping_id": "x"}]
        connections = [stack.enter_context(connected(service)) for _ in posts]
        for each, post in zip(connections, posts, strict=True):
            each.sendall(asking(msgspec.json.encode(post), "/v1/post"))
        told = [answers(each, 1)[0][1] or {} for each in connections]
        alone = [http.post("/v1/post", content=msgspec.json.encode(post), headers=KEY).json() for post in posts]
    expected = ["", "ping_mismatch", "invalid_contact", ""] * (ROUND_MAX // 4)
    assert [each.get("reason_code", "") for each in told] == [*expected, "", "ping_used", "ping_unknown"]
    assert told[0] == told[ROUND_MAX]
    assert len({each["lead_id"] for each in told if each["status"] == "accepted"}) == ROUND_MAX // 2
    assert told == alone, "a post gets the same answer by itself"
    assert "could not" not in caplog.text


def test_each_post_of_a_round_fails_alone(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    plainly = generic.read_post

    def some_failing(raw: Mapping[str, Scalar], *others: Any) -> Reading[Post]:
        return failing() if raw["first_name"] == "Fails" else plainly(raw, *others)

    with ExitStack() as stack, httpx.Client(base_url=service.url, trust_env=False) as http:
        seller = Seller(http, service)
        people = [seller.person() for _ in range(12)]
        bids = [seller.ping(who)["ping_id"] for who in people]
        connections = [stack.enter_context(connected(service)) for _ in people]
        monkeypatch.setattr(generic, "read_post", some_failing)
        for number, (each, who, ping_id) in enumerate(zip(connections, people, bids, strict=True)):
            lead = post_of(who, ping_id, time.time()) | ({"first_name": "Fails", "anything": 1} if number % 3 else {})
            each.sendall(asking(msgspec.json.encode(lead), "/v1/post"))
        told = [codes(each, 1)[0][1] for each in connections]
    assert told == ["internal" if number % 3 else "" for number in range(12)]
    assert caplog.text.count("a post could not be answered: RuntimeError") == 8


def test_pings_and_posts_come_together_at_the_door_for_both_and_each_gets_its_own(service: Service) -> None:
    with ExitStack() as stack:
        connections = [stack.enter_context(connected(service)) for _ in range(30)]
        for number, each in enumerate(connections):
            post = b'{"mode": "post", "ping_id": "none", "zip": "78701", "phone": "1", "last_name": "x"}'
            each.sendall(asking(post if number % 3 else pinging(mode="ping"), "/v1/lead"))
        told = [codes(each, 1)[0] for each in connections]
    assert told == [(200, "ping_unknown" if number % 3 else "unsupported_vertical") for number in range(30)]


def failing(*_: Any) -> Any:
    raise RuntimeError("made to fail by a test")


@pytest.mark.parametrize(
    ("broken", "logged"),
    [
        ({"variant": failing}, "a request could not be read: RuntimeError"),
        ({"requested_outcome": failing}, "a ping could not be read: RuntimeError"),
        ({"ping": failing}, "the answer to a ping could not be written: RuntimeError"),
    ],
)
def test_each_request_of_a_round_fails_alone(
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    broken: dict[str, Any],
    logged: str,
) -> None:
    platform = replace(DIALECTS["px"], guarded=False, **broken)
    monkeypatch.setitem(ROUTES, "/v1/px/ping", Route(takes="ping", dialect=platform))
    with ExitStack() as stack, caplog.at_level(logging.ERROR):
        connections = [stack.enter_context(connected(service)) for _ in range(30)]
        for number, each in enumerate(connections):
            each.sendall(
                asking(
                    pinging(vertical="pet_insurance", pet="dog", test=True),
                    "/v1/px/ping" if number % 3 == 0 else "/v1/ping",
                )
            )
        statuses = [answers(each, 1)[0][0] for each in connections]
        assert statuses == [503 if number % 3 == 0 else 200 for number in range(30)]
        for each in connections:
            each.sendall(asking(pinging()))
        assert [answers(each, 1)[0][0] for each in connections] == [200] * 30
    assert logged in caplog.text
    assert "made to fail" not in caplog.text


def test_a_ping_that_is_set_aside_holds_up_no_other_of_its_round(service: Service) -> None:
    with ExitStack() as stack:
        slow, *others = [stack.enter_context(connected(service)) for _ in range(10)]
        started = time.monotonic()
        late: dict[str, Any] = {"zip": "00004", "seller_lead_id": "slow", "deadline_ms": PATIENCE_MS}
        slow.sendall(asking(pinging(vertical="pet_insurance", pet="dog", test=True, **late)))
        for each in others:
            each.sendall(asking(pinging()))
        assert [codes(each, 1)[0] for each in others] == [(200, "unsupported_vertical")] * 9
        assert time.monotonic() - started < SLOW_S
        slow.sendall(asking(pinging()))
        (status, first), (_, second) = answers(slow, 2)
        assert time.monotonic() - started >= SLOW_S
        assert (status, bool((first or {})["bids"])) == (200, True)
        assert (second or {})["reason_code"] == "unsupported_vertical"

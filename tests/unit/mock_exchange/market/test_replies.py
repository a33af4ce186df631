"""What answers come to, from our own to the oddest."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from app.dialects.answers import write_ping_answer, write_post_answer
from app.mock_exchange.market.replies import (
    Answered,
    Offered,
    PingReply,
    PostReply,
    Unanswered,
    ping_reply,
    post_reply,
)
from app.wire.ping import Bid, PingAnswer
from app.wire.post import PostAnswer, PostStatus
from tests.table import each_row

GOOD: dict[str, Any] = {"status": "accepted", "ping_id": "p1", "price": 21.4}


def pinged(body: object, status: int = 200) -> PingReply:
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return ping_reply(Answered(status, content), 1.5)


def posted(body: object, status: int = 200) -> PostReply:
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return post_reply(Answered(status, content), 1.5)


def test_our_own_bids_are_read_leg_by_leg() -> None:
    bids = (
        Bid(bid_id="b1", type="exclusive", price_cents=2_140, brand="Lone Star"),
        Bid(bid_id="b2", type="shared", price_cents=905, brand="Lone Star"),
    )
    answer = PingAnswer(status="accepted", ping_id="b1", bids=bids, expires_in=120, expires_at=1_790_000_000)
    assert pinged(write_ping_answer(answer, "json")) == PingReply(
        outcome="bid",
        offers=(
            Offered(bid_id="b1", leg="exclusive", price_cents=2_140),
            Offered(bid_id="b2", leg="shared", price_cents=905),
        ),
        ping_id="b1",
        ms=1.5,
    )


def test_our_own_refusal_keeps_its_reason() -> None:
    answer = PingAnswer(status="rejected", ping_id="00ff", reason_code="low_value", reason="worth nothing to us")
    assert pinged(write_ping_answer(answer, "json")) == PingReply(
        outcome="no_bid", ping_id="00ff", reason="low_value", ms=1.5
    )


@each_row("body", [GOOD, GOOD | {"price": "21.40", "bids": []}, GOOD | {"bids": None}, {**GOOD, "x": [1]}])
def test_a_bare_price_is_an_exclusive_offer(body: dict[str, Any]) -> None:
    assert pinged(body).offers == (Offered(bid_id="p1", leg="exclusive", price_cents=2_140),)


def test_a_number_may_stand_for_an_id() -> None:
    assert pinged(GOOD | {"ping_id": 77}).ping_id == "77"


def test_a_price_of_zero_is_no_bid() -> None:
    assert pinged({"status": "accepted", "price": 0}).outcome == "no_bid"
    free = {"bid_id": "b", "type": "shared", "price": "0.00"}
    assert pinged(GOOD | {"bids": [free]}).outcome == "no_bid"


def bid(**changed: object) -> dict[str, Any]:
    return GOOD | {"bids": [{"bid_id": "b1", "type": "exclusive", "price": 21.4} | changed]}


@each_row(
    ("body", "wrong"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"\n<!DOCTYPE html><p>Sorry</p>", "html"),
        (b'[{"status": "accepted"}]', "root array"),
        (b'{"status": "accepted", "price": 12.5,', "not json"),
        (b'{"status": "accepted", "ping_id": "p1", "price": NaN}', "not json"),
        (b'{"status": "accepted", "ping_id": "p1", "price": 1e999}', "not json"),
        (b'{"status": "\xff"}', "not json"),
        (b"[" * 60_000, "root array"),
        (b'{"price":' + b"[" * 60_000, "not json"),
        (b"accepted", "not json"),
        (b"12.5", "not json"),
        ({}, "no price"),
        ({"status": "accepted", "ping_id": "p1"}, "no price"),
        ({"status": "accepted", "price": 5}, "no bid_id"),
        (GOOD | {"price": "twelve dollars"}, "price is not a number"),
        (GOOD | {"price": -3}, "price is negative"),
        (GOOD | {"price": 1_000_000}, "price is absurd"),
        (GOOD | {"status": "perhaps"}, "status is unknown"),
        (GOOD | {"status": ["accepted"]}, "status is unknown"),
        (GOOD | {"bids": "b1"}, "bids are no array"),
        (GOOD | {"bids": ["b1"]}, "a bid is no object"),
        (bid(price=None), "no price"),
        (bid(price={}), "price is not a number"),
        (bid(type="half"), "leg is unknown"),
        (bid(type=["exclusive"]), "leg is unknown"),
        (bid(bid_id=""), "no bid_id"),
        (bid(bid_id="b" * 201), "no bid_id"),
        (bid(bid_id="b\n1"), "no bid_id"),
        (bid(bid_id={"b": 1}), "no bid_id"),
    ],
)
def test_a_malformed_answer_is_no_offer_and_says_what_is_wrong(body: object, wrong: str) -> None:
    assert pinged(body) == PingReply(outcome="malformed", ping_id=pinged(body).ping_id, reason=wrong, ms=1.5)


@each_row("status", [302, 404, 429, 500, 503])
def test_a_bid_behind_a_bad_status_does_not_count(status: int) -> None:
    assert pinged(GOOD, status) == PingReply(outcome="error", reason=f"http {status}", ms=1.5)
    assert posted(GOOD, status) == PostReply(outcome="error", reason=f"http {status}", ms=1.5)


def test_a_status_of_client_error_may_word_a_refusal() -> None:
    refusal = {"status": "rejected", "reason_code": "auth_failed"}
    assert pinged(refusal, 401) == PingReply(outcome="no_bid", reason="auth_failed", ms=1.5)
    assert posted(refusal, 422) == PostReply(outcome="rejected", reason="auth_failed", ms=1.5)
    assert pinged(refusal, 503) == PingReply(outcome="error", reason="http 503", ms=1.5)


def test_a_buyer_in_trouble_is_an_error_even_with_a_good_status() -> None:
    assert pinged({"status": "error", "reason_code": "internal"}) == PingReply(
        outcome="error", reason="internal", ms=1.5
    )


@each_row("status", ["rejected", "duplicate", "reping"])
def test_a_refused_post_keeps_its_reason(status: PostStatus) -> None:
    answer = PostAnswer(status=status, ping_id="b1", reason_code="ping_used")
    assert posted(write_post_answer(answer, "json")) == PostReply(outcome="rejected", reason="ping_used", ms=1.5)
    assert posted({"status": status}).reason == status


def test_a_sale_has_a_price_and_a_lead_id() -> None:
    answer = PostAnswer(status="accepted", ping_id="b1", lead_id="lead-1", price_cents=2_140)
    assert posted(write_post_answer(answer, "json")) == PostReply(
        outcome="accepted", price_cents=2_140, lead_id="lead-1", ms=1.5
    )


@each_row(
    ("body", "wrong"),
    [({"status": "accepted"}, "no price"), ({"status": "accepted", "price": 0}, "price is zero"), ({}, "no status")],
)
def test_a_sale_without_a_price_is_malformed(body: object, wrong: str) -> None:
    assert posted(body) == PostReply(outcome="malformed", reason=wrong, ms=1.5)


def test_no_answer_stays_none() -> None:
    assert ping_reply(Unanswered("timeout"), 300.0) == PingReply(outcome="timeout", ms=300.0)
    assert post_reply(Unanswered("malformed", "too long"), 1.5).reason == "too long"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
statuses = st.sampled_from(["accepted", "rejected", "error", ""]) | anything
bids = st.fixed_dictionaries(
    {}, optional={"bid_id": anything, "type": st.sampled_from(["exclusive", "shared"]) | anything, "price": anything}
)
bodies = st.fixed_dictionaries(
    {},
    optional={
        "status": statuses,
        "ping_id": anything,
        "lead_id": anything,
        "price": anything,
        "reason_code": anything,
        "bids": st.lists(bids | anything, max_size=3) | anything,
    },
)


@given(bodies, st.sampled_from([200, 201, 302, 400, 401, 503]))
def test_whatever_a_field_holds_only_sound_offers_come_out(body: dict[str, Any], status: int) -> None:
    content = msgspec.json.encode(body)
    reply, post = ping_reply(Answered(status, content), 1.0), post_reply(Answered(status, content), 1.0)
    assert (reply.outcome == "bid") == bool(reply.offers)
    for offer in reply.offers:
        assert 0 < offer.price_cents <= 1_000_000
        assert offer.bid_id.isprintable()
        assert 0 < len(offer.bid_id) <= 200
    assert (post.outcome == "accepted") == (post.price_cents > 0)
    assert msgspec.convert(msgspec.to_builtins((reply, post)), tuple[PingReply, PostReply]) == (reply, post)

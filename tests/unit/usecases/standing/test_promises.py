"""Live bids, each until its own expiry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.usecases.standing import promises as module
from app.usecases.standing.changes import BidMade
from app.usecases.standing.promises import Promises
from tests.build import NOW
from tests.standing import bid_made


def expired(promises: Promises, now: float) -> list[bytes]:
    return [bid.nonce for bid in promises.end_expired(now, promises.expired(now))]


def test_each_bid_expires_at_its_own_time_in_whatever_order_they_were_made() -> None:
    promises = Promises()
    for nonce, lifetime_s in ((b"a", 1_800), (b"b", 120), (b"c", 3_600), (b"d", 120)):
        promises.make(bid_made(nonce, lifetime_s=lifetime_s))
    assert expired(promises, NOW + 119.9) == []
    assert expired(promises, NOW + 120.0) == [b"b", b"d"]
    assert expired(promises, NOW + 3_599.9) == [b"a"]
    assert expired(promises, NOW + 3_600.0) == [b"c"]
    assert len(promises) == 0


def test_many_that_expire_at_once_are_forgotten_some_at_a_time_and_found_no_more_meanwhile() -> None:
    promises, ended = Promises(), NOW + 121.0
    for number in range(5):
        promises.make(bid_made(bytes([number]), NOW + number // 3))
    forgotten = []
    for left in (5, 3, 1):
        assert promises.expired(ended) == len(promises) == left
        assert [promises.find(bytes([number]), ended) for number in range(5)] == [None] * 5
        forgotten.append([bid.nonce[0] for bid in promises.end_expired(ended, 2)])
    assert forgotten == [[0, 1], [2, 3], [4]]
    assert promises.expired(ended) == len(promises) == 0


def test_a_new_bid_for_a_lead_takes_the_place_and_not_the_expiry_of_the_former() -> None:
    promises = Promises()
    former, later = bid_made(b"a"), bid_made(b"a", NOW + 60.0)
    assert promises.make(former) is None
    assert promises.make(later) is former
    assert expired(promises, NOW + 120.0) == []
    assert promises.find(b"a", NOW + 179.9) is later
    assert expired(promises, NOW + 180.0) == [b"a"]


def test_what_expires_next_makes_way_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIVE_MAX", 2)
    promises = Promises()
    gone = [
        promises.make(bid_made(nonce, lifetime_s=lifetime_s))
        for nonce, lifetime_s in ((b"a", 1_800), (b"b", 120), (b"c", 120), (b"d", 5), (b"e", 60))
    ]
    assert [bid.nonce if bid is not None else None for bid in gone] == [None, None, b"b", b"c", b"d"]
    assert expired(promises, NOW + 1_800.0) == [b"e", b"a"]


BIDS = st.tuples(st.integers(0, 5), st.integers(0, 60), st.sampled_from([2, 30, 120]), st.booleans())


@given(st.lists(BIDS, max_size=40), st.integers(1, 5))
def test_no_more_than_the_most_are_remembered_and_each_ends_once(
    events: list[tuple[int, int, int, bool]], most: int
) -> None:
    promises, now, live = Promises(), NOW, dict[bytes, BidMade]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LIVE_MAX", most)
        for number, later, lifetime_s, is_over in events:
            now += later
            for bid in promises.end_expired(now, promises.expired(now)):
                assert live.pop(bid.nonce) is bid
            assert all(bid.expires_at > now for bid in live.values())
            bid = bid_made(bytes([number]), now, lifetime_s=lifetime_s)
            former = promises.make(bid)
            if former is not None:
                assert live.pop(former.nonce) is former
            live[bid.nonce] = bid
            if is_over:
                assert promises.end(bid.nonce) is live.pop(bid.nonce)
            assert len(promises) == len(live) <= most
            assert all(promises.find(nonce, now) is bid for nonce, bid in live.items())

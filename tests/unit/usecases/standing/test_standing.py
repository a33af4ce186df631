"""Where a bidder stands as bids, posts, notices and time come in through the one way in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.auction.snapshot import Standing
from app.domain.calendar import window_bounds
from app.domain.caps.pacing import ShadowPrice
from app.usecases.standing import promises
from app.usecases.standing.changes import Requests, ShadowPricesRead, SignalSet, TimePassed, UsageRead
from app.usecases.standing.standing import LiveStanding
from app.wire.feedback import Signal
from tests.build import NOW, campaign, cap, ping, seller
from tests.standing import (
    BUDGET,
    COUNTER,
    LIFETIME_S,
    caps,
    leads,
    lose,
    of_ping,
    pass_time,
    promise,
    returned,
    sell,
    used,
)
from tests.table import each_row


def caps_end() -> float:
    """When the day of the usual caps ends."""
    return window_bounds(NOW, cap().zone, "day")[1]


def test_a_new_one_knows_what_the_database_counted() -> None:
    assert leads(used(7)) == (7, 0.0)
    assert leads(used()) == (0, 0.0)


def test_live_bids_take_room_of_every_cap_and_give_it_back_when_they_expire() -> None:
    standing = used()
    for number in range(4):
        promise(standing, bytes([number]), price_cents=2_000)
    daily, budget = caps(standing)
    assert (daily.live, daily.room) == (4.0, 6.0)
    assert (budget.live, budget.room) == (8_000.0, 92_000.0)
    assert standing.live_bids == 4
    pass_time(standing, NOW + LIFETIME_S)
    daily, budget = caps(standing, NOW + LIFETIME_S)
    assert (daily.room, budget.room) == (10.0, 100_000.0)
    assert standing.live_bids == 0


def test_a_bid_is_live_until_the_second_it_expires() -> None:
    standing = used()
    promise(standing, b"a")
    assert standing.live(b"a", NOW + LIFETIME_S - 0.1) is not None
    assert standing.live(b"a", NOW + LIFETIME_S) is None
    assert standing.live(b"b", NOW) is None


def test_a_sale_turns_a_promise_into_use() -> None:
    standing = used()
    promise(standing, b"a", price_cents=2_000)
    promise(standing, b"b", price_cents=3_000)
    sell(standing, b"a", NOW + 1, 2_000)
    daily, budget = caps(standing, NOW + 1)
    assert (daily.used, daily.live) == (1, 1.0)
    assert (budget.used, budget.live) == (2_000, 3_000.0)
    assert standing.live(b"a", NOW + 1) is None


def test_a_sale_whose_promise_a_restart_lost_is_counted_too() -> None:
    standing = used()
    sell(standing, b"unknown")
    assert leads(standing) == (1, 0.0)


def test_a_lost_bid_gives_its_room_back_at_once() -> None:
    standing = used()
    promise(standing, b"a")
    lose(standing, b"a", NOW + 1)
    assert leads(standing, NOW + 1) == (0, 0.0)


@each_row("first", ["sold", "lost", "expired"])
@each_row("then", ["sold", "lost", "expired"])
def test_a_bid_leaves_exactly_once_whatever_is_said_twice(first: str, then: str) -> None:
    standing, sales = used(), int("sold" in (first, then))
    promise(standing, b"a")
    promise(standing, b"b", NOW + LIFETIME_S)
    for event in (first, then):
        if event == "sold":
            sell(standing, b"a", NOW + LIFETIME_S)
        elif event == "lost":
            lose(standing, b"a", NOW + LIFETIME_S)
        else:
            pass_time(standing, NOW + LIFETIME_S)
    pass_time(standing, NOW + LIFETIME_S)
    assert leads(standing, NOW + LIFETIME_S) == (sales, 1.0)


def test_a_new_bid_for_a_lead_takes_the_room_of_the_former() -> None:
    standing = used()
    promise(standing, b"a", NOW, 2_000)
    promise(standing, b"a", NOW + 10, 3_000)
    pass_time(standing, NOW + 11)
    daily, budget = caps(standing, NOW + 11)
    assert (daily.live, budget.live) == (1.0, 3_000.0)
    pass_time(standing, NOW + LIFETIME_S)
    assert standing.live(b"a", NOW + LIFETIME_S) is not None
    assert leads(standing, NOW + LIFETIME_S) == (0, 1.0)


def test_time_may_pass_for_a_part_of_the_caps_at_a_time() -> None:
    standing, ended = used(), NOW + LIFETIME_S
    promise(standing, b"a", NOW, 2_000)
    standing.apply(TimePassed(at=ended, part=0, parts=2))
    assert [cap.live for cap in caps(standing, ended)] == [0.0, 2_000.0]
    standing.apply(TimePassed(at=ended, part=1, parts=2))
    assert [cap.live for cap in caps(standing, ended)] == [0.0, 0.0]


def test_bids_that_expired_and_are_not_forgotten_yet_take_no_room() -> None:
    standing, ended = used(), NOW + LIFETIME_S
    for number in range(5):
        promise(standing, bytes([number]), NOW, 2_000)
    standing.apply(TimePassed(at=ended, part=0, parts=2))
    assert (standing.live_bids, standing.expired(ended)) == (2, 2)
    assert standing.live(bytes([4]), ended) is None
    assert [cap.live for cap in caps(standing, ended)] == [0.0, 10_000.0]
    standing.apply(TimePassed(at=ended, part=1, parts=2))
    assert (standing.live_bids, standing.expired(ended)) == (0, 0)
    assert [cap.live for cap in caps(standing, ended)] == [0.0, 0.0]
    # Whatever still is told of one that the caps have forgotten takes nothing from another.
    promise(standing, b"later", ended, 2_000)
    sell(standing, bytes([4]), ended, 2_000)
    pass_time(standing, ended)
    assert leads(standing, ended) == (1, 1.0)


def test_the_bid_that_expires_next_makes_place_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promises, "LIVE_MAX", 2)
    standing = used()
    for nonce in (b"a", b"b", b"b", b"c"):
        promise(standing, nonce)
    assert [standing.live(nonce, NOW) is not None for nonce in (b"a", b"b", b"c")] == [False, True, True]
    pass_time(standing, NOW)
    assert leads(standing) == (0, 2.0)


def test_tests_are_remembered_and_see_and_use_nothing() -> None:
    standing = used()
    promise(standing, b"a")
    promise(standing, b"t", lead=ping(test=True))
    standing.apply(Requests(pauses=(("solar-tx", None),)))
    standing.apply(SignalSet(territory="TX", signal=Signal(premium_cents=500, cause="storm", until=NOW + 60)))
    assert of_ping(standing, ping(test=True)) == Standing()
    assert standing.live(b"t", NOW) is not None
    assert leads(standing) == (0, 1.0)


def test_tests_tell_nothing_of_a_sellers_habits() -> None:
    standing = used()
    for number in range(200):
        promise(standing, number.to_bytes(2), lead=ping(test=True))
    pass_time(standing, NOW + LIFETIME_S)
    promise(standing, b"a", NOW + LIFETIME_S)
    assert leads(standing, NOW + LIFETIME_S) == (0, 1.0)


def test_a_seller_that_rarely_posts_takes_less_room() -> None:
    standing = used()
    for number in range(200):
        promise(standing, number.to_bytes(2))
    pass_time(standing, NOW + LIFETIME_S)
    promise(standing, b"a", NOW + LIFETIME_S)
    assert 0.0 < leads(standing, NOW + LIFETIME_S)[1] < 0.1


def test_the_dual_rises_ahead_of_plan_and_returns_to_nothing_behind_it() -> None:
    standing = used()
    caps(standing)
    for number in range(5):
        sell(standing, bytes([number]), NOW + number)
        pass_time(standing, NOW + number + 0.5)
    assert caps(standing, NOW + 10)[0].dual > 0.1
    for minute in range(1, 13 * 60):
        pass_time(standing, NOW + 60 * minute)
    assert caps(standing, NOW + 13 * 3_600)[0].dual == 0.0


def test_tomorrow_is_a_new_window() -> None:
    standing, tomorrow = used(9), NOW + 86_400
    sell(standing, b"a")
    assert leads(standing) == (10, 0.0)
    pass_time(standing, tomorrow)
    assert leads(standing, tomorrow) == (0, 0.0)


@each_row("is_met_first", [True, False], ids=["met before a tick", "met after it"])
def test_a_bid_that_outlives_its_window_takes_room_in_the_next(is_met_first: bool) -> None:
    midnight = caps_end()
    standing = used()
    for nonce in (b"a", b"b", b"c"):
        promise(standing, nonce, midnight - 1.0)
    if is_met_first:
        assert leads(standing, midnight) == (0, 3.0)
    pass_time(standing, midnight + 0.2)
    assert leads(standing, midnight + 0.5) == (0, 3.0)
    sell(standing, b"a", midnight + 1.0)
    lose(standing, b"b", midnight + 1.0)
    assert leads(standing, midnight + 1.0) == (1, 1.0)
    pass_time(standing, midnight + LIFETIME_S)
    assert leads(standing, midnight + LIFETIME_S) == (1, 0.0)


def test_windows_of_a_cap_may_end_in_another_order_than_they_began() -> None:
    """As where a reload moves a cap to a zone whose day has begun, and the counter of the former day goes on there."""
    west, east = (campaign(caps=(cap(limit=10, zone=zone),)) for zone in ("America/Los_Angeles", "America/New_York"))
    standing, at = LiveStanding(), window_bounds(NOW, "America/New_York", "day")[1] + 60.0
    promise(standing, b"a", at, buying=west, lifetime_s=5 * 3_600)
    promise(standing, b"b", at, buying=east, lifetime_s=5 * 3_600)
    pass_time(standing, at + 86_400.0)
    assert (standing.live_bids, caps(standing, at + 86_400.0, buying=east)[0].used) == (0, 0)
    promise(standing, b"c", at + 86_400.0, buying=east, lifetime_s=5 * 3_600)
    promise(standing, b"d", at + 86_400.0, buying=west, lifetime_s=5 * 3_600)
    pass_time(standing, at + 86_400.0 + 4 * 3_600.0)
    assert caps(standing, at + 86_400.0 + 4 * 3_600.0, buying=west)[0].live == 2.0


def test_bids_that_end_before_the_next_window_is_met_leave_nothing() -> None:
    standing, midnight = used(), caps_end()
    promise(standing, b"a", midnight - 1.0)
    promise(standing, b"b", midnight - 1.0)
    pass_time(standing, midnight)
    lose(standing, b"a", midnight + 1.0)
    pass_time(standing, midnight + LIFETIME_S)
    assert leads(standing, midnight + LIFETIME_S) == (0, 0.0)


def test_sellers_caps_stand_after_the_campaigns_and_are_shared_by_campaigns() -> None:
    limited = seller(caps=(cap(name="balance", owner="acme", scope="seller", limit=5),))
    standing, other = used(), campaign(name="other")
    sell(standing, b"a", by=limited)
    assert [stand.used for stand in caps(standing, by=limited)] == [1, 1_000, 1]
    assert [stand.used for stand in caps(standing, buying=other, by=limited)] == [1]


def test_territories_and_sellers_have_counters_of_their_own() -> None:
    local = campaign(caps=(cap(scope="campaign_territory", unit="zip3"), cap(name="each", scope="campaign_seller")))
    standing = used()
    sell(standing, b"a", buying=local)
    there = of_ping(standing, ping(zip="75201"), NOW, local)
    assert [stand.used for stand in there.caps["solar-tx"]] == [0, 1]
    there = of_ping(standing, ping(zip="78799"), NOW, local, seller(name="other"))
    assert [stand.used for stand in there.caps["solar-tx"]] == [1, 0]


def test_a_reloaded_cap_keeps_its_count_under_its_new_limit() -> None:
    standing = used()
    sell(standing, b"a")
    reloaded = campaign(caps=(cap(limit=3), BUDGET))
    assert [(stand.limit, stand.used) for stand in caps(standing, buying=reloaded)] == [(3, 1), (100_000, 1_000)]


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["bid", "sold", "lost", "tick"]),
        st.integers(0, 5),
        st.integers(0, 90),
        st.sampled_from([30, 120, 1_800]),
    ),
    max_size=40,
)


@given(EVENTS)
def test_counts_are_those_of_naive_promises_each_with_its_own_expiry(events: list[tuple[str, int, int, int]]) -> None:
    standing, now, live, sold = used(), NOW, dict[bytes, int](), set[bytes]()
    for event, number, later, lifetime_s in events:
        now, nonce = now + later, bytes([number])
        if event == "bid":
            promise(standing, nonce, now, lifetime_s=lifetime_s)
            live[nonce] = int(now) + lifetime_s
        elif event == "sold":
            sell(standing, nonce, now)
            live.pop(nonce, None)
            # A lead is sold once.
            sold.add(nonce)
        elif event == "lost":
            lose(standing, nonce, now)
            live.pop(nonce, None)
        pass_time(standing, now)
        live = {name: expires_at for name, expires_at in live.items() if now < expires_at}
        daily, budget = caps(standing, now)
        sales = len(sold)
        assert (daily.used, daily.live) == (sales, float(len(live)))
        assert (budget.used, budget.live) == (sales * 1_000, len(live) * 1_000.0)
        assert standing.live_bids == len(live)
        assert {name for name in map(bytes, zip(range(6))) if standing.live(name, now)} == live.keys()


def test_a_scarce_window_hands_its_shadow_price_to_the_next() -> None:
    standing = used(9)
    dual = caps(standing)[0].dual
    assert dual > 0.0
    assert standing.duals()["campaign/solar-tx/daily/"] == dual
    pass_time(standing, NOW + 86_400.0)
    assert caps(standing, NOW + 86_400.0)[0].dual >= dual


def test_after_a_restart_shadow_prices_stand_where_they_stood() -> None:
    standing = LiveStanding()
    standing.apply(ShadowPricesRead(prices={"campaign/solar-tx/daily/": ShadowPrice(0.3, NOW - 60.0)}))
    assert caps(standing)[0].dual == 0.3


def test_a_credit_gives_back_what_its_sale_took_once_and_in_open_windows_alone() -> None:
    standing = LiveStanding()
    standing.apply(UsageRead(used={COUNTER: 7}, credit=3))
    assert caps(standing)[0].used == 7
    # Numbers up to the third are in what the database counted.
    standing.apply(returned(3, uses=((COUNTER, 1),)))
    assert caps(standing)[0].used == 7
    for _ in range(2):
        standing.apply(returned(4, uses=((COUNTER, 1), ("campaign/solar-tx/daily//2026-11-01", 1))))
    assert (caps(standing)[0].used, standing.credited) == (6, 4)


def test_a_credit_in_a_window_that_no_lead_has_met_counts_when_one_does() -> None:
    standing = LiveStanding()
    standing.apply(UsageRead(used={COUNTER: 7}))
    standing.apply(returned(1, uses=((COUNTER, 2),)))
    assert caps(standing)[0].used == 5

"""One cap in one window while time passes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.domain.calendar import window_bounds
from app.domain.caps.caps import Cap
from app.domain.caps.honouring import PostRate
from app.domain.caps.pacing import ShadowPrice
from app.domain.schedule import ALWAYS, Schedule, week_hours
from app.usecases.standing.changes import BidMade
from app.usecases.standing.counter import Counter
from tests.build import NOW, cap
from tests.standing import LIFETIME_S, bid_made

OPEN = Schedule(hours=ALWAYS)
OFFICE = Schedule(hours=week_hours({day: [(8 * 60, 18 * 60)] for day in range(5)}))
POSTS_HALF = {"acme": PostRate(ended=10_000, posted=5_000, delay_s=10_000.0)}


def counter(declared: Cap | None = None, used: int = 0, now: float = NOW, schedule: Schedule = OPEN) -> Counter:
    return Counter("key", declared or cap(), schedule, used, now)


def bid(at: float = NOW, seller: str = "acme", lifetime_s: int = LIFETIME_S) -> BidMade:
    return bid_made(b"nonce", at, seller=seller, lifetime_s=lifetime_s)


def test_a_sale_takes_room_and_a_live_bid_takes_its_share() -> None:
    daily = counter(used=10)
    daily.use(1)
    daily.add(bid(), 1, weight=1.0)
    daily.add(bid(), 1, weight=0.5)
    stand = daily.standing
    assert (stand.limit, stand.used, stand.live, stand.live_variance) == (100, 11, 1.5, 0.25)


def test_bids_of_one_second_seller_and_expiry_share_a_bucket() -> None:
    daily = counter()
    for each in (bid(), bid(NOW + 0.9), bid(seller="other"), bid(NOW + 1.0), bid(lifetime_s=1_800)):
        daily.add(each, 3, weight=1.0)
    counted = [(bucket.seller, bucket.bids, bucket.total, bucket.squares) for bucket in daily.buckets.values()]
    assert counted == [("acme", 2, 6, 18), ("other", 1, 3, 9), ("acme", 1, 3, 9), ("acme", 1, 3, 9)]


def test_weighing_counts_each_bid_by_its_sellers_habits_and_its_age() -> None:
    daily = counter()
    daily.add(bid(), 1, weight=1.0)
    daily.add(bid(seller="other"), 1, weight=1.0)
    w = POSTS_HALF["acme"].share_at(10.0)
    daily.weigh(POSTS_HALF, NOW + 10)
    assert daily.standing.live == pytest.approx(1.0 + w)
    assert daily.standing.live_variance == pytest.approx(w * (1 - w))


def test_bids_grow_no_older_while_none_of_them_can_be_posted() -> None:
    daily = counter()
    daily.add(bid(), 1, weight=1.0)
    daily.hold_ages(40.0)
    daily.weigh(POSTS_HALF, NOW + 50.0)
    assert daily.live == pytest.approx(POSTS_HALF["acme"].share_at(10.0))
    (told,) = daily.weights(POSTS_HALF, NOW + 50.0)
    assert told.mean == pytest.approx(daily.live, abs=1e-4)
    daily.drop(bid(), 1)
    assert not daily.buckets


def test_a_sold_bid_weighs_for_others_as_long_as_they_cannot_hear_of_its_sale() -> None:
    daily = counter()
    daily.linger(1, NOW + 1.5)
    daily.hold_ages(5.0)
    assert [each.mean for each in daily.weights({}, NOW + 6.0)] == [1.0]
    assert not daily.weights({}, NOW + 7.0)


def test_what_is_weighed_at_once_is_what_was_added() -> None:
    added, weighed = counter(), counter()
    w = POSTS_HALF["acme"].upper
    for one in (added, weighed):
        one.add(bid(), 1, w)
        one.add(bid(), 1, w)
    weighed.weigh(POSTS_HALF, NOW)
    assert weighed.standing.live == pytest.approx(added.standing.live)
    assert weighed.standing.live_variance == pytest.approx(added.standing.live_variance)


def test_a_bid_weighs_nothing_once_its_own_lifetime_is_over() -> None:
    daily = counter()
    daily.add(bid(lifetime_s=120), 1, weight=1.0)
    daily.add(bid(lifetime_s=1_800), 1, weight=1.0)
    live = []
    for age_s in (119, 120, 1_799, 1_800):
        daily.weigh({}, NOW + age_s)
        live.append(daily.standing.live)
    assert live == [2.0, 1.0, 1.0, 0.0]


def test_an_old_bid_weighs_by_its_age_however_long_it_lives() -> None:
    brief, lasting = counter(), counter()
    brief.add(bid(lifetime_s=120), 1, weight=1.0)
    lasting.add(bid(lifetime_s=1_800), 1, weight=1.0)
    for one in (brief, lasting):
        one.weigh(POSTS_HALF, NOW + 5)
    assert brief.standing == lasting.standing


def test_a_bid_that_is_dropped_leaves_nothing_behind() -> None:
    daily = counter()
    daily.add(bid(), 1, weight=1.0)
    daily.drop(bid(NOW + 1), 1)
    assert [bucket.bids for bucket in daily.buckets.values()] == [1]
    daily.drop(bid(), 1)
    daily.weigh({}, NOW)
    assert (daily.standing.live, daily.buckets) == (0.0, {})


def test_what_one_bid_weighed_is_free_before_the_others_are_weighed_anew() -> None:
    daily, at_once = counter(), POSTS_HALF["acme"].upper
    daily.add(bid(), 1, at_once)
    daily.weigh(POSTS_HALF, NOW + 10)
    daily.add(bid(NOW + 11), 1, at_once)
    daily.drop(bid(), 1)
    daily.lighten(bid(), 1, POSTS_HALF["acme"])
    assert daily.standing.live == pytest.approx(at_once)
    assert daily.standing.live_variance == pytest.approx(at_once * (1.0 - at_once))
    daily.drop(bid(NOW + 11), 1)
    daily.lighten(bid(NOW + 11), 1, POSTS_HALF["acme"])
    assert (daily.standing.live, daily.standing.live_variance) == (0.0, 0.0)


def test_a_budget_counts_cents_and_their_variance() -> None:
    budget = counter(cap(measure="spend", limit=100_000))
    budget.add(bid(), 2_000, weight=0.5)
    assert budget.standing.live == 1_000.0
    assert budget.standing.live_variance == 0.25 * 2_000.0**2


def test_the_dual_rises_while_sales_run_ahead_and_is_gone_when_they_lag() -> None:
    daily = counter()
    assert daily.standing.dual == 0.0
    for minute in range(1, 11):
        daily.use(3)
        daily.pace(NOW + 60 * minute)
    risen = daily.standing.dual
    assert risen > 0.1
    for minute in range(11, 13 * 60):
        daily.pace(NOW + 60 * minute)
    assert daily.standing.dual == 0.0


def test_sales_on_plan_leave_the_dual_where_it_is() -> None:
    start, end = window_bounds(NOW, "America/Chicago", "day")
    daily = counter(cap(limit=1_440), now=start)
    for minute in range(1, 600):
        daily.use(1)
        daily.pace(start + 60 * minute)
    assert end - start == 86_400
    assert daily.standing.dual == pytest.approx(0.0, abs=0.01)


def test_sales_move_the_dual_and_live_bids_do_not() -> None:
    daily = counter()
    for _ in range(20):
        daily.add(bid(), 1, weight=1.0)
    daily.pace(NOW + 60)
    assert daily.standing.dual == 0.0
    for _ in range(20):
        daily.use(1)
    daily.pace(NOW + 120)
    assert daily.standing.dual > 0.0


def test_closed_hours_move_no_plan() -> None:
    evening = NOW + 9 * 3_600  # 19:00 in Chicago
    daily = counter(schedule=OFFICE, now=evening)
    daily.pace(evening + 3_600)
    assert daily.share == 1.0
    assert daily.standing.dual == 0.0


def test_a_restart_in_the_middle_of_a_day_knows_that_it_is_ahead() -> None:
    assert counter(used=41).standing.dual == 0.0  # 10:00 is 42 % of the day
    assert counter(used=60).standing.dual > counter(used=50).standing.dual > 0.0


def test_a_total_has_no_plan() -> None:
    total = counter(cap(window="total"), used=99)
    total.use(1)
    total.pace(NOW + 3_600)
    assert total.standing.dual == 0.0


def test_time_that_stands_still_or_goes_back_moves_nothing() -> None:
    daily = counter()
    daily.use(50)
    for now in (NOW, NOW - 3_600):
        daily.pace(now)
        assert daily.standing.dual == 0.0


def test_a_reloaded_cap_goes_on_with_its_new_limit_and_zone() -> None:
    daily = counter(used=10)
    west = replace(cap(), limit=50, zone="America/Los_Angeles")
    daily.declare(west, OFFICE, NOW)
    assert (daily.standing.limit, daily.standing.used) == (50, 10)
    assert (daily.start, daily.end) == window_bounds(NOW, "America/Los_Angeles", "day")


def test_a_budget_paces_by_the_usual_price_of_its_live_bids() -> None:
    count, budget = counter(), counter(cap(measure="spend", limit=100 * 3_000))
    for one, amount in ((count, 1), (budget, 3_000)):
        for _ in range(20):
            one.add(bid(), amount, weight=1.0)
        one.pace(NOW + 60)
    assert budget.standing.dual == pytest.approx(count.standing.dual)


@given(st.lists(st.tuples(st.sampled_from(["acme", "other"]), st.integers(0, 200), st.booleans()), max_size=30))
def test_counts_are_never_negative(events: list[tuple[str, int, bool]]) -> None:
    daily, now = counter(), NOW
    for who, later, is_dropped in events:
        now += later
        made = bid(now, seller=who)
        daily.add(made, 1, weight=POSTS_HALF["acme"].upper)
        daily.weigh(POSTS_HALF, now)
        if is_dropped:
            daily.drop(made, 1)
            daily.weigh(POSTS_HALF, now)
        assert daily.standing.live >= 0.0
        assert daily.standing.live_variance >= 0.0
        assert all(one.bids > 0 and one.total > 0 and one.squares > 0 for one in daily.buckets.values())
    daily.weigh(POSTS_HALF, now + 1_000)
    assert daily.standing.live == 0.0


def test_a_dual_goes_on_where_it_stood_in_this_window_or_the_one_before() -> None:
    start, end = window_bounds(NOW, cap().zone, "day")
    recent = Counter("key", cap(), OPEN, 10, NOW, ShadowPrice(0.4, start - 60.0))
    assert recent.dual == 0.4
    assert Counter("key", cap(), OPEN, 10, NOW, ShadowPrice(-0.01, start + 60.0)).dual == -0.01
    stale = Counter("key", cap(), OPEN, 10, NOW, ShadowPrice(0.4, start - (end - start) - 60.0))
    assert stale.dual == Counter("key", cap(), OPEN, 10, NOW).dual


def test_the_lag_of_one_window_is_no_credit_in_the_next() -> None:
    start, _ = window_bounds(NOW, cap().zone, "day")
    assert Counter("key", cap(), OPEN, 10, NOW, ShadowPrice(-0.01, start - 60.0)).dual == 0.0


def test_no_decision_sees_a_credit() -> None:
    daily = counter()
    daily.pace(NOW + 3_600)
    assert daily.dual < 0.0
    assert daily.standing.dual == 0.0


def test_a_dual_answers_within_minutes_when_leads_come_three_times_as_fast() -> None:
    start, _ = window_bounds(NOW, cap().zone, "day")
    daily = Counter("key", cap(limit=300), OPEN, 0, start)
    duals = []
    for minute in range(1, 181):
        # The plan wants 300 leads a day; after an hour they come three times as fast as that.
        if minute % (5 if minute <= 60 else 2) == 0:
            daily.use(1)
        daily.pace(start + minute * 60.0)
        duals.append(daily.dual)
    assert max(duals[:60]) < 0.02
    assert duals[75] > 0.03
    assert duals[120] > 0.15

"""What bids that ended tell of the next one."""

from app.usecases.standing.habits import PostHabits
from tests.standing import bid_made


def test_a_seller_is_taken_at_its_word_until_enough_of_its_bids_have_ended() -> None:
    habits = PostHabits()
    for _ in range(49):
        habits.learn(bid_made(b"a"), posted=False)
    assert habits.weights["acme"] == 1.0
    habits.learn(bid_made(b"a"), posted=False)
    assert habits.weights["acme"] < 0.1
    assert habits.weights["bluebird"] == 1.0


def test_posts_and_their_delays_are_remembered_and_tests_are_not() -> None:
    habits = PostHabits()
    habits.learn(bid_made(b"a"), posted=True, delay_s=3.0)
    habits.learn(bid_made(b"b"), posted=False)
    habits.learn(bid_made(b"c", test=True), posted=True, delay_s=9.0)
    rate = habits.rates["acme"]
    assert (rate.ended, rate.posted, rate.delay_s) == (2, 1, 3.0)


def test_bids_that_expire_together_count_as_if_one_after_the_other() -> None:
    one_by_one, together = PostHabits(), PostHabits()
    bids = [bid_made(bytes([number]), seller=("acme", "bluebird")[number % 2], test=number > 6) for number in range(9)]
    for habits in (one_by_one, together):
        habits.learn(bid_made(b"posted"), posted=True, delay_s=3.0)
    for bid in bids:
        one_by_one.learn(bid, posted=False)
    together.learn_unposted(iter(bids))
    assert one_by_one.rates == together.rates
    assert one_by_one.weights == together.weights
    assert together.rates["acme"].ended == 5

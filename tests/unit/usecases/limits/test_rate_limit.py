"""How fast a seller may ping, and how often it may ask about hashed people."""

import pytest

from app.usecases.limits.rate_limit import HashQuotas, RateLimits
from tests.build import NOW, seller

LIMITED = seller(rate_per_s=2.0, burst=3)
DAY = 86_400.0
MIDNIGHT = NOW - NOW % DAY


def test_a_burst_passes_and_then_the_seller_waits_for_a_token() -> None:
    limits = RateLimits()
    assert [limits.wait_s(LIMITED, NOW) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert limits.wait_s(LIMITED, NOW) == 0.5
    assert limits.wait_s(LIMITED, NOW + 0.25) == 0.25
    assert limits.wait_s(LIMITED, NOW + 0.5) == 0.0
    assert limits.wait_s(LIMITED, NOW + 0.5) == 0.5


def test_asking_too_soon_costs_nothing() -> None:
    limits = RateLimits()
    for _ in range(50):
        limits.wait_s(LIMITED, NOW)
    assert limits.wait_s(LIMITED, NOW + 0.5) == 0.0


def test_over_a_long_time_exactly_the_rate_passes() -> None:
    limits = RateLimits()
    passed = sum(limits.wait_s(LIMITED, NOW + step / 64) == 0.0 for step in range(64 * 100))
    assert passed == pytest.approx(2.0 * 100 + 3, abs=1)


def test_over_replicas_that_hear_of_each_other_the_rate_passes_once() -> None:
    replicas, passed = [RateLimits() for _ in range(3)], 0
    for step in range(64 * 100):
        now = NOW + step / 64
        passed += replicas[step % 3].wait_s(LIMITED, now) == 0.0
        if step % 16 == 0:
            tell_each_other(replicas, now)
    # What the bursts of the others let pass at first is made up for.
    assert passed == pytest.approx(2.0 * 100 + 3, abs=3)


def test_what_is_heard_twice_counts_once_and_a_restart_counts_from_zero() -> None:
    limits = RateLimits()
    for count in (2, 2, 2):
        limits.hear("other", {"acme": count}, {"acme": LIMITED}, NOW)
    assert [limits.wait_s(LIMITED, NOW) for _ in range(2)] == [0.0, 0.5]
    limits.hear("other", {"acme": 1}, {"acme": LIMITED}, NOW + 0.5)
    assert limits.wait_s(LIMITED, NOW + 0.5) == 0.5


def test_what_is_told_once_is_not_told_again() -> None:
    limits = RateLimits()
    limits.wait_s(LIMITED, NOW)
    assert limits.untold() == {"acme": 1}
    limits.told({"acme": 1})
    assert limits.untold() == {}


def tell_each_other(replicas: list[RateLimits], now: float) -> None:
    for number, each in enumerate(replicas):
        pings = each.untold()
        each.told(pings)
        for other in replicas[:number] + replicas[number + 1 :]:
            other.hear(f"replica {number}", pings, {"acme": LIMITED}, now)


def test_a_long_silence_fills_the_bucket_and_no_more() -> None:
    limits = RateLimits()
    limits.wait_s(LIMITED, NOW)
    assert [limits.wait_s(LIMITED, NOW + 3_600) for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]


def test_a_clock_that_goes_back_gives_no_tokens_and_takes_none() -> None:
    limits = RateLimits()
    assert [limits.wait_s(LIMITED, at) for at in (NOW, NOW - 100, NOW - 100, NOW - 100)] == [0.0, 0.0, 0.0, 0.5]


def test_sellers_do_not_share_a_bucket_and_one_without_a_rate_has_none() -> None:
    limits, tight = RateLimits(), seller(rate_per_s=1.0)
    assert limits.wait_s(tight, NOW) == 0.0
    assert limits.wait_s(tight, NOW) == 1.0
    assert limits.wait_s(seller(name="other", rate_per_s=1.0), NOW) == 0.0
    assert {limits.wait_s(seller(), NOW) for _ in range(1_000)} == {0.0}


def test_a_quota_of_questions_lasts_a_day() -> None:
    quotas, asking = HashQuotas(), seller(hash_lookups_per_day=2)
    assert [quotas.may_ask(asking, MIDNIGHT + at) for at in (0, 1, 2, DAY - 1)] == [True, True, False, False]
    assert quotas.may_ask(asking, MIDNIGHT + DAY)


def test_a_lead_that_is_posted_gives_its_question_back() -> None:
    quotas, asking = HashQuotas(), seller(hash_lookups_per_day=1)
    assert quotas.may_ask(asking, NOW)
    assert not quotas.may_ask(asking, NOW)
    quotas.posted(asking, NOW)
    assert quotas.may_ask(asking, NOW)


def test_posts_earn_no_questions_beyond_the_quota() -> None:
    quotas, asking = HashQuotas(), seller(hash_lookups_per_day=1)
    for _ in range(5):
        quotas.posted(asking, NOW)
    assert [quotas.may_ask(asking, NOW) for _ in range(2)] == [True, False]


def test_quotas_are_each_sellers_own() -> None:
    quotas = HashQuotas()
    assert not quotas.may_ask(seller(hash_lookups_per_day=0), NOW)
    assert quotas.may_ask(seller(name="other", hash_lookups_per_day=1), NOW)


def test_what_was_asked_before_a_restart_counts_on_its_day_only() -> None:
    quotas, asking = HashQuotas(), seller(hash_lookups_per_day=3)
    assert [quotas.may_ask(asking, MIDNIGHT) for _ in range(3)] == [True, True, True]
    quotas.posted(asking, MIDNIGHT)
    again = HashQuotas({**quotas.changes(), "seller/acme/daily/": 900})
    assert [again.may_ask(asking, MIDNIGHT + 1.0) for _ in range(2)] == [True, False]
    assert again.may_ask(asking, MIDNIGHT + DAY)
    assert sorted(again.changes().values()) == [1, 1]
    assert again.changes() == {}


def test_what_could_not_be_written_is_written_with_the_next() -> None:
    quotas, asking = HashQuotas(), seller()
    quotas.may_ask(asking, NOW)
    quotas.not_written(quotas.changes())
    quotas.may_ask(asking, NOW)
    assert list(quotas.changes().values()) == [2]


def test_what_other_replicas_counted_counts_here() -> None:
    quotas, asking = HashQuotas(), seller(hash_lookups_per_day=5)
    quotas.may_ask(asking, NOW)
    (counter,) = quotas.changes()
    quotas.may_ask(asking, NOW)
    # Three by others, and one here that is not written yet.
    quotas.written({counter: 3 + 1})
    assert not quotas.may_ask(asking, NOW)
    assert list(quotas.changes().values()) == [1]
    assert quotas.may_ask(asking, NOW + DAY)

"""A destination that keeps failing is left alone, probed, and trusted again."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.delivery.breaker import COOLDOWN_MAX_S, COOLDOWN_S, FAILURES_MAX, Breaker, after_failure, after_success

NOW = 1_790_000_000.0


def failing(times: int, breaker: Breaker | None = None) -> Breaker:
    breaker = breaker or Breaker()
    for _ in range(times):
        breaker = after_failure(breaker, NOW)
    return breaker


def test_a_few_failures_leave_it_closed() -> None:
    assert failing(FAILURES_MAX - 1).room(NOW, 8) == 8


def test_failures_in_a_row_open_it() -> None:
    assert failing(FAILURES_MAX).room(NOW, 8) == 0


def test_a_success_in_between_starts_the_count_anew() -> None:
    breaker = after_success(failing(FAILURES_MAX - 1))
    assert failing(FAILURES_MAX - 1, breaker).room(NOW, 8) == 8


def test_after_the_cooldown_one_lead_goes_ahead_as_a_probe() -> None:
    opened = failing(FAILURES_MAX)
    assert opened.room(NOW + COOLDOWN_S - 0.1, 8) == 0
    assert opened.room(NOW + COOLDOWN_S, 8) == 1


def test_a_probe_that_succeeds_closes_it() -> None:
    assert after_success(failing(FAILURES_MAX)).room(NOW, 8) == 8


def test_a_probe_that_fails_opens_it_for_twice_as_long() -> None:
    probed_at = NOW + COOLDOWN_S
    breaker = after_failure(failing(FAILURES_MAX), probed_at)
    assert breaker.room(probed_at + 2 * COOLDOWN_S - 0.1, 8) == 0
    assert breaker.room(probed_at + 2 * COOLDOWN_S, 8) == 1


def test_leads_that_were_under_way_when_it_opened_do_not_keep_it_open_longer() -> None:
    assert failing(FAILURES_MAX + 3) == failing(FAILURES_MAX)


@given(events=st.lists(st.tuples(st.booleans(), st.floats(0.0, 1_000.0)), max_size=60))
def test_whatever_happens_a_probe_is_allowed_within_eight_minutes(events: list[tuple[bool, float]]) -> None:
    breaker, now = Breaker(), NOW
    for succeeded, later_s in events:
        now += later_s
        breaker = after_success(breaker) if succeeded else after_failure(breaker, now)
    assert breaker.room(now + COOLDOWN_MAX_S, 8) >= 1

"""The schedule of attempts, as arithmetic."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.delivery.retry import RETRY_AFTER_MAX_S, SCHEDULE_S, next_due
from tests.table import each_row

NOW = 1_790_000_000.0
DRAWS = st.floats(0.0, 1.0, exclude_max=True)
FAILED = st.integers(1, len(SCHEDULE_S) - 1)


@each_row(("attempt", "wait_s"), list(enumerate(SCHEDULE_S)))
def test_without_jitter_each_attempt_comes_as_the_schedule_says(attempt: int, wait_s: int) -> None:
    assert next_due(attempt, NOW, 0.0) == NOW + wait_s


def test_a_new_lead_is_due_at_once_whatever_is_drawn() -> None:
    assert next_due(0, NOW, 0.99) == NOW


def test_three_attempts_are_made_within_the_first_minute() -> None:
    assert sum(SCHEDULE_S[:3]) <= 60


@given(attempt=st.integers(len(SCHEDULE_S), 1_000), draw=DRAWS, asked=st.none() | st.floats(0, 1e9))
def test_after_the_last_attempt_comes_the_dead_letter(attempt: int, draw: float, asked: float | None) -> None:
    assert next_due(attempt, NOW, draw, asked) is None


@given(attempt=FAILED, draw=DRAWS)
def test_jitter_only_adds_and_at_most_a_fifth(attempt: int, draw: float) -> None:
    due = next_due(attempt, NOW, draw)
    assert due is not None
    assert SCHEDULE_S[attempt] <= due - NOW <= SCHEDULE_S[attempt] * 1.2 + 1e-3


@given(attempt=FAILED, draw=DRAWS, asked=st.floats(0, RETRY_AFTER_MAX_S))
def test_it_is_never_earlier_than_the_receiver_asked(attempt: int, draw: float, asked: float) -> None:
    due = next_due(attempt, NOW, draw, asked)
    assert due is not None
    assert due >= NOW + asked
    assert due >= NOW + SCHEDULE_S[attempt]


@given(attempt=FAILED, draw=DRAWS, asked=st.floats(RETRY_AFTER_MAX_S, 1e300))
def test_a_receiver_cannot_put_a_lead_off_for_ever(attempt: int, draw: float, asked: float) -> None:
    due = next_due(attempt, NOW, draw, asked)
    assert due is not None
    assert due - NOW <= RETRY_AFTER_MAX_S * 1.2 + 1e-3


def test_a_negative_retry_after_does_not_hurry_us() -> None:
    assert next_due(1, NOW, 0.0, -3_600.0) == NOW + 5

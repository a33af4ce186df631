"""A session lasts for as long as it is used, within bounds, and wrong tries never lock a name for good."""

from app.domain.operators.sign_in import (
    FREE_TRIES,
    IDLE_S,
    SESSION_S,
    Tries,
    locked_until,
    password_fault,
    session_holds,
)
from tests.table import each_row

NOW = 1_800_000_000.0


@each_row(
    ("began_s", "seen_s", "holds"),
    [
        (0, 0, True),
        (IDLE_S + 1, IDLE_S - 1, True),
        (IDLE_S, IDLE_S, False),
        (SESSION_S - 1, 0, True),
        (SESSION_S, 0, False),
    ],
)
def test_a_session_that_is_used_goes_on_but_not_forever(began_s: float, seen_s: float, holds: bool) -> None:
    assert session_holds(NOW - began_s, NOW - seen_s, NOW) is holds


def test_one_that_others_vouched_for_ends_sooner() -> None:
    assert session_holds(NOW - 100, NOW, NOW, 101)
    assert not session_holds(NOW - 100, NOW, NOW, 100)


@each_row(
    ("failures", "locked_s"),
    [(0, 0), (FREE_TRIES - 1, 0), (FREE_TRIES, 60), (FREE_TRIES + 1, 120), (FREE_TRIES + 6, 3_600), (10**9, 3_600)],
)
def test_every_lock_ends_within_an_hour_of_the_last_try(failures: int, locked_s: float) -> None:
    assert locked_until(Tries(failures=failures, failed_at=NOW)) == (NOW + locked_s if locked_s else 0)


@each_row(
    ("password", "fault"),
    [("short", "at least 12"), ("x" * 257, "at most 256"), ("abab" * 4, "guessed"), ("my name is Ana!", "guessed")],
)
def test_a_weak_password_is_refused(password: str, fault: str) -> None:
    assert fault in password_fault(password, "ana")
    assert not password_fault("four plain words together", "ana")
